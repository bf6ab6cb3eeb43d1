// L5: SQLite under kills, watched at its system calls, and on a disk that is full or takes no more writes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, guardOf, SPACE, writeOf } from '../../../src/stores/conformance/client.ts';
import { checkSqlite, createSqliteStore } from '../../../src/stores/sqlite.ts';
import type { LogEntry } from '../../../src/stores/store.ts';
import type { HistoryOperation } from '../../../src/verify/index.ts';
import { type Acknowledged, hasStrace, killMany, traceSyncs } from '../../sqlite/killed.ts';
import { cutPower } from '../../sqlite/power-cut.ts';
import { audit, wholeLog } from '../audit.ts';
import { Absent, createTally, demand, type Layer, type ProofContext, Violation } from '../frame.ts';
import { sharedClock } from '../told.ts';

async function assertWhole(path: string): Promise<void> {
  const [problem] = (await checkSqlite(path)).problems;
  demand(problem === undefined, `the file: ${problem}`);
}

/** Whole or not at all: each commit of a child wrote two resources and a record. */
function assertWholeCommits(log: readonly LogEntry[]): void {
  const half = log.find(({ heads }) => heads.length !== 2);
  demand(half === undefined, `revision ${half?.revision} is half a commit`);
}

/** What the children were told, and in between what they were not told any more: they were killed before. */
function historyOf(
  acks: readonly Acknowledged[],
  log: readonly LogEntry[],
  [began, ended]: readonly [number, number],
): HistoryOperation[] {
  const known = new Map(acks.map((ack) => [`${ack.agent}/${ack.commitId}`, ack]));
  return log.flatMap(({ agent, commitId, revision, heads }) => {
    const commit = `${agent}/${commitId}`;
    const ack = known.get(commit);
    return (ack?.wrote ?? heads).map(({ resource, version, hash }) => ({
      ...{ process: agent, resource, type: 'write' as const, version, hash, commit },
      ...{ call: ack?.call ?? began, return: ack?.return ?? ended, revision: ack?.revision ?? revision },
      outcome: ack === undefined ? ('unknown' as const) : ('ok' as const),
    }));
  });
}

export const killed: Layer = {
  id: 'L5',
  title: 'SQLite: processes killed while they commit to one file',
  async run({ stores, size, random, tally, note, told }) {
    const path = join(stores.folder(), 'store.db');
    const began = sharedClock();
    const acks = await killMany(path, size(4, 100, 2000), random.next, size(0, 0, 200_000));
    const kills = new Set(acks.map(({ agent }) => agent)).size;
    const time = [began, sharedClock()] as const;
    tally.faults += kills;
    await assertWhole(path);
    const store = createSqliteStore({ path, onWarning: () => undefined });
    const log = await wholeLog(store, SPACE);
    const history = told.begin('sqlite');
    for (const operation of historyOf(acks, log, time)) history.push(operation);
    await audit(store, SPACE, acks, tally);
    told.judge();
    assertWholeCommits(log);
    const { items } = await store.records(SPACE, 'seen', {}, { limit: 1000 });
    demand(items.length === Math.min(1000, log.length), 'a record is missing, or there twice');
    tally.operations += log.length;
    await store.close();
    note(`${kills} kills, ${acks.length} acknowledgements, ${log.length} commits in the log`);
  },
};

/** Throws where an acknowledgement was told before its bytes were on disk. `mode`: of the child, for a planted bug. */
export async function watchSyncs(
  { stores, tally }: ProofContext,
  wanted: number,
  mode: string = 'crash',
): Promise<void> {
  if (!hasStrace()) throw new Absent('strace is not installed: apt-get install strace');
  const { acknowledgements, unsynced } = await traceSyncs(join(stores.folder(), 'store.db'), wanted, mode);
  tally.operations += acknowledgements;
  demand(acknowledgements > 0, 'no acknowledgement was seen in the trace');
  if (unsynced.length > 0) {
    throw new Violation(`${unsynced.length} of ${acknowledgements} acknowledgements came before the sync`);
  }
}

/** Throws where what a power cut leaves lacks an acknowledged commit, has half of one, or is damaged. */
export async function loseUnsynced(
  { stores, random, tally }: Pick<ProofContext, 'stores' | 'random' | 'tally'>,
  {
    acknowledgements,
    cuts,
    mode,
  }: { readonly acknowledgements: number; readonly cuts: number; readonly mode?: string },
): Promise<void> {
  if (!hasStrace()) throw new Absent('strace is not installed: apt-get install strace');
  const options = { acknowledgements, cuts, below: random.below, hadDone: () => random.chance(0.5) };
  await cutPower(
    join(stores.folder(), 'store.db'),
    { ...options, ...(mode === undefined ? {} : { mode }) },
    async ({ folder, told }) => {
      const path = join(folder, 'store.db');
      await assertWhole(path);
      const store = createSqliteStore({ path, onWarning: () => undefined });
      // Each of them is looked for after each cut that came later; as acknowledged it counts once, where it was told.
      const found = createTally();
      try {
        await audit(store, SPACE, told, found);
        assertWholeCommits(await wholeLog(store, SPACE));
      } finally {
        await store.close();
        for (const name of ['lost', 'doubled', 'gaps'] as const) tally[name] += found[name];
        tally.operations += told.length;
        tally.faults += 1;
      }
      rmSync(folder, { recursive: true });
    },
  );
}

export const synced: Layer = {
  id: 'L5b',
  title:
    'SQLite: a sync of the log before each acknowledgement, and what a power cut leaves, from traces of its system calls',
  async run(context) {
    const { tally, size, note } = context;
    await watchSyncs(context, size(10, 200, 2000));
    note(`${tally.operations} acknowledgements in the trace`);
    const [acknowledgements, cuts] = [size(20, 200, 1000), size(6, 30, 200)];
    await loseUnsynced(context, { acknowledgements, cuts });
    note(`${cuts} power cuts of ${acknowledgements} acknowledgements: what was not synced is gone, or some of it is`);
  },
};

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args).status === 0;

export const fullDisk: Layer = {
  id: 'L5c',
  title: 'SQLite: a disk that is full, then takes no writes, then has room again',
  async run({ stores, tally, note }) {
    const place = join(stores.folder(), 'small');
    const view = join(stores.folder(), 'view');
    for (const folder of [place, view]) mkdirSync(folder);
    if (!mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place)) throw new Absent('no right to mount a tmpfs');
    try {
      const path = join(place, 'store.db');
      let store = createSqliteStore({ path, onWarning: () => undefined });
      let client = await createClient(store);
      let [full, told] = [0, 0];
      for (let index = 0; index < 200 && full < 20; index += 1) {
        const content = new Uint8Array(60_000).fill(index);
        const reply = await client.commit({ guards: [guardOf(`r${index}`)], writes: [writeOf(`r${index}`, content)] });
        tally.operations += 1;
        if (reply.status === 'committed') told += 1;
        else {
          demand(reply.status === 'unavailable' && reply.error.code === 'store-full', `a full disk: ${reply.status}`);
          full += 1;
        }
      }
      demand(full === 20 && told > 0, `${told} commits and ${full} refusals on a full disk`);
      await store.close();
      // The same files seen through a mount that takes no writes: a driver may keep the others open for a while.
      demand(mount('--bind', place, view) && mount('-o', 'remount,bind,ro', view), 'no read-only view of the disk');
      store = createSqliteStore({ path: join(view, 'store.db'), onWarning: () => undefined });
      const refused = await createClient(store)
        .then((reader) => reader.commit({ guards: [guardOf('x')], writes: [writeOf('x', 'x')] }))
        .catch((error: unknown) => error as { readonly status?: string; readonly code?: string });
      const code = 'error' in refused ? refused.error.code : 'code' in refused ? refused.code : undefined;
      demand(code === 'read-only' || code === 'store-unavailable', `a read-only disk: ${code ?? 'written to'}`);
      tally.faults += full + 1;
      await store.close();
      demand(mount('-o', 'remount,size=16m', place), 'the disk could not be made larger');
      store = createSqliteStore({ path, onWarning: () => undefined });
      client = await createClient(store);
      await client.applied({ guards: [guardOf('again')], writes: [writeOf('again', 'room')] });
      demand((await store.counts(SPACE)).resources === told + 1, 'a refused commit left something, or one is missing');
      await audit(store, SPACE, [], tally);
      tally.acknowledged += told + 1;
      await store.close();
      await assertWhole(path);
      note(`${told} commits until it was full, ${full} refusals, all typed`);
    } finally {
      for (const folder of [view, place]) spawnSync('umount', ['-l', folder]);
    }
  },
};
