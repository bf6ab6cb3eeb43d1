// Contents by hash, with a count of who needs them: versions, keeps of log entries, and sides of open conflicts. The
// count makes trimming cost what it trims, not what there is. It covers what is settled; what the tail of the log adds is
// counted when that is settled, and nothing is released before. Runs inside the caller's transaction.
import type { StoredRecord } from '../store.ts';
import type { Put } from './entries.ts';
import { INLINE_BYTES } from './entries.ts';
import type { ContentRow, Statements } from './statements.ts';

/** How many holders a content has won, and where it is if somebody has brought it. */
export interface Claim {
  readonly hash: string;
  refs: number;
  put: Put | undefined;
}

export class Contents {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  find(hash: string): ContentRow | undefined {
    return this.#sql.content.get(keyOf(hash), hash);
  }

  /** A settled content's bytes. */
  get(hash: string): Uint8Array | undefined {
    const row = this.find(hash);
    if (row === undefined || row.size === null) return undefined;
    if (row.place !== null) return this.at({ size: row.size, place: row.place, start: row.start ?? 0 });
    return copyOf(this.#sql.contentBytes.get(row.id)?.bytes, row.size);
  }

  at({ size, place, start }: Pick<Put, 'size' | 'place' | 'start'>): Uint8Array | undefined {
    const { blob, segmentBytes } = this.#sql;
    const row = size > INLINE_BYTES ? blob.get(place) : segmentBytes.get(start, size, place);
    return copyOf(row?.bytes, size);
  }

  /** Counts the holders that a step of the log has brought, in the order of the keys: each page of the index once. */
  claim(claims: Iterable<Claim>): void {
    const sorted = Array.from(claims, (claim) => ({ ...claim, key: keyOf(claim.hash) }));
    sorted.sort((left, right) => left.key - right.key);
    const { content, addContent, addKey, setRefs, setPlace, lastContent } = this.#sql;
    let last = lastContent.get()?.id ?? 0;
    for (const { key, hash, refs, put } of sorted) {
      const row = content.get(key, hash);
      if (row === undefined) {
        last += 1;
        addContent.run(last, hash, refs, put?.size ?? null, put?.place ?? null, put?.start ?? null);
        addKey.run(key, last);
      } else if (row.size === null && put !== undefined) {
        setPlace.run(row.refs + refs, put.size, put.place, put.start, row.id);
      } else setRefs.run(row.refs + refs, row.id);
    }
  }

  release(hash: string): void {
    const row = this.find(hash);
    if (row === undefined) return;
    if (row.refs > 1) {
      this.#sql.setRefs.run(row.refs - 1, row.id);
      return;
    }
    this.#sql.dropContent.run(row.id);
    this.#sql.dropKey.run(keyOf(hash), row.id);
    if (isLarge(row) && row.place !== null) this.#sql.dropBlob.run(row.place);
  }

  /** Before a segment goes: what it holds for others gets a place of its own. */
  moveOut(put: Put, seq: number): void {
    if (put.size > INLINE_BYTES) return;
    const row = this.find(put.hash);
    if (row !== undefined && row.place === seq && !isLarge(row)) this.#sql.moveBytes.run(row.id, seq);
  }
}

function isLarge(row: ContentRow): boolean {
  return row.size !== null && row.size > INLINE_BYTES;
}

function copyOf(bytes: Uint8Array | null | undefined, size: number): Uint8Array | undefined {
  if (size === 0) return new Uint8Array(0);
  return bytes === undefined || bytes === null ? undefined : new Uint8Array(bytes);
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
