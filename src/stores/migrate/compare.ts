// Says whether a copy says what its source says: the log, the heads, the records and the counts, one by one and as one
// hash. What the source has been given since is left out. That the bytes are those of their hashes is for `verify`.
import { createHash, type Hash } from 'node:crypto';
import type { Space } from '../../core/resource.ts';
import type { Store } from '../store.ts';
import { differs } from './faults.ts';
import { entriesOf, headsOf, recordsOf } from './pages.ts';

export interface Compared {
  readonly entries: number;
  readonly heads: number;
  readonly records: number;
  /** SHA-256 over all of it in one fixed form, in hex. */
  readonly digest: string;
}

/** JSON with the members of objects in the order of their names: stores need not keep that of the writer. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Compares a space up to a revision. Throws `store-corrupt` with the first thing that differs. */
export async function compareSpace(source: Store, target: Store, space: Space, upTo: number): Promise<Compared> {
  const digest = createHash('sha256');
  const entries = await compareLogs(source, target, space, upTo, digest);
  const heads = await compareHeads(source, target, space, upTo, digest);
  const records = await compareRecords(source, target, space, upTo, digest);
  await compareCounts(source, target, space, upTo);
  return { entries, heads, records, digest: digest.digest('hex') };
}

async function compareLogs(source: Store, target: Store, space: Space, upTo: number, digest: Hash): Promise<number> {
  const [from, to] = await Promise.all([source.read(space, []), target.read(space, [])]);
  const start = Math.max(from.trimmed, to.trimmed);
  const copied = entriesOf(target, space, start, upTo);
  let entries = 0;
  for await (const entry of entriesOf(source, space, start, upTo)) {
    const { value } = await copied.next();
    const told = canonical(entry);
    if (canonical(value ?? null) !== told) throw differs(space, `revision ${entry.revision} of the log`);
    digest.update(`${told}\n`);
    entries += 1;
  }
  if ((await copied.next()).done !== true) throw differs(space, 'its log is longer');
  return entries;
}

async function compareHeads(source: Store, target: Store, space: Space, upTo: number, digest: Hash): Promise<number> {
  let heads = 0;
  for await (const head of headsOf(source, space)) {
    if (head.revision > upTo) continue;
    const [copied] = (await target.read(space, [head.resource])).heads;
    const told = canonical(head);
    if (canonical(copied ?? null) !== told) throw differs(space, `the head of ${head.resource}`);
    digest.update(`${told}\n`);
    heads += 1;
  }
  return heads;
}

async function compareRecords(source: Store, target: Store, space: Space, upTo: number, digest: Hash): Promise<number> {
  const found = (await recordsOf(source, space)).filter(({ revision }) => revision <= upTo);
  for (const record of found) {
    const copied = await target.record(space, record.kind, record.id);
    const told = canonical(record);
    if (canonical(copied ?? null) !== told) throw differs(space, `the ${record.kind} ${record.id}`);
    digest.update(`${told}\n`);
  }
  const { revision } = await source.read(space, []);
  if (revision === upTo && (await recordsOf(target, space)).length !== found.length) {
    throw differs(space, 'it has records that the source has not');
  }
  return found.length;
}

/** Only a source that stands still has counts to be compared with. */
async function compareCounts(source: Store, target: Store, space: Space, upTo: number): Promise<void> {
  const [told, copied] = [await source.counts(space), await target.counts(space)];
  if (told.revision !== upTo) return;
  if (canonical(told) !== canonical(copied))
    throw differs(space, `counts ${canonical(copied)}, not ${canonical(told)}`);
}
