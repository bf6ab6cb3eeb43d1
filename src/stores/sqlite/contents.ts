// Contents by hash, with a count of who needs them: versions, keeps of log entries, and sides of open conflicts. The
// count makes trimming cost what it trims, not what there is. Runs inside the caller's transaction.
import type { StoredRecord } from '../store.ts';
import type { Statements } from './statements.ts';

/**
 * Contents up to here stand in the row that is found by hash: one page to write instead of two. Larger ones have a
 * table of their own, because they would thin out the tree.
 */
const SMALL_BYTES = 512;

/** Stores a content, or counts one more holder of it. */
export function putContent(sql: Statements, hash: string, bytes: Uint8Array): void {
  if (bytes.length <= SMALL_BYTES) {
    sql.putContent.run(hash, bytes.length, bytes, null);
    return;
  }
  const row = sql.content.get(hash);
  if (row !== undefined && row.size !== null) {
    sql.setRefs.run(row.refs + 1, hash);
    return;
  }
  const { lastInsertRowid } = sql.addBlob.run(bytes);
  sql.putContent.run(hash, bytes.length, null, lastInsertRowid);
}

/** One more holder of a content, whether its bytes are here (yet) or not. */
export function holdContent(sql: Statements, hash: string): void {
  sql.putContent.run(hash, null, null, null);
}

export function releaseContent(sql: Statements, hash: string): void {
  const row = sql.content.get(hash);
  if (row === undefined) return;
  if (row.refs > 1) {
    sql.setRefs.run(row.refs - 1, hash);
    return;
  }
  sql.dropContent.run(hash);
  if (row.blob !== null) sql.dropBlob.run(row.blob);
}

export function getContent(sql: Statements, hash: string): Uint8Array | undefined {
  const row = sql.content.get(hash);
  if (row === undefined || row.size === null) return undefined;
  if (row.size === 0) return new Uint8Array(0);
  const bytes = row.blob === null ? row.small : sql.blob.get(row.blob)?.bytes;
  return bytes === undefined || bytes === null ? undefined : new Uint8Array(bytes);
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
