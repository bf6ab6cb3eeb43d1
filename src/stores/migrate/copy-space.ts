// Copies one space: commit for commit, each with the revision that it has in the source. That makes a copy that was cut
// off at any moment one that is whole up to some revision, and going on is to begin after that.
import type { AgentId, ResourceId, Space } from '../../core/resource.ts';
import { type Head, hasContent } from '../../core/version.ts';
import type { CommitRequest, Guard, Keep, LogEntry, RecordWrite, Store, Write } from '../store.ts';
import { type BeforeTrim, planBeforeTrim, type Step } from './before-trim.ts';
import { missingContent, trimmedMeanwhile, writtenByOthers } from './faults.ts';
import { type Marker, MIGRATOR } from './marker.ts';
import { entriesOf, headsOf, recordsOf } from './pages.ts';
import { planRecords } from './plan-records.ts';

/** Requests that go out together, at most: so many, and so many bytes of content. */
const BATCH = 200;
const BATCH_BYTES = 8 * 1024 * 1024;
/** What the versions are called whose bytes are trimmed in the source; they are trimmed in the target next. */
const FILLER = 'trimmed';
const POSITION = { kind: 'migration', id: 'position' } as const;

export interface SpaceCopy {
  readonly source: Store;
  readonly target: Store;
  readonly space: Space;
  readonly marker: Marker;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (revision: number, of: number) => void;
}

/** One commit to be written, and about how many bytes it holds. */
interface Piece {
  readonly revision: number;
  readonly bytes: number;
  build(): Promise<CommitRequest>;
}

/** Copies what the source has now, from where the target stands; answers the revision that both have then. */
export async function copySpace(copy: SpaceCopy): Promise<number> {
  const { source, target, space, marker } = copy;
  const now = await source.read(space, []);
  const begun = marker.trimmedOf(space);
  if (begun === undefined) await marker.begin(space, now.trimmed);
  const trimmed = begun ?? now.trimmed;
  let there = await target.read(space, []);
  if (there.revision > now.revision) throw writtenByOthers(space, there.revision);
  if (there.revision < now.trimmed && now.trimmed !== trimmed) throw trimmedMeanwhile(space);
  if (there.revision < trimmed) {
    const plan = await planBeforeTrim(source, space, trimmed);
    await writeAll(copy, now.revision, await piecesBefore(copy, plan, there.revision));
  }
  if (there.trimmed < trimmed) {
    await target.trim(space, trimmed);
    there = await target.read(space, []);
  }
  if (there.revision < now.revision) {
    await writeAll(copy, now.revision, await piecesOfLog(copy, there.revision, now.revision));
  }
  return now.revision;
}

async function writeAll(copy: SpaceCopy, of: number, pieces: AsyncIterable<Piece>): Promise<void> {
  let batch: Piece[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    copy.signal?.throwIfAborted();
    await writeBatch(copy, batch);
    copy.onProgress(batch.at(-1)?.revision ?? 0, of);
    batch = [];
    bytes = 0;
  };
  for await (const piece of pieces) {
    batch.push(piece);
    bytes += piece.bytes;
    if (batch.length >= BATCH || bytes >= BATCH_BYTES) await flush();
  }
  if (batch.length > 0) await flush();
}

/** A commit that is there already, from a run that was cut off, answers `replayed`: that is as good. */
async function writeBatch({ target, space }: SpaceCopy, batch: readonly Piece[]): Promise<void> {
  const replies = await target.commit(await Promise.all(batch.map((piece) => piece.build())));
  for (const [index, { revision }] of batch.entries()) {
    const reply = replies[index];
    if (reply?.status === 'unavailable' || reply?.status === 'unknown') throw reply.error;
    if (reply?.status === 'committed' && reply.revision === revision) continue;
    if (reply?.status === 'replayed' && reply.entry.revision === revision) continue;
    throw writtenByOthers(space, revision);
  }
}

async function* piecesOfLog(copy: SpaceCopy, from: number, upTo: number): AsyncGenerator<Piece> {
  const { source, target, space } = copy;
  const epoch = await target.epoch();
  const plan = planRecords(await recordsOf(source, space), await recordsOf(target, space), from, upTo);
  for await (const entry of entriesOf(source, space, from, upTo)) {
    const records = plan.get(entry.revision) ?? [];
    yield {
      revision: entry.revision,
      bytes: entry.heads.reduce((sum, head) => sum + (head.size ?? 0), 0),
      build: () => requestOfEntry(copy, epoch, entry, records),
    };
  }
}

async function requestOfEntry(
  copy: SpaceCopy,
  epoch: string,
  entry: LogEntry,
  records: readonly RecordWrite[],
): Promise<CommitRequest> {
  const { revision, agent, commitId, fingerprint, at, guards, heads, meta } = entry;
  const writes = await Promise.all(heads.map((head) => writeOfHead(copy, head)));
  const keeps = await keepsOf(copy, [meta, ...records.map(({ value }) => value)]);
  const told = { agent, commitId, fingerprint, at, guards, meta };
  return { ...frame(copy.space, epoch, revision), ...told, writes, records, keeps };
}

function frame(
  space: Space,
  epoch: string,
  revision: number,
): Pick<CommitRequest, 'space' | 'epoch' | 'asOf' | 'tokenBound'> {
  return { space, epoch, asOf: revision - 1, tokenBound: false };
}

async function writeOfHead({ source, space }: SpaceCopy, head: Head): Promise<Write> {
  const { resource, hash, mediaType, revision } = head;
  if (head.deleted) return { resource, kind: 'delete' };
  if (!hasContent(head)) return { resource, kind: 'hash', hash };
  const content = await source.content(hash);
  if (content !== undefined) return { resource, kind: 'content', hash, content, mediaType };
  if ((await source.read(space, [])).trimmed >= revision) throw trimmedMeanwhile(space);
  throw missingContent(space, hash, revision);
}

/** The contents that an entry or a record names by hash: receipts, sides of conflicts, what was sent. */
async function keepsOf({ source }: SpaceCopy, values: readonly unknown[]): Promise<Keep[]> {
  const hashes = new Set(JSON.stringify(values).match(/(?<=")[0-9a-f]{64}(?=")/g) ?? []);
  const found = await Promise.all(
    [...hashes].map(async (hash) => {
      const content = await source.content(hash);
      return content === undefined ? [] : [{ hash, content }];
    }),
  );
  return found.flat();
}

/** The commits that lead to what stood at the trim point, as `planBeforeTrim` found it. */
async function* piecesBefore(copy: SpaceCopy, plan: BeforeTrim, from: number): AsyncGenerator<Piece> {
  const { source, target, space } = copy;
  const { trimmed } = plan;
  const epoch = await target.epoch();
  const records = planRecords(await recordsOf(source, space), await recordsOf(target, space), from, trimmed);
  const guards = new Map<ResourceId, Guard>();
  for await (const { resource, revision, hash } of headsOf(target, space)) {
    guards.set(resource, { resource, revision, hash });
  }
  for (let revision = from + 1; revision <= trimmed; revision += 1) {
    const steps = plan.steps.get(revision) ?? [];
    const seen = steps.map(({ resource }) => guards.get(resource) ?? { resource, revision: 0, hash: '' });
    for (const { resource, make } of steps) guards.set(resource, { resource, revision, hash: hashAfter(make) });
    const own = [...(records.get(revision) ?? []), ...positionAfter(revision, trimmed)];
    yield {
      revision,
      bytes: steps.reduce((sum, { make }) => sum + (typeof make === 'string' ? 0 : (make.size ?? 0)), 0),
      build: () => requestBefore(copy, epoch, plan, { revision, steps, guards: seen, records: own }),
    };
  }
}

function hashAfter(make: Step['make']): string {
  if (make === 'filler') return FILLER;
  return make === 'delete' ? '' : make.hash;
}

/** A record that each of these commits passes on: a second run that is behind the first cannot add one twice. */
function positionAfter(revision: number, trimmed: number): readonly RecordWrite[] {
  if (trimmed === 1) return [];
  return [{ ...POSITION, value: revision === trimmed ? null : {}, expected: revision - 1 }];
}

async function requestBefore(
  copy: SpaceCopy,
  epoch: string,
  { merged, escalated }: BeforeTrim,
  {
    revision,
    steps,
    guards,
    records,
  }: Pick<CommitRequest, 'guards' | 'records'> & {
    readonly revision: number;
    readonly steps: readonly Step[];
  },
): Promise<CommitRequest> {
  const writes = await Promise.all(
    steps.map(async ({ resource, make }): Promise<Write> => {
      if (make === 'filler') return { resource, kind: 'hash', hash: FILLER };
      return make === 'delete' ? { resource, kind: 'delete' } : writeOfHead(copy, make);
    }),
  );
  const made = steps.find(({ make }) => typeof make !== 'string')?.make;
  const { agent, at }: { agent: AgentId; at: number } =
    made === undefined || typeof made === 'string' ? { agent: MIGRATOR, at: 0 } : made;
  const outcome = revision <= merged ? 'merged' : revision <= merged + escalated ? 'escalated' : 'recorded';
  const commitId = `trimmed-${revision}`;
  const keeps = await keepsOf(
    copy,
    records.map(({ value }) => value),
  );
  return {
    ...frame(copy.space, epoch, revision),
    ...{ agent, at, commitId, fingerprint: commitId, guards, writes, records, keeps, meta: { outcome } },
  };
}
