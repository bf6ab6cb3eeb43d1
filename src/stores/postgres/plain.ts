// The batches that `commit_plain` takes, and how they are sent.
import type { Placed } from './batch.ts';
import { isBound } from './columns.ts';
import type { EncodedWrite } from './encode.ts';
import { bytes, markField, number, text } from './fields.ts';
import { type GuardRow, PLAIN_META } from './rows.ts';

/** Each request replaces one version that is there, and asks for nothing else. */
export function isPlainBatch(batch: readonly Placed[]): boolean {
  return batch.every(isPlain);
}

function isPlain({ encoded, apart, link }: Placed): boolean {
  const { guards, named, writes, records, keeps } = encoded;
  const [write] = writes;
  const [guard] = guards;
  if (apart || link !== undefined || named !== undefined || guards.length !== 1 || writes.length !== 1) return false;
  if (records.length > 0 || keeps.length > 0 || write === undefined || guard === undefined) return false;
  const [id, revision, hash] = guard;
  const isWhole = !write.deleted && (write.size === null || write.own !== null);
  if (!isWhole || id !== write.id || revision === 0 || hash === '') return false;
  return isBound(encoded, false) && encoded.meta === PLAIN_META;
}

/** The statement for a plain batch; `@.` stands for the schema. */
export const COMMIT_PLAIN: string = `select o_epoch, o_revision, o_trimmed, null as o_revisions, o_versions::text,
  o_lives::text, null as o_others from @.commit_plain($1::int, $2, $3)`;

/** Its parameters. */
export function plainParameters(sid: number, batch: readonly Placed[], epoch: string): unknown[] {
  let rows = '';
  for (const { encoded } of batch) {
    const { request, key, agent, commitId, fingerprint } = encoded;
    const [, revision, base] = encoded.guards[0] as GuardRow;
    const { id, hash, size, own, media } = encoded.writes[0] as EncodedWrite;
    rows += `,"(${key},${text(agent)},${text(commitId)},${text(fingerprint)},${request.at},${text(id)},${
      revision
    },${text(base)},${text(hash)},${number(size)},${text(media)},${markField(hash, own)},${bytes(own)})"`;
  }
  return [sid, epoch, `{${rows.slice(1)}}`];
}
