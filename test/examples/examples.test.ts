// The examples run as they stand, on the package as it is built.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../house/tree.ts';

const scratch = mkdtempSync(join(tmpdir(), 'entente-examples-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const bin = join(scratch, 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'entente'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/cli/main.js')}" "$@"\n`);
chmodSync(join(bin, 'entente'), 0o755);

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('ENTENTE_'));
  const env = { ...Object.fromEntries(kept), PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  return (await promisify(execFile)(command, [...args], { cwd, env })).stdout;
}

const script = (name: string): Promise<string> =>
  run(process.execPath, ['--import', 'tsx', join('examples', name)], root);

describe('examples', () => {
  it('[AD6] a tool loop of three models on one file loses no edit', async () => {
    expect(await script('tool-loop.ts')).toMatch(
      /^4 versions by external, agent-\d, agent-\d, agent-\d; no edit lost\n$/,
    );
  });

  it('[AD6] nodes of a graph that fork write one document', async () => {
    expect(await script('graph-nodes.ts')).toMatch(/nothing is missing\n$/);
  });

  it('[AD6] shell scripts count in one file at once', async () => {
    const cwd = join(scratch, 'shell');
    mkdirSync(join(cwd, '.git'), { recursive: true });
    expect(await run('sh', [join(root, 'examples/shell-agents.sh')], cwd)).toBe('ann 2\n\nbob 2\n\ncleo 2\n');
  });
});
