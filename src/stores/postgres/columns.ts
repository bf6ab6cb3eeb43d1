// A batch as what `commit_batch` takes: an array of rows for each kind of thing in it, in PostgreSQL's own notation (manual,
// 8.15.6 and 8.16.6). They are made as text here, in one pass: that is how a client sends them, and how they cost it least.
import type { Placed } from './batch.ts';
import type { Encoded, EncodedWrite } from './encode.ts';
import type { GuardRow } from './rows.ts';

/** What a field or an element has to be quoted for. An empty field would be none. */
const SPECIAL = /[\s,(){}"\\]|^$/;

/** A text as a field of a row in an array: quoted twice, once as a field and once with its row. */
function text(value: string | null): string {
  if (value === null) return '';
  if (!SPECIAL.test(value)) return value;
  const plain = value.includes('\\') ? value.replaceAll('\\', '\\\\\\\\') : value;
  return `\\"${plain.replaceAll('"', '\\"\\"')}\\"`;
}

/** Bytes, given in hex, as a field. */
function bytes(hex: string): string {
  return `\\\\\\\\x${hex}`;
}

/** A number as a field; undefined is none. */
function number(value: number | null | undefined): number | string {
  return value ?? '';
}

const TALLIES: { readonly [outcome: string]: number } = { merged: 1, escalated: 2 };

/** Requests, guards with what they guard, other needed contents, and bytes: the arrays of `commit_batch`, in its order. */
export function rowsOf(batch: readonly Placed[], isCareful: boolean): string[] {
  let requests = '';
  let guards = '';
  let needs = '';
  const contents = new Contents();
  let guard = 0;
  for (const [index, placed] of batch.entries()) {
    const { encoded, apart } = placed;
    const n = index + 1;
    requests += requestRow(placed, guard, isCareful);
    guards += guardRows(placed, n, contents);
    if (!apart) needs += needRows(encoded, n, contents);
    guard += encoded.guards.length;
  }
  return [requests, guards, needs, contents.list].map((list) => `{${list.slice(1)}}`);
}

/** Whether any of them is counted apart from being a commit. */
export function isTallied({ encoded }: Placed): boolean {
  return TALLIES[encoded.request.meta.outcome] !== undefined;
}

/**
 * The guards of what a request wrote never hold again: where they do, it was not done before, and is not looked up. If
 * another one had its commitId, the index refuses the batch, which then goes once more with care. Records are guarded
 * beside that: one that is stale must not be told before the look-up.
 */
export function isBound({ request: { tokenBound, writes, records } }: Encoded, isCareful: boolean): boolean {
  return !isCareful && (tokenBound || (writes.length > 0 && records.length === 0));
}

function requestRow({ encoded, apart, link }: Placed, first: number, isCareful: boolean): string {
  const { request, key, agent, commitId, fingerprint, guards, named, meta, keeps } = encoded;
  const { told, rest } =
    named === undefined ? { told: JSON.stringify(guards), rest: null } : partedAt(named.place, guards);
  const held = keeps.length === 0 ? '' : text(`{${keeps.map(element).join(',')}}`);
  return `,"(${apart},${isBound(encoded, isCareful)},${bytes(key)},${text(agent)},${text(commitId)},${text(fingerprint)},${
    request.at
  },${text(told)},${named === undefined ? '' : first + 1 + named.place},${
    link === undefined ? '' : link.before + 1
  },${text(rest)},${text(meta)},${held},${TALLIES[request.meta.outcome] ?? 0})"`;
}

/** A text as an element of an array. */
function element(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** The guards as text, in the two parts between which the revision of a named head comes. */
function partedAt(place: number, guards: readonly GuardRow[]): { readonly told: string; readonly rest: string } {
  const rows = guards.map((guard) => JSON.stringify(guard));
  const [id, , hash] = guards[place] as GuardRow;
  const before = [...rows.slice(0, place), `[${JSON.stringify(id)},`].join(',');
  const rest = [`,${JSON.stringify(hash)}]`, ...rows.slice(place + 1)].join(',');
  return { told: `[${before}`, rest: `${rest}]` };
}

function guardRows({ encoded, apart, link }: Placed, n: number, contents: Contents): string {
  const { guards, named, writes } = encoded;
  const written: number[] = [];
  if (!apart) for (const place of writes.keys()) written[guardPlace(encoded, place)] = place;
  let rows = '';
  for (const [at, [id, revision, hash]] of guards.entries()) {
    const isNamed = named?.place === at;
    const chain = isNamed && link !== undefined ? `${link.before + 1},${link.depth},${link.root + 1}` : ',,';
    const place = written[at];
    const write = place === undefined ? ',,,,,,,' : writeFields(encoded, place, contents);
    rows += `,"(${n},${text(id)},${revision},${text(hash)},${isNamed ? named.version : ''},${chain},${apart},${write})"`;
  }
  return rows;
}

function writeFields({ request, agent, writes, contents }: Encoded, place: number, all: Contents): string {
  const { hash, size, media, deleted } = writes[place] as EncodedWrite;
  const content = size === null ? null : all.placeOf(hash, contents.get(hash));
  return `${place},${text(hash)},${number(size)},${number(content)},${text(media)},${deleted},${text(agent)},${request.at}`;
}

/** Which of a request's guards is that of a write. */
export function guardPlace({ guards, writes }: Encoded, place: number): number {
  const id = writes[place]?.id;
  return guards[place]?.[0] === id ? place : guards.findIndex(([guarded]) => guarded === id);
}

/** Bytes, each once. */
class Contents {
  list = '';
  readonly #places = new Map<string, number>();

  placeOf(hash: string, content: Uint8Array | undefined): number | null {
    if (content === undefined) return null;
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const place = this.#places.size + 1;
    this.#places.set(hash, place);
    const { buffer, byteOffset, byteLength } = content;
    this.list += `,"\\\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}"`;
    return place;
  }
}

/** Contents that it keeps, or that its records hold. */
function needRows({ keeps, records, contents }: Encoded, n: number, all: Contents): string {
  let rows = '';
  const need = (hash: string, content: Uint8Array | undefined): void => {
    rows += `,"(${n},${text(hash)},${number(all.placeOf(hash, content))})"`;
  };
  for (const hash of keeps) need(hash, contents.get(hash));
  for (const { holds } of records) for (const hash of holds) need(hash, undefined);
  return rows;
}
