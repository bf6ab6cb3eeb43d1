// A batch for the function in the database: which requests can be written together, how they are sent, and what its
// answer means for each.

import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { fromText } from '../escaped-text.ts';
import type { CommitReply } from '../store.ts';
import { guardPlace, isBound, rowsOf, tallyOf } from './columns.ts';
import type { Encoded } from './encode.ts';
import { type GuardRow, type HeadRow, headOf } from './rows.ts';
import type { Row } from './session.ts';

/** One request of a batch; `apart`: it touches what an earlier one does, so that it can only be looked at this time. */
export interface Placed {
  readonly encoded: Encoded;
  readonly apart: boolean;
  /** The guard that names a version means one that an earlier request of the batch is to write. */
  readonly link?: Link;
}

/** Behind whom a request stands in a chain of writes of one resource, all in one batch. */
export interface Link {
  /** The one right before it, and the first of the chain. */
  readonly before: number;
  readonly root: number;
  /** How many stand before it. */
  readonly depth: number;
}

/** A request and the call of `commit` that it came with. */
export interface Called {
  readonly encoded: Encoded;
  readonly call: number;
}

/**
 * Marks what must wait for an earlier request of the same batch, so that all is as if done one at a time; and what comes
 * behind such a one in its call, so that the revisions of a call are in its order (rule D2).
 */
export function place(requests: readonly Called[]): Placed[] {
  const keys = new Set<string>();
  const resources: Touched = { written: new Set(), awaited: new Set() };
  const records: Touched = { written: new Set(), awaited: new Set() };
  const late = new Set<number>();
  /** The last one of each call that is in a chain. */
  const chained = new Map<number, number>();
  const writers = new Map<string, number>();
  const placed: Placed[] = [];
  for (const [n, { encoded, call }] of requests.entries()) {
    const { guards, writes, named, key } = encoded;
    const names = encoded.records.map(recordName);
    const ids = writes.map(({ id }) => id);
    const guarded = guards.map(([id]) => id);
    const link = linkOf(encoded, placed, writers);
    const compared = link === undefined ? guarded : guarded.filter((_, at) => at !== named?.place);
    const meets = touches(resources, compared, ids) || touches(records, names, names);
    const apart = meets || keys.has(key) || late.has(call) || isOutside(chained.get(call), link);
    keys.add(key);
    addAll(resources.written, ids);
    addAll(records.written, names);
    for (const id of ids) writers.set(id, n);
    // In a chain it may yet have to be looked at after the others, which must then have left alone what it compares.
    if (apart || link !== undefined) addAll(resources.awaited, apart ? guarded : compared);
    if (apart) {
      late.add(call);
      addAll(records.awaited, names);
    } else if (link !== undefined) chained.set(call, n);
    placed.push(apart || link === undefined ? { encoded, apart } : { encoded, apart, link });
  }
  return placed;
}

/** What the requests so far write, and what is only compared after the others of them are applied. */
interface Touched {
  readonly written: Set<string>;
  readonly awaited: Set<string>;
}

function touches({ written, awaited }: Touched, compared: readonly string[], writes: readonly string[]): boolean {
  return compared.some((name) => written.has(name)) || writes.some((name) => awaited.has(name));
}

/** A chain that breaks may have to wait for the next batch, and what comes behind it in its call would get there first. */
function isOutside(chained: number | undefined, link: Link | undefined): boolean {
  return chained !== undefined && chained !== link?.before;
}

function addAll(to: Set<string>, names: readonly string[]): void {
  for (const name of names) to.add(name);
}

/** The named version is what the last writer of its resource in this batch is to write, as far as that can be told here. */
function linkOf(
  { named, guards, writes: own }: Encoded,
  placed: readonly Placed[],
  writers: ReadonlyMap<string, number>,
): Link | undefined {
  if (named === undefined) return undefined;
  const [id, , hash] = guards[named.place] as GuardRow;
  // A premise that it does not write itself is no chain: the one before it stays the last writer of its resource.
  if (!own.some((write) => write.id === id)) return undefined;
  const before = writers.get(id);
  const last = before === undefined ? undefined : placed[before];
  if (before === undefined || last === undefined || last.apart) return undefined;
  const { writes } = last.encoded;
  if (writes.length !== 1 || writes[0]?.hash !== hash) return undefined;
  const { root = before, depth = 0 } = last.link ?? {};
  return { before, root, depth: depth + 1 };
}

function recordName({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return JSON.stringify([kind, id]);
}

/** The statement for a batch; `@.` stands for the schema. */
export const COMMIT_BATCH: string = `select o_epoch, o_revision, o_trimmed, o_revisions::text, o_versions::text,
  o_lives::text, o_others::text from @.commit_batch($1::int, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
  $12, $13::text::jsonb)`;

/** Its parameters. With care, every commitId is looked up. */
export function batchParameters(sid: number, batch: readonly Placed[], epoch: string, isCareful: boolean): unknown[] {
  const records = batch.flatMap(({ encoded }, index) =>
    encoded.records.map((record, place) => ({ n: index + 1, place, ...record })),
  );
  return [
    sid,
    epoch,
    batch.some(({ encoded }) => !isBound(encoded, isCareful)),
    batch.some(({ apart }) => apart),
    batch.some(({ link }) => link !== undefined),
    batch.some((placed) => tallyOf(placed) > 0),
    batch.some(({ encoded }) => encoded.writes.some(({ deleted }) => deleted)),
    ...rowsOf(batch, isCareful),
    records.length === 0 ? null : JSON.stringify(records),
  ];
}

/** What `commit_batch` answers, arrays as text. */
interface Answer {
  readonly revision: number;
  readonly trimmed: number;
  /** By request: its revision; undefined where it was not committed. */
  readonly revisions: readonly (number | undefined)[];
  /** By guard, of all requests in a row: the head before. */
  readonly versions: readonly (number | undefined)[];
  readonly lives: readonly (number | undefined)[];
  readonly others: readonly Other[];
}

interface Other {
  readonly n: number;
  readonly landed: number | null;
  readonly stale: readonly string[];
  readonly heads: readonly HeadRow[];
}

function numbersOf(text: unknown): (number | undefined)[] {
  if (typeof text !== 'string' || text.length < 3) return [];
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? undefined : Number(item)));
}

/** All were committed, one after another. */
function countedUp(last: unknown, { length }: readonly Placed[]): number[] {
  const first = Number(last) - length + 1;
  return Array.from({ length }, (_, n) => first + n);
}

/** What became of a request: its reply, the revision at which it landed before, or `again`: it waits for its turn. */
export type Result =
  | CommitReply
  | { readonly status: 'landed'; readonly revision: number }
  | { readonly status: 'again' };

/** Results in the order of the batch; or the epoch, where it is another one. */
export function readAnswer(row: Row, batch: readonly Placed[], epoch: string): Result[] | { readonly epoch: string } {
  const now = row['o_epoch'] as string;
  if (now !== epoch) return { epoch: now };
  const answer: Answer = {
    revision: Number(row['o_revision']),
    trimmed: Number(row['o_trimmed']),
    revisions: row['o_revisions'] === null ? countedUp(row['o_revision'], batch) : numbersOf(row['o_revisions']),
    versions: numbersOf(row['o_versions']),
    lives: numbersOf(row['o_lives']),
    others: typeof row['o_others'] === 'string' ? (JSON.parse(row['o_others']) as Other[]) : [],
  };
  let guard = 0;
  const results = batch.map((placed, n): Result => {
    const first = guard;
    guard += placed.encoded.guards.length;
    const revision = answer.revisions[n];
    if (revision === undefined) return { status: 'again' };
    return { status: 'committed', revision, heads: headsOf(placed, answer, revision, first) };
  });
  for (const { n, landed, stale, heads } of answer.others) {
    results[n - 1] =
      landed === null ? refusal(batch[n - 1] as Placed, answer, stale, heads) : { status: 'landed', revision: landed };
  }
  return results;
}

function headsOf(
  { encoded, link }: Placed,
  { versions, lives, revisions }: Answer,
  revision: number,
  first: number,
): Head[] {
  const { agent, at } = encoded.request;
  return encoded.writes.map((write, place) => {
    const guard = guardPlace(encoded, place);
    const { depth, root } = link !== undefined && guard === encoded.named?.place ? link : { depth: 0, root: -1 };
    const born = lives[first + guard] || (revisions[root] ?? revision);
    const { id, hash, size, media, deleted } = write;
    const version = (versions[first + guard] ?? 0) + depth + 1;
    return headOf({ id, hash, size, media, deleted, agent, at, revision, version, born });
  });
}

function refusal(
  { encoded }: Placed,
  { revision, trimmed }: Answer,
  stale: readonly string[],
  heads: readonly HeadRow[],
): CommitReply {
  if (encoded.request.asOf < trimmed) return { status: 'expired', trimmed };
  const byId = new Map<ResourceId, Head>(heads.map((row) => [row.id as ResourceId, headOf(row)]));
  const wanted = [...new Set(encoded.request.guards.map(({ resource }) => resource))];
  return {
    status: 'stale',
    revision,
    heads: wanted.flatMap((id) => byId.get(id) ?? []),
    staleRecords: stale.map(fromText),
  };
}
