// A batch as what `commit_batch` takes: an array of rows for each kind of thing in it, in PostgreSQL's own notation (manual,
// 8.15.6 and 8.16.6). They are made as text here, in one pass: that is how a client sends them, and how they cost it least.
import type { Link, Placed } from './batch.ts';
import type { Encoded } from './encode.ts';
import type { GuardRow } from './rows.ts';

/** A field of a row; null is none. Numbers and truth values stand as they are, texts go through `text`. */
type Field = string | number | boolean | null;

/** What a field or an element has to be quoted for. An empty field would be none. */
const SPECIAL = /[\s,(){}"\\]|^$/;

/** A text as a field of a row in an array: quoted twice, once as a field and once with its row. */
function text(value: string | null): string | null {
  if (value === null || !SPECIAL.test(value)) return value;
  return `\\"${value.replace(/["\\]/g, (sign) => (sign === '"' ? '\\"\\"' : '\\\\\\\\'))}\\"`;
}

/** Bytes, given in hex, as a field. */
function bytes(hex: string): string {
  return `\\\\\\\\x${hex}`;
}

/** One array of rows, row by row. */
class Rows {
  #list = '';

  /** Fields, in the order of the row's type. */
  add(...fields: readonly Field[]): void {
    let row = '';
    for (const field of fields) row += field === null ? ',' : `,${field}`;
    this.#list += `,"(${row.slice(1)})"`;
  }

  toString(): string {
    return `{${this.#list.slice(1)}}`;
  }
}

const TALLIES: { readonly [outcome: string]: number } = { merged: 1, escalated: 2 };

/** Requests, guards, writes, needed contents and bytes: the arrays of `commit_batch`, in its order. */
export function rowsOf(batch: readonly Placed[]): string[] {
  const requests = new Rows();
  const guards = new Rows();
  const writes = new Rows();
  const needs = new Rows();
  const contents = new Contents();
  let guard = 0;
  for (const [index, placed] of batch.entries()) {
    const { encoded, apart } = placed;
    const n = index + 1;
    addRequest(requests, placed, guard);
    if (!apart) {
      addWrites(writes, placed, n, guard);
      addNeeds(needs, contents, encoded, n);
    }
    for (const [at, row] of encoded.guards.entries()) addGuard(guards, placed, n, row, encoded.named?.place === at);
    guard += encoded.guards.length;
  }
  return [requests, guards, writes, needs, contents].map(String);
}

/** Whether any of them is counted apart from being a commit. */
export function isTallied({ encoded }: Placed): boolean {
  return TALLIES[encoded.request.meta.outcome] !== undefined;
}

function addRequest(to: Rows, { encoded, apart, link }: Placed, first: number): void {
  const { request, key, agent, commitId, fingerprint, guards, named, meta, keeps } = encoded;
  const { told, rest } =
    named === undefined ? { told: JSON.stringify(guards), rest: null } : partedAt(named.place, guards);
  to.add(
    ...([apart, request.tokenBound, bytes(key), text(agent), text(commitId), text(fingerprint), request.at] as const),
    ...([text(told), named === undefined ? null : first + 1 + named.place] as const),
    ...([link === undefined ? null : link.before + 1, text(rest), text(meta)] as const),
    keeps.length === 0 ? null : text(`{${keeps.map(element).join(',')}}`),
    TALLIES[request.meta.outcome] ?? 0,
  );
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

function addGuard(to: Rows, placed: Placed, n: number, [id, revision, hash]: GuardRow, isNamed: boolean): void {
  const { encoded, apart } = placed;
  const link = isNamed ? placed.link : undefined;
  const version = isNamed ? (encoded.named?.version ?? null) : null;
  const before = link === undefined ? null : link.before + 1;
  to.add(n, text(id), revision, text(hash), version, before, link?.depth ?? null, apart);
}

function addWrites(to: Rows, { encoded, link }: Placed, n: number, first: number): void {
  const { request, agent } = encoded;
  for (const [place, { id, hash, size, media, deleted }] of encoded.writes.entries()) {
    const guard = guardPlace(encoded, place);
    const { depth, root }: Pick<Link, 'depth' | 'root'> =
      link !== undefined && guard === encoded.named?.place ? link : { depth: 0, root: n - 1 };
    to.add(
      ...([n, place, first + guard + 1, depth, root + 1, text(id), text(hash), size, text(media), deleted] as const),
      ...([text(agent), request.at] as const),
    );
  }
}

/** Which of a request's guards is that of a write. */
export function guardPlace({ guards, writes }: Encoded, place: number): number {
  const id = writes[place]?.id;
  return guards[place]?.[0] === id ? place : guards.findIndex(([guarded]) => guarded === id);
}

/** Bytes, each once. */
class Contents {
  #list = '';
  readonly #places = new Map<string, number>();

  placeOf(hash: string, content: Uint8Array | undefined): number | null {
    if (content === undefined) return null;
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const place = this.#places.size + 1;
    this.#places.set(hash, place);
    const { buffer, byteOffset, byteLength } = content;
    this.#list += `,"\\\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}"`;
    return place;
  }

  toString(): string {
    return `{${this.#list.slice(1)}}`;
  }
}

function addNeeds(to: Rows, contents: Contents, encoded: Encoded, n: number): void {
  const need = (hash: string, content: Uint8Array | undefined): void => {
    to.add(n, text(hash), contents.placeOf(hash, content));
  };
  for (const { hash, size } of encoded.writes) if (size !== null) need(hash, encoded.contents.get(hash));
  for (const hash of encoded.keeps) need(hash, encoded.contents.get(hash));
  for (const { holds } of encoded.records) for (const hash of holds) need(hash, undefined);
}
