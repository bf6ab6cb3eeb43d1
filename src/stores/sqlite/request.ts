// A request while it waits for its transaction.
import type { CommitRequest } from '../store.ts';

/** The request with bytes and values of its own: the caller may change what it gave as soon as its call returns. */
export function owned(request: CommitRequest): CommitRequest {
  const { writes, keeps, records, meta } = request;
  const isDeep = records.length > 0 || keeps.length > 0 || meta.extra !== undefined || meta.agents !== undefined;
  if (!isDeep && !writes.some(({ kind }) => kind === 'content')) return request;
  const own = {
    ...request,
    writes: writes.map((one) => (one.kind === 'content' ? { ...one, content: Buffer.from(one.content) } : one)),
  };
  if (!isDeep) return own;
  return {
    ...own,
    keeps: keeps.map(({ hash, content }) => ({ hash, content: Buffer.from(content) })),
    records: records.map((record) => ({ ...record, value: clone(record.value) })),
    meta: clone(meta),
  };
}

/** What cannot be cloned cannot be written down either: that is found out when it is tried. */
function clone<T>(value: T): T {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

/** The bytes of all contents that it brings. */
export function bytesOf(request: CommitRequest): number {
  let bytes = 0;
  for (const write of request.writes) if (write.kind === 'content') bytes += write.content.length;
  for (const keep of request.keeps) bytes += keep.content.length;
  return bytes;
}
