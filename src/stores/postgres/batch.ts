// A batch for the function in the database: which requests can be written together, how they are sent, and what its
// answer means for each.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { fromText } from '../escaped-text.ts';
import type { CommitReply } from '../store.ts';
import type { Encoded } from './encode.ts';
import { type GuardRow, type HeadRow, headOf } from './rows.ts';

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
  const written = new Set<string>();
  const awaited = new Set<string>();
  const late = new Set<number>();
  const writers = new Map<string, number>();
  const placed: Placed[] = [];
  for (const [n, { encoded, call }] of requests.entries()) {
    const records = encoded.records.map(recordName);
    const writes = [...encoded.writes.map(({ id }) => `r ${id}`), ...records];
    const compares = [...encoded.guards.map(([id]) => `r ${id}`), ...records];
    const link = linkOf(encoded, placed, writers);
    const met = link === undefined ? compares : compares.filter((_, place) => place !== encoded.named?.place);
    const meets = met.some((name) => written.has(name)) || writes.some((name) => awaited.has(name));
    const apart = meets || keys.has(encoded.key) || late.has(call);
    keys.add(encoded.key);
    for (const name of writes) written.add(name);
    for (const { id } of encoded.writes) writers.set(id, n);
    if (apart) {
      late.add(call);
      for (const name of compares) awaited.add(name);
    }
    placed.push(apart || link === undefined ? { encoded, apart } : { encoded, apart, link });
  }
  return placed;
}

/** The named version is what the last writer of its resource in this batch is to write, as far as that can be told here. */
function linkOf(
  { named, guards }: Encoded,
  placed: readonly Placed[],
  writers: ReadonlyMap<string, number>,
): Link | undefined {
  if (named === undefined) return undefined;
  const [id, , hash] = guards[named.place] as GuardRow;
  const before = writers.get(id);
  const last = before === undefined ? undefined : placed[before];
  if (before === undefined || last === undefined || last.apart) return undefined;
  const { writes } = last.encoded;
  if (writes.length !== 1 || writes[0]?.hash !== hash) return undefined;
  const { root = before, depth = 0 } = last.link ?? {};
  return { before, root, depth: depth + 1 };
}

function recordName({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `c ${JSON.stringify([kind, id])}`;
}

/** The arguments of `commit_batch`, but for the space. */
export function batchArguments(batch: readonly Placed[], epoch: string): [requests: string, contents: string[]] {
  const contents: string[] = [];
  const places = new Map<string, number>();
  const need = (n: number, hash: string, bytes: Uint8Array | undefined): object => {
    if (bytes === undefined) return { n, hash };
    const known = places.get(hash);
    if (known !== undefined) return { n, hash, content: known };
    contents.push(Buffer.from(bytes).toString('base64'));
    places.set(hash, contents.length);
    return { n, hash, content: contents.length };
  };
  const now = batch.map(({ apart }, n) => ({ n, apart })).filter(({ apart }) => !apart);
  const each = <T>(work: (encoded: Encoded, n: number) => readonly T[]): T[] =>
    now.flatMap(({ n }) => work((batch[n] as Placed).encoded, n));
  const text = JSON.stringify({
    epoch,
    apart: now.length < batch.length,
    named: batch.some(({ encoded }) => encoded.named !== undefined),
    linked: batch.some(({ link }) => link !== undefined),
    requests: batch.map((placed, n) => requestOf(placed, n)),
    guards: batch.flatMap((placed, n) => placed.encoded.guards.map((guard, at) => guardOf(placed, n, guard, at))),
    records: batch.flatMap(({ encoded }, n) => encoded.records.map((record, at) => ({ n, place: at, ...record }))),
    writes: each((encoded, n) =>
      encoded.writes.map((write, at) => ({ n, place: at, ...write, ...rankOf(batch[n], write.id) })),
    ),
    needs: each((encoded, n) => [
      ...encoded.writes
        .filter(({ size }) => size !== null)
        .map(({ hash }) => need(n, hash, encoded.contents.get(hash))),
      ...encoded.keeps.map((hash) => need(n, hash, encoded.contents.get(hash))),
      ...encoded.records.flatMap(({ holds }) => holds).map((hash) => need(n, hash, undefined)),
    ]),
  });
  return [text, contents];
}

function requestOf({ encoded, apart, link }: Placed, n: number): object {
  const { request, key, agent, commitId, fingerprint, guards, named, meta, keeps } = encoded;
  const seen = { n, key, apart };
  if (apart) return seen;
  const { at } = request;
  const { outcome } = request.meta;
  const told = named === undefined ? { guards: JSON.stringify(guards) } : partedAt(named.place, guards);
  return { ...seen, agent, commit_id: commitId, fingerprint, at, ...told, meta, keeps, outcome, link: link?.before };
}

/** The guards as text, in the two parts between which the revision of a named head comes. */
function partedAt(place: number, guards: readonly GuardRow[]): { readonly guards: string; readonly rest: string } {
  const texts = guards.map((guard) => JSON.stringify(guard));
  const [id, , hash] = guards[place] as GuardRow;
  const before = [...texts.slice(0, place), `[${JSON.stringify(id)},`].join(',');
  const rest = [`,${JSON.stringify(hash)}]`, ...texts.slice(place + 1)].join(',');
  return { guards: `[${before}`, rest: `${rest}]` };
}

function guardOf({ encoded: { named }, link }: Placed, n: number, [id, revision, hash]: GuardRow, at: number): object {
  if (named?.place !== at) return { n, id, revision, hash };
  return { n, id, hash, version: named.version, link: link?.before, depth: link?.depth };
}

/** Where a write stands in the chain of its resource. */
function rankOf(placed: Placed | undefined, id: string): object {
  if (placed?.link === undefined) return {};
  const { encoded, link } = placed;
  if (encoded.named === undefined || encoded.guards[encoded.named.place]?.[0] !== id) return {};
  return { rank: link.depth, root: link.root };
}

interface Judged {
  readonly good: readonly number[];
  readonly others: readonly {
    readonly n: number;
    readonly landed: number | null;
    readonly stale: readonly string[];
    readonly heads: readonly HeadRow[];
  }[];
}

interface Answer extends Judged {
  readonly epoch?: string;
  readonly revision: number;
  readonly trimmed: number;
  readonly written: readonly (readonly [n: number, place: number, version: number, born: number])[];
  readonly apart: Judged | Record<string, never>;
}

/** What became of a request: its reply, the revision at which it landed before, or `again`: it waits for its turn. */
export type Result =
  | CommitReply
  | { readonly status: 'landed'; readonly revision: number }
  | { readonly status: 'again' };

/** Results in the order of the batch; or the epoch, where it is another one. */
export function readAnswer(text: string, batch: readonly Placed[]): Result[] | { readonly epoch: string } {
  const answer = JSON.parse(text) as Answer;
  if (answer.epoch !== undefined) return { epoch: answer.epoch };
  const results: Result[] = batch.map(() => ({ status: 'again' }));
  const first = answer.revision - answer.good.length + 1;
  answer.good.forEach((n, index) => {
    const { encoded } = batch[n] as Placed;
    results[n] = { status: 'committed', revision: first + index, heads: new Array<Head>(encoded.writes.length) };
  });
  for (const [n, at, version, born] of answer.written) {
    const reply = results[n] as unknown as { readonly revision: number; readonly heads: Head[] };
    reply.heads[at] = headFrom((batch[n] as Placed).encoded, at, reply.revision, version, born);
  }
  const { others = [] } = answer.apart;
  for (const { n, landed, stale, heads } of [...answer.others, ...others]) {
    results[n] =
      landed === null ? refusal(batch[n] as Placed, answer, stale, heads) : { status: 'landed', revision: landed };
  }
  return results;
}

function headFrom({ request, writes }: Encoded, at: number, revision: number, version: number, born: number): Head {
  const row = writes[at] as Encoded['writes'][number];
  const { agent, at: time } = request;
  return headOf({ ...row, agent, at: time, revision, version, born });
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
