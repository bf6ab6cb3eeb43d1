// A batch for the function in the database: which requests can be written together, how they are sent, and what its
// answer means for each.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { fromText } from '../escaped-text.ts';
import type { CommitReply } from '../store.ts';
import type { Encoded } from './encode.ts';
import { type HeadRow, headOf } from './rows.ts';

/** One request of a batch; `apart`: it touches what an earlier one does, so that it can only be looked at this time. */
export interface Placed {
  readonly encoded: Encoded;
  readonly apart: boolean;
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
  return requests.map(({ encoded, call }) => {
    const records = encoded.records.map(recordName);
    const writes = [...encoded.writes.map(({ id }) => `r ${id}`), ...records];
    const compares = [...encoded.guards.map(([id]) => `r ${id}`), ...records];
    const meets = compares.some((name) => written.has(name)) || writes.some((name) => awaited.has(name));
    const apart = meets || keys.has(encoded.key) || late.has(call);
    keys.add(encoded.key);
    for (const name of writes) written.add(name);
    if (apart) {
      late.add(call);
      for (const name of compares) awaited.add(name);
    }
    return { encoded, apart };
  });
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
    requests: batch.map(({ encoded, apart }, n) => requestOf(encoded, n, apart)),
    guards: batch.flatMap(({ encoded }, n) =>
      encoded.guards.map(([id, revision, hash]) => ({ n, id, revision, hash })),
    ),
    records: batch.flatMap(({ encoded }, n) => encoded.records.map((record, at) => ({ n, place: at, ...record }))),
    writes: each(({ writes }, n) => writes.map((write, at) => ({ n, place: at, ...write }))),
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

function requestOf(
  { request, key, agent, commitId, fingerprint, guards, meta, keeps }: Encoded,
  n: number,
  apart: boolean,
): object {
  const seen = { n, key, apart };
  if (apart) return seen;
  const { at } = request;
  const { outcome } = request.meta;
  return { ...seen, agent, commit_id: commitId, fingerprint, at, guards: JSON.stringify(guards), meta, keeps, outcome };
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
