// Contents by hash, with a count of who needs them: versions, keeps of log entries, and sides of open conflicts. The
// count makes trimming cost what it trims, not what there is.
//
// Hashes are random, so an index on them costs every commit a page of its own: that would undo much of group commit.
// New contents are only appended; this connection knows the newest by heart (the tail) and reads what others have
// appended when it needs to. Every so often the tail goes into the index at once. Runs inside the caller's transaction.
import type { StoredRecord } from '../store.ts';
import type { ContentRow, Statements } from './statements.ts';

/** Larger contents have a table of their own: counting a holder must not rewrite them. */
const INLINE_BYTES = 1024;

/** Contents in the tail before they are indexed. */
const TAIL = 2048;

export class Contents {
  readonly #sql: Statements;
  readonly #tail = new Map<string, number>();
  /** The contents up to here are indexed, those up to `last` are known. */
  #indexed = 0;
  #last = 0;
  #current = false;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Another connection has written: look at what it appended before the next answer. */
  expire(): void {
    this.#current = false;
  }

  /** A transaction was rolled back: what was learned in it is void. */
  forget(): void {
    this.#tail.clear();
    this.#last = 0;
    this.#current = false;
  }

  /** Stores a content, or counts one more holder of it. */
  put(hash: string, bytes: Uint8Array): void {
    const row = this.#find(hash);
    if (row === undefined) {
      const inline = bytes.length <= INLINE_BYTES;
      const id = this.#append(hash, bytes.length, inline ? bytes : null);
      if (!inline) this.#sql.addBlob.run(id, bytes);
    } else if (row.size === null) {
      const inline = bytes.length <= INLINE_BYTES;
      this.#sql.setBytes.run(row.refs + 1, bytes.length, inline ? bytes : null, row.id);
      if (!inline) this.#sql.addBlob.run(row.id, bytes);
    } else this.#sql.setRefs.run(row.refs + 1, row.id);
  }

  /** One more holder of a content, whether its bytes are here (yet) or not. */
  hold(hash: string): void {
    const row = this.#find(hash);
    if (row === undefined) this.#append(hash, null, null);
    else this.#sql.setRefs.run(row.refs + 1, row.id);
  }

  release(hash: string): void {
    const row = this.#find(hash);
    if (row === undefined) return;
    if (row.refs > 1) {
      this.#sql.setRefs.run(row.refs - 1, row.id);
      return;
    }
    if (row.id === this.#last) this.#append('', null, null);
    this.#sql.dropContent.run(row.id);
    if (row.size !== null && row.size > INLINE_BYTES) this.#sql.dropBlob.run(row.id);
    if (row.id > this.#indexed) this.#tail.delete(hash);
    else this.#sql.dropKey.run(keyOf(hash), row.id);
  }

  get(hash: string): Uint8Array | undefined {
    const row = this.#find(hash);
    if (row === undefined || row.size === null) return undefined;
    if (row.size === 0) return new Uint8Array(0);
    const source = row.size > INLINE_BYTES ? this.#sql.blob : this.#sql.contentBytes;
    const bytes = source.get(row.id)?.bytes;
    return bytes === undefined || bytes === null ? undefined : new Uint8Array(bytes);
  }

  #find(hash: string): ContentRow | undefined {
    this.#catchUp();
    const id = this.#tail.get(hash);
    const row = id === undefined ? undefined : this.#sql.content.get(id, hash);
    return row ?? this.#sql.keyed.get(keyOf(hash), hash);
  }

  /** Ids only grow: the newest row is never taken away (see `release`), so the next one is free. */
  #append(hash: string, size: number | null, bytes: Uint8Array | null): number {
    const id = this.#last + 1;
    this.#sql.addContent.run(id, hash, size, bytes);
    this.#last = id;
    this.#tail.set(hash, id);
    if (id - this.#indexed > TAIL) this.#index();
    return id;
  }

  #catchUp(): void {
    if (this.#current) return;
    const { indexed, last } = this.#sql.tail.get() ?? { indexed: 0, last: 0 };
    if (indexed !== this.#indexed) {
      this.#indexed = indexed;
      for (const [hash, id] of this.#tail) if (id <= indexed) this.#tail.delete(hash);
    }
    for (const { id, hash } of this.#sql.tailContents.all(Math.max(indexed, this.#last))) this.#tail.set(hash, id);
    this.#last = last;
    this.#current = true;
  }

  /** In the order of the keys, so that each page of the index is met once. The database is asked: it knows deletions. */
  #index(): void {
    const rows = this.#sql.tailContents.all(this.#indexed).map(({ id, hash }) => ({ id, key: keyOf(hash) }));
    rows.sort((left, right) => left.key - right.key);
    for (const { id, key } of rows) this.#sql.addKeys.run(key, id);
    this.#indexed = this.#last;
    this.#sql.setIndexed.run(this.#indexed);
    this.#tail.clear();
  }
}

/** 48 bits that narrow the search; the hash itself decides. A quarter of the hash's size in the index. */
function keyOf(hash: string): number {
  const start = hash.slice(0, 12);
  if (/^[0-9a-f]{12}$/.test(start)) return Number.parseInt(start, 16);
  // A caller's own string: FNV-1a, 32 bits.
  let key = 0x811c9dc5;
  for (let index = 0; index < hash.length; index += 1) key = Math.imul(key ^ hash.charCodeAt(index), 0x01000193);
  return key >>> 0;
}

/** The contents that an open conflict keeps alive (rule E4). */
export function openHashes(kind: string, record: Pick<StoredRecord, 'state' | 'value'> | undefined): string[] {
  if (kind !== 'conflict' || record?.state !== 'open') return [];
  const sides = record.value as { readonly [side: string]: { readonly hash?: unknown } | undefined };
  return ['base', 'current', 'proposed'].flatMap((side) => {
    const hash = sides[side]?.hash;
    return typeof hash === 'string' && hash !== '' ? [hash] : [];
  });
}
