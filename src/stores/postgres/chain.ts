// The batches that `commit_chain` takes, and how they are sent.
import type { Placed } from './batch.ts';
import { isBound, needsOf, tallyOf } from './columns.ts';
import type { EncodedWrite } from './encode.ts';
import { array, markField, number, text } from './fields.ts';
import { type GuardRow, PLAIN_META } from './rows.ts';

/** Each goes on from the one before it on the same resource; the first one, from a version that is there. */
export function isChainBatch(batch: readonly Placed[]): boolean {
  const version = versionBefore(batch);
  return batch.every((placed, n) => isWholeWrite(placed) && isNext(placed, n, version));
}

function isWholeWrite({ encoded, apart }: Placed): boolean {
  const { guards, writes, records } = encoded;
  const [write] = writes;
  const [guard] = guards;
  if (apart || guards.length !== 1 || writes.length !== 1 || records.length > 0) return false;
  if (write === undefined || guard === undefined || !isBound(encoded, false)) return false;
  return !write.deleted && (write.size === null || write.own !== null) && guard[0] === write.id && guard[2] !== '';
}

function isNext({ encoded, link }: Placed, n: number, version: number | undefined): boolean {
  const { named, guards } = encoded;
  if (n === 0) return link === undefined && (named !== undefined || guards[0]?.[1] !== 0);
  return link?.before === n - 1 && version !== undefined && named?.version === version + n;
}

/** The version that the head must have, as far as one of them names it. */
function versionBefore([first, second]: readonly Placed[]): number | undefined {
  const next = second?.encoded.named?.version;
  return first?.encoded.named?.version ?? (next === undefined ? undefined : next - 1);
}

/** The statement for a chain; `@.` stands for the schema. */
export const COMMIT_CHAIN: string = `select o_epoch, o_revision, o_trimmed, null as o_revisions, o_versions::text,
  o_lives::text, null as o_others from @.commit_chain($1::int, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

/** Its parameters. */
export function chainParameters(sid: number, batch: readonly Placed[], epoch: string): unknown[] {
  const { encoded } = batch[0] as Placed;
  const [id, revision, hash] = encoded.guards[0] as GuardRow;
  const tallies = batch.map(tallyOf);
  return [
    sid,
    epoch,
    id,
    encoded.named === undefined ? revision : null,
    hash,
    versionBefore(batch) ?? null,
    tallies.filter((tally) => tally === 1).length,
    tallies.filter((tally) => tally === 2).length,
    ...rowsOf(batch),
    ...needsOf(batch),
  ];
}

/** A row for each, and the contents of all. */
function rowsOf(batch: readonly Placed[]): [rows: string, bytes: Uint8Array] {
  let rows = '';
  const contents: Uint8Array[] = [];
  let start = 1;
  for (const { encoded } of batch) {
    const { request, key, agent, commitId, fingerprint, meta, keeps } = encoded;
    const { hash, size, own, media } = encoded.writes[0] as EncodedWrite;
    rows += `,"(${key},${text(agent)},${text(commitId)},${text(fingerprint)},${request.at},${text(hash)},${number(size)},${text(
      media,
    )},${markField(hash, own)},${own === null ? '' : start},${meta === PLAIN_META ? '' : text(meta)},${array(keeps)})"`;
    if (own === null) continue;
    contents.push(own);
    start += own.length;
  }
  return [`{${rows.slice(1)}}`, Buffer.concat(contents)];
}
