// Killed at any moment: processes that commit and report each acknowledgement get SIGKILL, again and again on one file.
// Whatever was acknowledged is there, once; whatever was not is there as a whole or not at all.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/stores/conformance/client.ts';
import { checkSqlite, createSqliteStore } from '../../src/stores/sqlite.ts';
import type { LogEntry, Store } from '../../src/stores/store.ts';
import { type Acknowledged, hasStrace, killMany, traceSyncs } from './killed.ts';
import { newPath, openRaw } from './testing.ts';

const SPACE = 'default' as never;
const KILLS = 100;

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
    const acknowledged = await killMany(path, KILLS, random);
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    await checkStore(path, acknowledged);
  });

  it('[SQ21] the write-ahead log is synced between the last write of a commit and its acknowledgement', async (context) => {
    if (!hasStrace()) {
      process.stderr.write('skipped: [SQ21] needs strace\n');
      return context.skip();
    }
    const path = newPath();
    mkdirSync(dirname(path), { recursive: true });
    const { acknowledgements, unsynced } = await traceSyncs(path, 20);
    expect(unsynced, 'acknowledged before it was on disk').toEqual([]);
    expect(acknowledgements).toBeGreaterThan(10);
  });
});
