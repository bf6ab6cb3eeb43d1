// A rehearsal with real processes: agents and a person on one directory, whole files, replacements, commands and writes
// that nobody announces. The checker knows each edit. The same without a guard shows what is lost otherwise.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openGuard } from '../../src/cli/place/guard.ts';
import { findPlace } from '../../src/guard/front/place.ts';
import { ended, runIn } from '../support/command-line.ts';

const LONG = process.env['ENTENTE_LONG'] === '1';
const AGENTS = LONG ? ['ann', 'bob', 'cem', 'dee', 'eva', 'fay', 'human'] : ['ann', 'bob', 'human'];
const FILES = ['plan.md', 'src/main.txt', 'notes.md'];
/** Writes of one process. */
const EACH = LONG ? 72 : 6;
/** A long run on a machine that others use too. */
const PATIENCE_MS = LONG ? 3_600_000 : 120_000;

const made: string[] = [];
afterEach(() => {
  for (const one of made.splice(0)) rmSync(one, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'entente-rehearsal-')));
  made.push(root);
  for (const path of FILES) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const parts = AGENTS.map((agent) => `## ${agent}\n\nlast line of ${agent}\n\n---\n`);
    writeFileSync(join(root, path), parts.join('\n'));
  }
  await runIn(root, ['init', '-q']);
  return root;
}

interface Acknowledged {
  readonly path: string;
  readonly mark: string;
  readonly kind: string;
}

async function work(root: string, agent: string, mode: string, seed: number): Promise<readonly Acknowledged[]> {
  const file = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const words = ['--import', 'tsx', file, root, agent, String(EACH), mode, String(seed)];
  const { code, out, err } = await ended(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] }));
  expect(code, err).toBe(0);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Acknowledged);
}

async function rehearse(root: string, mode: string): Promise<readonly Acknowledged[]> {
  const seed = LONG ? Date.now() % 100_000 : 7;
  const all = await Promise.all(AGENTS.map((agent, index) => work(root, agent, mode, seed + index)));
  return all.flat();
}

const has = (text: string, mark: string): boolean => text.split('\n').includes(mark);
const onDisk = (root: string, { path, mark }: Acknowledged): boolean =>
  has(readFileSync(join(root, path), 'utf8'), mark);

describe('a rehearsal of real processes', { timeout: PATIENCE_MS }, () => {
  it('[GD28] on one directory no acknowledged edit is lost, whoever wrote it and however', async () => {
    const root = await folder();
    const place = findPlace(root);
    if (place === undefined) throw new Error('no place');
    const done = await rehearse(root, 'guarded');
    const guard = await openGuard(place);
    try {
      await guard.drain();
      await guard.capture();
      expect(done.length).toBeGreaterThan(AGENTS.length * EACH * 0.8);
      const away = done.filter((one) => !onDisk(root, one));
      for (const one of away) {
        const kept = await guard.recoverable(one.path);
        const texts = await Promise.all(kept.map(({ hash }) => guard.recover(one.path, { hash })));
        expect(
          texts.some((bytes) => has(Buffer.from(bytes ?? []).toString(), one.mark)),
          `${one.mark} ${one.kind}`,
        ).toBe(true);
      }
      if (LONG) process.stderr.write(`${done.length} edits, ${away.length} not on disk but kept\n`);
      for (const path of FILES) {
        const text = readFileSync(join(root, path), 'utf8');
        for (const agent of AGENTS) expect(has(text, `last line of ${agent}`)).toBe(true);
      }
    } finally {
      await guard.close();
    }
  });

  // Without a guard nothing is promised: a run as short as CI's may lose nothing by chance.
  const bare = async (): Promise<void> => {
    const root = await folder();
    const done = await rehearse(root, 'plain');
    const lost = done.filter((one) => !onDisk(root, one));
    process.stderr.write(`${done.length} edits, ${lost.length} lost without a guard\n`);
    expect(lost.length).toBeGreaterThan(0);
  };
  if (LONG) it('[GD28] the same with plain writes loses edits', bare);
});
