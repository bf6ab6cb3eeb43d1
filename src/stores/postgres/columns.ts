// A batch as the columns that `commit_batch` takes: an array for each, in PostgreSQL's own notation (manual, 8.15.6).
// They are made as text here, in one pass: that is how a client sends them, and how they cost it least.
import type { Link, Placed } from './batch.ts';
import type { Encoded } from './encode.ts';
import type { GuardRow } from './rows.ts';

/** One array, element by element. */
class Column {
  #list = '';

  /** A text; null is none. */
  text(value: string | null): void {
    if (value === null) this.#list += ',NULL';
    else this.#list += /["\\]/.test(value) ? `,"${value.replace(/["\\]/g, '\\$&')}"` : `,"${value}"`;
  }

  /** A number or a truth value; null is none. */
  plain(value: number | boolean | null): void {
    this.#list += `,${value ?? 'NULL'}`;
  }

  /** Bytes, given in hex. */
  bytes(hex: string): void {
    this.#list += `,"\\\\x${hex}"`;
  }

  toString(): string {
    return `{${this.#list.slice(1)}}`;
  }
}

/** So many columns, in the order of the function's parameters. */
function columns<N extends string>(...names: readonly N[]): { readonly [name in N]: Column } {
  return Object.fromEntries(names.map((name) => [name, new Column()])) as { [name in N]: Column };
}

const TALLIES: { readonly [outcome: string]: number } = { merged: 1, escalated: 2 };

/** The parameters of `commit_batch` after the space, the epoch and what is in the batch at all. */
export function columnsOf(batch: readonly Placed[]): string[] {
  const requests = columns(
    ...([
      'apart',
      'bound',
      'key',
      'agent',
      'commit',
      'print',
      'at',
      'guards',
      'named',
      'link',
      'rest',
      'meta',
    ] as const),
    ...(['keeps', 'tally'] as const),
  );
  const guards = columns('n', 'id', 'revision', 'hash', 'version', 'link', 'depth');
  const writes = columns('n', 'place', 'guard', 'depth', 'root', 'id', 'hash', 'size', 'media', 'deleted');
  const needs = columns('n', 'hash', 'at');
  const contents = new Contents();
  let guard = 0;
  for (const [index, placed] of batch.entries()) {
    const { encoded, apart, link } = placed;
    const n = index + 1;
    requests.apart.plain(apart);
    requests.named.plain(encoded.named === undefined ? null : guard + 1 + encoded.named.place);
    requests.link.plain(link === undefined ? null : link.before + 1);
    addRequest(requests, encoded);
    if (!apart) {
      addWrites(writes, encoded, { n, first: guard, link });
      addNeeds(needs, contents, encoded, n);
    }
    for (const [at, row] of encoded.guards.entries()) {
      guards.n.plain(n);
      addGuard(guards, row, encoded.named?.place === at ? { version: encoded.named.version, link } : undefined);
    }
    guard += encoded.guards.length;
  }
  const all = [requests, guards, writes, needs].flatMap((set) => Object.values<Column>(set));
  return [...all, contents.column].map(String);
}

type Set<N extends string> = { readonly [name in N]: Column };

function addRequest(
  to: Set<'bound' | 'key' | 'agent' | 'commit' | 'print' | 'at' | 'guards' | 'rest' | 'meta' | 'keeps' | 'tally'>,
  { request, key, agent, commitId, fingerprint, guards, named, meta, keeps }: Encoded,
): void {
  to.bound.plain(request.tokenBound);
  to.key.bytes(key);
  to.agent.text(agent);
  to.commit.text(commitId);
  to.print.text(fingerprint);
  to.at.plain(request.at);
  const { told, rest } =
    named === undefined ? { told: JSON.stringify(guards), rest: null } : partedAt(named.place, guards);
  to.guards.text(told);
  to.rest.text(rest);
  to.meta.text(meta);
  if (keeps.length === 0) to.keeps.text('{}');
  else {
    const list = new Column();
    for (const hash of keeps) list.text(hash);
    to.keeps.text(String(list));
  }
  to.tally.plain(TALLIES[request.meta.outcome] ?? 0);
}

/** The guards as text, in the two parts between which the revision of a named head comes. */
function partedAt(place: number, guards: readonly GuardRow[]): { readonly told: string; readonly rest: string } {
  const rows = guards.map((guard) => JSON.stringify(guard));
  const [id, , hash] = guards[place] as GuardRow;
  const before = [...rows.slice(0, place), `[${JSON.stringify(id)},`].join(',');
  const rest = [`,${JSON.stringify(hash)}]`, ...rows.slice(place + 1)].join(',');
  return { told: `[${before}`, rest: `${rest}]` };
}

function addGuard(
  to: Set<'id' | 'revision' | 'hash' | 'version' | 'link' | 'depth'>,
  [id, revision, hash]: GuardRow,
  named: { readonly version: number; readonly link: Link | undefined } | undefined,
): void {
  to.id.text(id);
  to.revision.plain(revision);
  to.hash.text(hash);
  to.version.plain(named?.version ?? null);
  to.link.plain(named?.link === undefined ? null : named.link.before + 1);
  to.depth.plain(named?.link?.depth ?? null);
}

function addWrites(
  to: Set<'n' | 'place' | 'guard' | 'depth' | 'root' | 'id' | 'hash' | 'size' | 'media' | 'deleted'>,
  encoded: Encoded,
  { n, first, link }: { readonly n: number; readonly first: number; readonly link: Link | undefined },
): void {
  for (const [at, { id, hash, size, media, deleted }] of encoded.writes.entries()) {
    const guard = guardPlace(encoded, at);
    const isLinked = link !== undefined && guard === encoded.named?.place;
    to.n.plain(n);
    to.place.plain(at);
    to.guard.plain(first + guard + 1);
    to.depth.plain(isLinked ? link.depth : 0);
    to.root.plain(isLinked ? link.root + 1 : n);
    to.id.text(id);
    to.hash.text(hash);
    to.size.plain(size);
    to.media.text(media);
    to.deleted.plain(deleted);
  }
}

/** Which of a request's guards is that of a write. */
export function guardPlace({ guards, writes }: Encoded, place: number): number {
  const id = writes[place]?.id;
  return guards[place]?.[0] === id ? place : guards.findIndex(([guarded]) => guarded === id);
}

/** Bytes, each once. */
class Contents {
  readonly column: Column = new Column();
  readonly #places = new Map<string, number>();

  placeOf(hash: string, bytes: Uint8Array | undefined): number | null {
    if (bytes === undefined) return null;
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const place = this.#places.size + 1;
    this.#places.set(hash, place);
    this.column.bytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'));
    return place;
  }
}

function addNeeds(to: Set<'n' | 'hash' | 'at'>, contents: Contents, encoded: Encoded, n: number): void {
  const need = (hash: string, bytes: Uint8Array | undefined): void => {
    to.n.plain(n);
    to.hash.text(hash);
    to.at.plain(contents.placeOf(hash, bytes));
  };
  for (const { hash, size } of encoded.writes) if (size !== null) need(hash, encoded.contents.get(hash));
  for (const hash of encoded.keeps) need(hash, encoded.contents.get(hash));
  for (const { holds } of encoded.records) for (const hash of holds) need(hash, undefined);
}
