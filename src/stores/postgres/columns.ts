// A batch as what `commit_batch` takes: an array of rows for each kind of thing in it, in PostgreSQL's own notation (manual,
// 8.15.6 and 8.16.6). They are made as text here, in one pass: that is how a client sends them, and how they cost it least.
import type { Placed } from './batch.ts';
import { type Encoded, type EncodedWrite, markOf } from './encode.ts';
import { array, bytes, hex, markField, number, text } from './fields.ts';
import type { GuardRow } from './rows.ts';

const TALLIES: { readonly [outcome: string]: number } = { merged: 1, escalated: 2 };

/** Requests, guards, further writes, needed contents, and bytes: the arrays of `commit_batch`, in its order. */
export function rowsOf(batch: readonly Placed[], isCareful: boolean): string[] {
  let requests = '';
  let guards = '';
  let writes = '';
  let needs = '';
  const contents = new Contents();
  let guard = 0;
  for (const [index, placed] of batch.entries()) {
    const { encoded, apart } = placed;
    const n = index + 1;
    requests += requestRow(placed, guard, isCareful);
    guards += guardRows(placed, n);
    if (!apart) {
      writes += writeRows(placed, n, guard);
      needs += needRows(encoded, n, contents);
    }
    guard += encoded.guards.length;
  }
  return [requests, guards, writes, needs, contents.list].map((list) => `{${list.slice(1)}}`);
}

/** What it is counted as apart from being a commit: 1, merged; 2, escalated; 0, nothing. */
export function tallyOf({ encoded }: Placed): number {
  return TALLIES[encoded.request.meta.outcome] ?? 0;
}

/** Contents that a batch needs beside those that lie with their versions, and their bytes. */
export function needsOf(batch: readonly Placed[]): [needs: string, contents: string] {
  const contents = new Contents();
  const needs = batch.map(({ encoded }, index) => needRows(encoded, index + 1, contents)).join('');
  return [`{${needs.slice(1)}}`, `{${contents.list.slice(1)}}`];
}

/**
 * The guards of what a request wrote never hold again: where they do, it was not done before, and is not looked up. If
 * another one had its commitId, the index refuses the batch, which then goes once more with care. Records are guarded
 * beside that: one that is stale must not be told before the look-up.
 */
export function isBound({ request: { tokenBound, writes, records } }: Encoded, isCareful: boolean): boolean {
  return !isCareful && (tokenBound || (writes.length > 0 && records.length === 0));
}

/** `first`: how many guards stand before those of the request. */
function requestRow(placed: Placed, first: number, isCareful: boolean): string {
  const { encoded, apart, link } = placed;
  const { request, key, agent, commitId, fingerprint, guards, named, meta, keeps } = encoded;
  const { told, rest } =
    named === undefined ? { told: JSON.stringify(guards), rest: null } : partedAt(named.place, guards);
  const write = apart || encoded.writes.length === 0 ? ',,,,,,,,,' : writeFields(placed, 0, first);
  return `,"(${apart},${isBound(encoded, isCareful)},${key},${text(agent)},${text(commitId)},${text(fingerprint)},${
    request.at
  },${text(told)},${named === undefined ? '' : first + 1 + named.place},${
    link === undefined ? '' : link.before + 1
  },${text(rest)},${text(meta)},${array(keeps)},${tallyOf(placed)},${write})"`;
}

/** The guards as text, in the two parts between which the revision of a named head comes. */
function partedAt(place: number, guards: readonly GuardRow[]): { readonly told: string; readonly rest: string } {
  const rows = guards.map((guard) => JSON.stringify(guard));
  const [id, , hash] = guards[place] as GuardRow;
  const before = [...rows.slice(0, place), `[${JSON.stringify(id)},`].join(',');
  const rest = [`,${JSON.stringify(hash)}]`, ...rows.slice(place + 1)].join(',');
  return { told: `[${before}`, rest: `${rest}]` };
}

function guardRows({ encoded, apart, link }: Placed, n: number): string {
  const { guards, named } = encoded;
  let rows = '';
  for (const [at, [id, revision, hash]] of guards.entries()) {
    const isNamed = named?.place === at;
    const chain = isNamed && link !== undefined ? `${link.before + 1},${link.depth}` : ',';
    rows += `,"(${n},${text(id)},${revision},${text(hash)},${isNamed ? named.version : ''},${chain},${apart})"`;
  }
  return rows;
}

/** Which of a request's guards is that of a write. */
export function guardPlace({ guards, writes }: Encoded, place: number): number {
  const id = writes[place]?.id;
  return guards[place]?.[0] === id ? place : guards.findIndex(([guarded]) => guarded === id);
}

/** From the place of its guard to its place in a chain. */
function writeFields({ encoded, link }: Placed, place: number, first: number): string {
  const { id, hash, size, own, media, deleted } = encoded.writes[place] as EncodedWrite;
  const guard = guardPlace(encoded, place);
  const chain = link !== undefined && encoded.named?.place === guard ? `${link.depth},${link.root + 1}` : ',';
  return `${first + 1 + guard},${text(id)},${text(hash)},${number(size)},${text(media)},${deleted},${markField(hash, own)},${bytes(own)},${chain}`;
}

/** What it writes beside its first. */
function writeRows(placed: Placed, n: number, first: number): string {
  const { request, agent, writes } = placed.encoded;
  let rows = '';
  for (let place = 1; place < writes.length; place += 1)
    rows += `,"(${n},${place},${writeFields(placed, place, first)},${text(agent)},${request.at})"`;
  return rows;
}

/** Bytes that are kept apart, each once. */
class Contents {
  list = '';
  readonly #places = new Map<string, number>();

  placeOf(hash: string, content: Uint8Array | undefined): number | null {
    if (content === undefined) return null;
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const place = this.#places.size + 1;
    this.#places.set(hash, place);
    this.list += `,"\\\\x${hex(content)}"`;
    return place;
  }
}

/** Contents that it writes and that are too large to lie with their version, that it keeps, or that its records hold. */
function needRows({ writes, keeps, records, contents }: Encoded, n: number, all: Contents): string {
  let rows = '';
  const need = (hash: string, content: Uint8Array | undefined): void => {
    rows += `,"(${n},${text(hash)},${number(all.placeOf(hash, content))},${markOf(hash)})"`;
  };
  for (const { hash, size, own } of writes) if (size !== null && own === null) need(hash, contents.get(hash));
  for (const hash of keeps) need(hash, contents.get(hash));
  for (const { holds } of records) for (const hash of holds) need(hash, contents.get(hash));
  return rows;
}
