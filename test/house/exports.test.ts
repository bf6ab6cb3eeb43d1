// The names that outside code may rely on, by subpath. A change here is a change of the public surface: say it in
// CHANGELOG.md, then `npx vitest run test/house/exports.test.ts -u`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readText, root } from './tree.ts';

interface Manifest {
  readonly exports: { readonly [subpath: string]: string | { readonly types: string; readonly default: string } };
}

const manifest = JSON.parse(readText('package.json')) as Manifest;
const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) => {
  if (typeof target === 'string') return [];
  const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
  return [{ subpath, types: target.types, built: target.default, source }];
});

function exportedNames(): { [subpath: string]: string[] } {
  const config = ts.parseConfigFileTextToJson('tsconfig.json', readText('tsconfig.json')).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    entries.map(({ source }) => join(root, source)),
    options,
  );
  const checker = program.getTypeChecker();
  const describeSymbol = (symbol: ts.Symbol): string => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return real.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`;
  };
  const namesOf = (source: string): string[] => {
    const file = program.getSourceFile(join(root, source));
    const module = file && checker.getSymbolAtLocation(file);
    return module ? checker.getExportsOfModule(module).map(describeSymbol).sort() : [];
  };
  return Object.fromEntries(entries.map(({ subpath, source }) => [subpath, namesOf(source)]));
}

describe('the public surface', () => {
  it('[HS5] every subpath of package.json has its source', () => {
    expect(entries.filter(({ source }) => !existsSync(join(root, source)))).toEqual([]);
    expect(entries.filter(({ types, built }) => types.replace('.d.ts', '.js') !== built)).toEqual([]);
  });

  it('[HS5] the exported names are those of test/house/exports.json', async () => {
    const names = exportedNames();
    expect(Object.values(names).every((list) => list.length > 0 && !list.includes('default'))).toBe(true);
    await expect(`${JSON.stringify(names, null, 2)}\n`).toMatchFileSnapshot('exports.json');
  });
});
