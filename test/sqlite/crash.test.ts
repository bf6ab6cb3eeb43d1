// Killed at any moment: processes that commit and report each acknowledgement get SIGKILL, again and again on one file.
// Whatever was acknowledged is there, once; whatever was not is there as a whole or not at all.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/stores/conformance/client.ts';
import { checkSqlite, createSqliteStore } from '../../src/stores/sqlite.ts';
import type { LogEntry, Store } from '../../src/stores/store.ts';
import { newPath, openRaw } from './testing.ts';

const script = fileURLToPath(new URL('./child.ts', import.meta.url));
const SPACE = 'default' as never;
const KILLS = 100;
const CHILDREN = 4;

interface Acknowledged {
  readonly agent: string;
  readonly commitId: string;
  readonly revision: number;
  readonly hash: string;
}

/** A child that is killed some milliseconds after its first acknowledgement; answers all that it had reported. */
async function killedChild(path: string, name: string, afterMs: number): Promise<Acknowledged[]> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, 'crash', path, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    output += chunk;
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  // The last line may be cut: it was being told when the end came.
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

async function wholeLog(store: Store): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await store.log(SPACE, entries.at(-1)?.revision ?? 0, 1000);
    if (page.status !== 'ok') throw new Error('the log is gone');
    if (page.entries.length === 0) return entries;
    entries.push(...page.entries);
  }
}

/** Replays the log: every guard must hold, every head must be the last one that the log tells. */
async function checkStore(path: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const db = await openRaw(path);
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  db.close();
  expect((await checkSqlite(path)).problems).toEqual([]);
  const store = createSqliteStore({ path });
  const client = await createClient(store);
  const log = await wholeLog(store);
  expect(log.map(({ revision }) => revision)).toEqual(log.map((_, index) => index + 1));
  const byId = new Map(log.map((entry) => [`${entry.agent}/${entry.commitId}`, entry]));
  expect(byId.size).toBe(log.length);
  for (const { agent, commitId, revision, hash } of acknowledged) {
    expect(byId.get(`${agent}/${commitId}`)).toMatchObject({ revision, heads: [{ hash }, {}] });
  }
  const heads = new Map<string, LogEntry['heads'][number]>();
  for (const entry of log) {
    for (const guard of entry.guards) {
      const head = heads.get(guard.resource);
      expect({ revision: head?.revision ?? 0, hash: head?.hash ?? '' }).toEqual({
        revision: guard.revision,
        hash: guard.hash,
      });
    }
    for (const head of entry.heads) heads.set(head.resource, head);
  }
  for (const [resource, head] of heads) {
    expect(await client.head(resource)).toEqual(head);
    expect(await store.content(head.hash)).toHaveLength(head.size ?? -1);
  }
  const counts = await store.counts(SPACE);
  expect(counts).toMatchObject({ revision: log.length, commits: log.length, resources: heads.size });
  // Each commit left exactly one record: nothing of it is missing and nothing is there twice.
  let records = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.records(SPACE, 'seen', {}, { limit: 1000, ...(after === undefined ? {} : { after }) });
    records += page.items.length;
    after = page.next;
    if (after === undefined) break;
  }
  expect(records).toBe(log.length);
  await store.close();
}

describe('killed at any moment', () => {
  it(`[SQ20] ${KILLS} processes are killed: every acknowledged commit is there, once and whole`, async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    process.stderr.write(`crash test: SEED=${seed}\n`);
    let state = seed;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const path = newPath();
    const acknowledged: Acknowledged[] = [];
    let started = 0;
    // As soon as one is killed the next one starts, so that recovery runs while others write.
    const lane = async (): Promise<void> => {
      while (started < KILLS) {
        started += 1;
        acknowledged.push(...(await killedChild(path, `p${started}`, 1 + random() * 120)));
      }
    };
    await Promise.all(Array.from({ length: CHILDREN }, lane));
    expect(started).toBe(KILLS);
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    await checkStore(path, acknowledged);
  });

  it('[SQ21] the write-ahead log is synced between the last write of a commit and its acknowledgement', async (context) => {
    if (spawnSync('strace', ['-V']).status !== 0) {
      process.stderr.write('skipped: [SQ21] needs strace\n');
      return context.skip();
    }
    const path = newPath();
    mkdirSync(dirname(path), { recursive: true });
    const trace = join(dirname(path), 'trace');
    const calls = 'trace=pwrite64,pwritev,fsync,fdatasync,write';
    const traced = [
      '-f',
      '-y',
      '-e',
      calls,
      '-s',
      '200',
      '-o',
      trace,
      process.execPath,
      '--import',
      'tsx',
      script,
      'crash',
      path,
      'traced',
    ];
    const child = spawn('strace', traced, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let told = 0;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk.split('\n').length - 1;
      if (told >= 20 && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });
    await once(child, 'close');
    let unsynced = false;
    let acknowledgements = 0;
    for (const line of readFileSync(trace, 'utf8').split('\n')) {
      if (/ pwrite(64|v)\(\d+<[^>]*-wal>/.test(line)) unsynced = true;
      else if (/ f(data)?sync\(\d+<[^>]*-wal>/.test(line)) unsynced = false;
      else if (/ write\(1<.*commitId/.test(line)) {
        acknowledgements += 1;
        expect(unsynced, `acknowledged before it was on disk: ${line}`).toBe(false);
      }
    }
    expect(acknowledgements).toBeGreaterThan(10);
  });
});
