// What processes begin with, each as one flat file: hosts start the hook before and after every call of a tool, people start
// the command line all day, and as modules of its own each part of a program takes a millisecond to load. What one command
// alone needs stays apart and is loaded with that command. The library keeps its modules.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...names) => join(root, ...names);
const FLAT = at('dist', 'flat');
/** Modules that a process begins with, or that one loads on its way; in dist each hands on what its flat file has. */
const BEGINNINGS = ['cli/run', 'cli/place/guard', 'cli/demo/agent', 'merge/worker'];
const shared = { bundle: true, platform: 'node', target: 'node20.19', logLevel: 'silent' };

const fromFlat = (path) => relative(FLAT, path).replaceAll('\\', '/');

/** A module finds its files from where it is in dist, also when it is a part of a flat file. */
const ownPlaces = {
  name: 'own-places',
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const own = fromFlat(at('dist', relative(at('src'), path))).replace(/\.ts$/, '.js');
      const place = `new URL(${JSON.stringify(own)}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

const hasSource = (name) => existsSync(at('src', `${name}.ts`));

/** Throws what esbuild says where something cannot be put together. */
export async function flatten() {
  const beginnings = BEGINNINGS.filter(hasSource);
  rmSync(FLAT, { recursive: true, force: true });
  await build({
    ...shared,
    ...{ entryPoints: beginnings.map((name) => at('src', `${name}.ts`)), outdir: FLAT, entryNames: '[name]' },
    ...{ format: 'esm', splitting: true, packages: 'external', plugins: [ownPlaces] },
  });
  for (const name of beginnings) {
    const file = at('dist', `${name}.js`);
    writeFileSync(file, `export * from ${JSON.stringify(relativeTo(file, join(FLAT, `${basename(name)}.js`)))};\n`);
  }
  if (!hasSource('cli/hook')) return;
  await build({
    ...shared,
    ...{ entryPoints: [at('src', 'cli', 'hook.ts')], outfile: at('dist', 'cli', 'hook.cjs'), format: 'cjs' },
    plugins: [apart],
  });
}

/** The hook loads the guard only where none listens. */
const apart = {
  name: 'apart',
  setup(builder) {
    builder.onResolve({ filter: /\/place\/guard\.ts$/ }, () => ({ path: './place/guard.js', external: true }));
  },
};

function relativeTo(file, target) {
  const path = relative(dirname(file), target).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
