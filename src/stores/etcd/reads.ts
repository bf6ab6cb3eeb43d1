// Everything that only reads, each at one moment: one transaction of questions, or ranges at one revision of etcd.
// Longer than most files: each question is a few lines, and all of them read the same keys the same way.
import type { Page, PageRequest } from '../../core/page.ts';
import type { AgentId, ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { recordPlace } from '../check.ts';
import type { CommitStatus, Counts, LogEntry, LogPage, Snapshot, StoredRecord, VersionEntry } from '../store.ts';
import { readContent } from './contents.ts';
import { etcdFaultOf } from './errors.ts';
import { commitKey } from './keys.ts';
import { latestOf } from './lasts.ts';
import { inverted, modOf, PLACES, revisionOf } from './numbers.ts';
import type { Opened } from './opened.ts';
import { entryFrom, headFrom, read, recordFrom, trimFrom, type VersionValue } from './values.ts';
import { base64, endOf, getOp, type Json, type Kv, type Operation, ranged, rangeOp, under } from './wire.ts';

/** Operations of one question. */
const STEP = 120;

export function limitOf(limit: number | undefined): number {
  return Math.max(1, Math.trunc(limit ?? 100));
}

/** Many questions at one revision: those of the first transaction, and more at the same one. */
async function readAt(
  { client }: Opened,
  keys: readonly string[],
  first: readonly Operation[],
): Promise<readonly Json[]> {
  const room = STEP - first.length;
  const answer = await client.read([...first, ...keys.slice(0, room).map(getOp)]);
  const responses = [...answer.responses];
  for (let at = room; at < keys.length; at += STEP) {
    const revision = String(answer.revision);
    const more = keys.slice(at, at + STEP).map((key) => rangeOp({ key: base64(key), revision }));
    responses.push(...(await client.read(more)).responses);
  }
  return responses;
}

function firstOf(response: Json | undefined): Kv | undefined {
  return ranged(response).kvs[0];
}

export async function readSnapshot(opened: Opened, space: Space, ids: readonly ResourceId[]): Promise<Snapshot> {
  const { keys, known, lasts } = opened;
  const wanted = [...new Set(ids)];
  const responses = await readAt(
    opened,
    wanted.map((id) => keys.head(space, id)),
    [getOp(keys.epoch), lasts.op(space), getOp(keys.trimmed(space))],
  );
  const [epoch, , trim, ...found] = responses.map(firstOf);
  opened.changeEpoch(epoch?.value.toString('utf8') ?? '');
  const heads = new Map<ResourceId, Head>();
  for (const [index, id] of wanted.entries()) {
    const kv = found[index];
    if (kv === undefined) continue;
    const head = headFrom(id, kv);
    known.put(space, head);
    heads.set(id, head);
  }
  return {
    epoch: opened.epoch(),
    revision: lasts.learn(space, ranged(responses[1]).kvs),
    trimmed: trimFrom(trim).trimmed,
    heads: ids.map((id) => {
      const head = heads.get(id);
      return head === undefined ? undefined : { ...head };
    }),
  };
}

export async function readStatus(
  opened: Opened,
  space: Space,
  agent: AgentId,
  commitId: string,
): Promise<CommitStatus> {
  const { client, keys } = opened;
  const key = commitKey(space, agent, commitId);
  const { responses } = await client.read([getOp(keys.landed(space, key)), getOp(keys.trimmed(space))]);
  const [landed, trim] = responses.map(firstOf);
  const { trimmed } = trimFrom(trim);
  if (landed === undefined) return { status: 'absent', trimmed };
  const segment = Number(landed.value.toString('utf8'));
  const again = await client.read([getOp(keys.entry(space, segment, key)), getOp(keys.trimmed(space))]);
  const [entry, now] = again.responses.map(firstOf);
  if (entry === undefined) return { status: 'absent', trimmed: trimFrom(now).trimmed };
  return { status: 'committed', entry: entryFrom(entry) };
}

export async function listHeads(
  { client, keys }: Opened,
  space: Space,
  prefix: string,
  page: PageRequest,
): Promise<Page<Head>> {
  const limit = limitOf(page.limit);
  // No id has a lone surrogate; as bytes it would become another character.
  if (!prefix.isWellFormed()) return { items: [] };
  const before = keys.heads(space);
  const from = page.after === undefined || page.after < prefix ? `${before}${prefix}` : `${before}${page.after}\0`;
  const key = page.after === undefined ? base64(before + prefix) : laterOf(`${before}${prefix}`, from);
  const { kvs } = await client.range({ key, range_end: base64(endOf(before + prefix)), limit: limit + 1 });
  const items = kvs.slice(0, limit).map((kv) => headFrom(kv.key.slice(before.length), kv));
  const last = items.at(-1);
  return kvs.length > limit && last !== undefined ? { items, next: last.resource } : { items };
}

/** The one of two keys that is later in the order of bytes. */
function laterOf(left: string, right: string): string {
  const [a, b] = [Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8')];
  return base64(Buffer.compare(a, b) > 0 ? a : b);
}

/** Newest first. A version whose entry is trimmed comes without what its commit said. */
export async function readHistory(
  opened: Opened,
  space: Space,
  id: ResourceId,
  page: PageRequest,
): Promise<Page<VersionEntry>> {
  const { client, keys } = opened;
  const limit = limitOf(page.limit);
  const prefix = keys.versions(space, id);
  const range_end = base64(endOf(prefix));
  const key = base64(page.after === undefined ? prefix : `${prefix}${inverted(Math.max(0, Number(page.after) - 1))}`);
  const { kvs } = await client.range({ key, range_end, limit: limit + 1 });
  const items = kvs.slice(0, limit);
  const values = items.map((kv) => read<VersionValue>(kv));
  const entries = await readAt(
    opened,
    values.map(({ g, c }) => keys.entry(space, g, c)),
    [],
  );
  const found = items.map((kv, index) => versionOf(headFrom(id, kv), firstOf(entries[index])));
  const last = found.at(-1);
  return kvs.length > limit && last !== undefined
    ? { items: found, next: String(last.head.version) }
    : { items: found };
}

function versionOf(head: Head, kv: Kv | undefined): VersionEntry {
  if (kv === undefined) return { head, commitId: '', outcome: 'committed' };
  const { commitId, meta } = entryFrom(kv);
  const { outcome, note, strategy } = meta;
  return {
    head,
    commitId,
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

export async function readRecord(
  opened: Opened,
  space: Space,
  kind: string,
  id: string,
): Promise<StoredRecord | undefined> {
  const { kvs } = await opened.client.range({ key: base64(opened.keys.record(space, kind, id)) });
  const [kv] = kvs;
  return kv === undefined ? undefined : recordOf(opened, kind, id, kv);
}

/** Undefined where its long value went while it was read: the record was replaced. */
async function recordOf(opened: Opened, kind: string, id: string, kv: Kv): Promise<StoredRecord | undefined> {
  const { text, long, revision, created, state } = recordFrom(kv);
  const bytes = long === undefined ? undefined : await readContent(opened, long);
  const json = text ?? (bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8'));
  if (json === undefined) return undefined;
  return { kind, id, ...(state === undefined ? {} : { state }), value: JSON.parse(json) as unknown, revision, created };
}

interface Indexed {
  readonly id: string;
  readonly created: number;
}

/** The index is read whole and is short: what stands in it is an id and a revision. */
export async function readRecords(
  opened: Opened,
  space: Space,
  kind: string,
  state: string | undefined,
  page: PageRequest,
): Promise<Page<StoredRecord>> {
  const { client, keys } = opened;
  const limit = limitOf(page.limit);
  const after = page.after === undefined ? undefined : recordPlace(page.after);
  const { kvs } = await client.range(under(keys.index(space, kind, state)));
  const found = kvs.map((kv): Indexed => {
    const { c, p } = read<{ readonly c: number; readonly p: number }>(kv);
    return { id: keys.idOfIndexed(kv.key), created: c === 0 ? revisionOf(kv.mod, p) : c };
  });
  const later = found.filter((one) => after === undefined || compareIndexed(one, after) > 0).sort(compareIndexed);
  const wanted = later.slice(0, limit);
  const responses = await readAt(
    opened,
    wanted.map(({ id }) => keys.record(space, kind, id)),
    [],
  );
  const items: StoredRecord[] = [];
  for (const [index, { id }] of wanted.entries()) {
    const kv = firstOf(responses[index]);
    const record = kv === undefined ? undefined : await recordOf(opened, kind, id, kv);
    // It may have been removed, or changed its state, since the index was read.
    if (record !== undefined && (state === undefined || record.state === state)) items.push(record);
  }
  const last = wanted.at(-1);
  return later.length > limit && last !== undefined ? { items, next: `${last.created}:${last.id}` } : { items };
}

function compareIndexed(left: Indexed, right: Indexed): number {
  if (left.created !== right.created) return left.created - right.created;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

export async function readCounts({ client, keys }: Opened, space: Space): Promise<Counts> {
  const counted = (prefix: string): Operation => rangeOp({ ...under(prefix), count_only: true });
  const { responses } = await client.read([
    rangeOp(under(keys.lasts(space))),
    rangeOp(under(keys.tallies(space, 'merged'))),
    rangeOp(under(keys.tallies(space, 'escalated'))),
    counted(keys.heads(space)),
    counted(keys.tombs(space)),
    counted(keys.index(space, 'conflict', 'open')),
  ]);
  const [lasts, merged, escalated, heads, tombs, open] = responses.map(ranged);
  const puts = (kvs: readonly Kv[] = []): number => kvs.reduce((sum, { version }) => sum + version, 0);
  return {
    revision: latestOf(keys, lasts?.kvs ?? []),
    resources: (heads?.count ?? 0) - (tombs?.count ?? 0),
    commits: puts(lasts?.kvs),
    merged: puts(merged?.kvs),
    escalated: puts(escalated?.kvs),
    open: open?.count ?? 0,
  };
}

/** How often a log is read anew because etcd compacted the moment that it was read at. */
const TRIES = 5;

export async function readLog(opened: Opened, space: Space, after: number, limit: number): Promise<LogPage> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readLogOnce(opened, space, after, Math.max(1, limit));
    } catch (error) {
      if (etcdFaultOf(error).meaning.compacted !== true || tries === TRIES) throw error;
    }
  }
}

async function readLogOnce(opened: Opened, space: Space, after: number, limit: number): Promise<LogPage> {
  const { client, keys, segments, lasts } = opened;
  const answer = await client.read([getOp(keys.trimmed(space)), lasts.op(space), segments.sealsOp(space)]);
  const [trim, last, seals] = answer.responses.map((response) => ranged(response).kvs);
  const { trimmed } = trimFrom(trim?.[0]);
  if (after < trimmed) return { status: 'gone', oldest: trimmed };
  segments.learn(space, seals ?? []);
  const revision = lasts.learn(space, last ?? []);
  const entries: LogEntry[] = [];
  if (after >= revision) return { status: 'ok', entries, revision };
  const mod = modOf(after + 1);
  for (const segment of segments.from(space, mod)) {
    const wanted = limit - entries.length;
    const { kvs, more } = await client.range({
      ...under(keys.segment(space, segment)),
      // All of it at the moment of the first look: what is trimmed meanwhile must not be missing in the middle.
      revision: String(answer.revision),
      min_mod_revision: String(mod),
      sort_target: 'MOD',
      sort_order: 'ASCEND',
      limit: wanted + PLACES * 2,
    });
    // The last transaction of an answer that is cut short may not be here whole.
    const end = more ? (kvs.at(-1)?.mod ?? 0) : Number.POSITIVE_INFINITY;
    const found = kvs.filter((kv) => kv.mod < end).map(entryFrom);
    found.sort((left, right) => left.revision - right.revision);
    entries.push(...found.filter((entry) => entry.revision > after).slice(0, wanted));
    if (entries.length >= limit) break;
  }
  return { status: 'ok', entries, revision };
}

export async function readSpaces({ client, keys }: Opened): Promise<readonly Space[]> {
  const { kvs } = await client.range({ ...under(keys.allLasts()), keys_only: true });
  return [...new Set(kvs.map(({ key }) => keys.spaceOfLast(key)))] as Space[];
}
