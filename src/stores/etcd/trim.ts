// Trimming: the trim point goes first, in one comparison, so that from then on nobody takes what is below it for whole;
// then entries go in the order of their revisions, with the versions that they superseded and what they kept. Who dies in
// between leaves work that the next trim finds, since it is remembered how far the last one came.
import type { Space } from '../../core/resource.ts';
import { dropUnneeded, sweepUploads } from './contents.ts';
import { modOf, revisionOf } from './numbers.ts';
import type { Opened } from './opened.ts';
import { type EntryValue, read, type TrimValue, trimFrom } from './values.ts';
import { deleteOp, getOp, hasMod, isAbsent, type Kv, type Operation, putOp, ranged, under } from './wire.ts';

/** Entries that one step looks at, and deletes in one transaction. */
const STEP = 200;
const DELETES = 100;

/** Answers the trim point. Throws an EtcdFault. */
export async function trim(opened: Opened, space: Space, before: number): Promise<number> {
  const point = await movePoint(opened, space, before);
  if (point.cleaned < point.trimmed) {
    await clean(opened, space, point);
    await sweepUploads(opened);
  }
  return point.trimmed;
}

async function movePoint(opened: Opened, space: Space, before: number): Promise<TrimValue> {
  const { client, keys, lasts } = opened;
  const key = keys.trimmed(space);
  for (;;) {
    const { responses } = await client.read([getOp(key), lasts.op(space)]);
    const [kv] = ranged(responses[0]).kvs;
    const last = lasts.learn(space, ranged(responses[1]).kvs);
    const point = trimFrom(kv);
    const trimmed = Math.trunc(Math.min(before, last));
    if (trimmed <= point.trimmed) return point;
    const next: TrimValue = { ...point, trimmed };
    if (await swap(opened, key, kv, next)) return next;
  }
}

async function swap({ client }: Opened, key: string, kv: Kv | undefined, value: TrimValue): Promise<boolean> {
  const compare = [kv === undefined ? isAbsent(key) : hasMod(key, kv.mod)];
  const { succeeded } = await client.write({ compare, success: [putOp(key, JSON.stringify(value))], failure: [] });
  return succeeded;
}

async function clean(opened: Opened, space: Space, { trimmed, cleaned }: TrimValue): Promise<void> {
  const { client, keys, segments } = opened;
  segments.learn(space, (await client.range(rangeOfOp(segments.sealsOp(space)))).kvs);
  for (const segment of segments.from(space, modOf(cleaned))) {
    for (;;) {
      const { kvs, more } = await client.range({
        ...under(keys.segment(space, segment)),
        max_mod_revision: String(modOf(trimmed)),
        sort_target: 'MOD',
        sort_order: 'ASCEND',
        limit: STEP,
      });
      const old = kvs.filter((kv) => revisionOf(kv.mod, read<EntryValue>(kv).p) <= trimmed);
      await drop(opened, space, segment, old);
      if (!more || old.length === 0) break;
    }
  }
  await rememberCleaned(opened, space, trimmed);
}

function rangeOfOp(operation: Operation): Parameters<Opened['client']['range']>[0] {
  return 'request_range' in operation ? operation.request_range : { key: '' };
}

async function drop(opened: Opened, space: Space, segment: number, kvs: readonly Kv[]): Promise<void> {
  const { client, keys } = opened;
  const operations: Operation[] = [];
  const free = new Set<string>();
  for (const kv of kvs) {
    const commit = kv.key.slice(keys.segment(space, segment).length);
    const entry = read<EntryValue>(kv);
    for (const { r: id, v } of entry.h) {
      if (v === 1) continue;
      operations.push(deleteOp(keys.version(space, id, v - 1)));
      const base = entry.g.find(([resource]) => resource === id)?.[2] ?? '';
      if (base === '') continue;
      operations.push(deleteOp(keys.byVersion(base, space, id, v - 1)));
      free.add(base);
    }
    for (const hash of entry.k) {
      operations.push(deleteOp(keys.byCommit(hash, commit)));
      free.add(hash);
    }
  }
  await deleteAll(client, operations);
  await dropUnneeded(opened, [...free]);
  // The entries last: as long as they are there, what they let go of can be found.
  await deleteAll(
    client,
    kvs.flatMap(({ key }) => {
      const commit = key.slice(keys.segment(space, segment).length);
      return [deleteOp(key), deleteOp(keys.landed(space, commit))];
    }),
  );
}

async function deleteAll(client: Opened['client'], operations: readonly Operation[]): Promise<void> {
  for (let at = 0; at < operations.length; at += DELETES) {
    await client.write({ compare: [], success: operations.slice(at, at + DELETES), failure: [] });
  }
}

async function rememberCleaned(opened: Opened, space: Space, cleaned: number): Promise<void> {
  const key = opened.keys.trimmed(space);
  const { responses } = await opened.client.read([getOp(key)]);
  const [kv] = ranged(responses[0]).kvs;
  const point = trimFrom(kv);
  // Lost to another trim, the next one looks at a little that is gone already.
  if (point.cleaned < cleaned) await swap(opened, key, kv, { ...point, cleaned });
}
