// Documentation that is run. In README.md, CONTRIBUTING.md and docs/, a line `<!-- run -->` before a fence of `sh` or
// `ts` makes the fence a test; `<!-- output -->` before the fence after it tells what it prints, where `…` stands for
// any text within a line and a line of `…` alone for any lines. Each runs in an empty folder of its own.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { filesBelow, readText, root } from './tree.ts';

interface Snippet {
  readonly title: string;
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

const FENCE =
  /^<!-- run -->\n+```(?<language>\w+)\n(?<code>[\s\S]*?)^```$(?:\n+<!-- output -->\n+```\w*\n(?<output>[\s\S]*?)^```$)?/gm;

function snippetsOf(path: string): Snippet[] {
  const text = readText(path);
  return [...text.matchAll(FENCE)].map(({ groups = {}, index }) => {
    const { language = '', code = '', output } = groups;
    return { title: `${path}:${text.slice(0, index).split('\n').length}`, language, code, output };
  });
}

const documents = [...filesBelow('.').filter((path) => /^[A-Z]+\.md$/.test(path)), ...filesBelow('docs')];
const snippets = documents.filter((path) => path.endsWith('.md')).flatMap(snippetsOf);

// Elsewhere, so that no snippet finds a store of this folder, and with `entente` among its packages, as a user has it.
const scratch = mkdtempSync(join(tmpdir(), 'entente-snippets-'));
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
const runs = join(scratch, 'runs');
mkdirSync(join(runs, 'node_modules'), { recursive: true });
symlinkSync(root, join(runs, 'node_modules', 'entente'));
const bin = join(scratch, 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'entente'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/cli/main.js')}" "$@"\n`);
chmodSync(join(bin, 'entente'), 0o755);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function runSnippet({ language, code }: Snippet): Promise<string> {
  const cwd = mkdtempSync(join(runs, 'run-'));
  // A repository of its own, as agents work in one.
  mkdirSync(join(cwd, '.git'));
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('ENTENTE_'));
  const env = { ...Object.fromEntries(kept), PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
  const file = join(cwd, `.snippet.${language === 'ts' ? 'mts' : 'sh'}`);
  writeFileSync(file, code);
  const [command, args] =
    language === 'ts' ? [process.execPath, ['--import', 'tsx', file]] : ['bash', ['-euo', 'pipefail', file]];
  const child = promisify(execFile)(command, args, { cwd, env, timeout: 60_000 });
  child.child.stdin?.end();
  try {
    return (await child).stdout;
  } catch (error) {
    throw isBuildOld() ? new Error('dist/ is older than src/: npm run build, then again', { cause: error }) : error;
  }
}

/** The snippets run what is built: a command that src/ has since then is not in it. */
function isBuildOld(): boolean {
  const built = statSync(join(root, 'dist/.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return filesBelow('src').some((path) => !path.endsWith('.test.ts') && statSync(join(root, path)).mtimeMs > built);
}

/** The output as a pattern: `…` is any text of a line, a line of `…` alone any lines. */
function patternOf(output: string): RegExp {
  const lines = output.trimEnd().split('\n');
  const escaped = lines.map((line) => {
    if (line.trim() === '…') return '(?:.*\\n)*?';
    return `${line
      .trimEnd()
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('…', '.*')}[ \\t]*\\n`;
  });
  return new RegExp(`^${escaped.join('')}$`);
}

describe('snippets', () => {
  it('[HS8] only shell and TypeScript are marked to run', () => {
    expect(snippets.filter(({ language }) => !['sh', 'ts'].includes(language)).map(({ title }) => title)).toEqual([]);
    const marks = documents
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => readText(path).match(/^<!-- run -->$/gm) ?? []);
    expect(snippets).toHaveLength(marks.length);
  });

  for (const snippet of snippets) {
    it(`[HS8] ${snippet.title} does what it says`, async () => {
      const stdout = await runSnippet(snippet);
      if (snippet.output !== undefined) expect(`${stdout.trimEnd()}\n`).toMatch(patternOf(snippet.output));
    });
  }
});
