// `series`: how a space went, in steps of time, from its log.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { Conflict } from '../../core/resolution.ts';
import type { LogEntry } from '../../stores/store.ts';
import { logSince } from '../log-range.ts';
import type { Call, Operation } from '../operation.ts';
import { endsConflict, pastOutcome } from '../past.ts';
import { lacking, mayAll } from '../rights.ts';
import { countField, optional } from '../schemas/fields.ts';
import { seriesResult } from '../schemas/insight.ts';

export interface SeriesInput {
  /** Milliseconds since 1970. @default a day ago, and now */
  readonly since?: number;
  readonly until?: number;
  /** @default 48 */
  readonly buckets?: number;
}

const COUNTS = [
  'commits',
  'merged',
  'split',
  'aborted',
  'overwritten',
  'opened',
  'ended',
  'handedBack',
  'rejected',
] as const;

type Counts = { [name in (typeof COUNTS)[number]]: number };

export interface Step extends Readonly<Counts> {
  /** When it begins: milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the opening of a conflict to its decision, of those that were decided in this step. */
  readonly resolveMs: { readonly count: number; readonly median?: number; readonly max?: number };
}

export interface Series {
  readonly since: number;
  readonly until: number;
  readonly bucketMs: number;
  /** False: the log is trimmed, or longer than what is looked at. */
  readonly complete: boolean;
  readonly buckets: readonly Step[];
  readonly totals: Omit<Step, 'at'>;
}

const DAY = 24 * 60 * 60 * 1000;
const BUCKETS = 48;
/** Conflicts that were opened before, and are looked up for when. */
const MAX_LOOKED = 1000;

interface Bucket extends Counts {
  readonly waits: number[];
}

function emptyBucket(): Bucket {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as unknown as Counts;
  return { ...counts, waits: [] };
}

function stepOf({ waits, ...counts }: Bucket): Omit<Step, 'at'> {
  const sorted = waits.toSorted((a, b) => a - b);
  const [median, max] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return {
    ...counts,
    resolveMs: {
      count: sorted.length,
      ...(median === undefined ? {} : { median }),
      ...(max === undefined ? {} : { max }),
    },
  };
}

/** Tells when a conflict was opened: from the entries so far, or from its record. */
function createOpenings({ service, space }: Call) {
  const known = new Map<string, number>();
  let looked = 0;
  return {
    opened: (id: string, at: number): void => void known.set(id, at),
    async of(id: string): Promise<number | undefined> {
      const seen = known.get(id);
      if (seen !== undefined || looked >= MAX_LOOKED) return seen;
      looked += 1;
      const record = await service.store.record(space, 'conflict', id);
      return (record?.value as Partial<Conflict> | undefined)?.openedAt;
    },
  };
}

async function count(bucket: Bucket, entry: LogEntry, openings: ReturnType<typeof createOpenings>): Promise<void> {
  if (entry.heads.length > 0) bucket.commits += 1;
  const outcome = pastOutcome(entry);
  if (outcome === 'escalated') {
    bucket.opened += 1;
    if (entry.meta.conflictId !== undefined) openings.opened(entry.meta.conflictId, entry.at);
  } else if (outcome !== undefined) bucket[outcome] += 1;
  const ended = endsConflict(entry);
  if (ended === undefined) return;
  bucket.ended += 1;
  const since = await openings.of(ended);
  if (since !== undefined) bucket.waits.push(Math.max(0, entry.at - since));
}

const timeField = countField(0, Number.MAX_SAFE_INTEGER);

export const series: Operation<SeriesInput, Series> = {
  name: 'series',
  summary: 'Commits, merges and conflicts of a space in steps of time, and how long conflicts waited.',
  input: z
    .strictObject({ since: optional(timeField), until: optional(timeField), buckets: optional(countField(1, 200)) })
    .meta({ id: 'SeriesInput' }),
  output: seriesResult,
  async run(call, { until: end, since: begin, buckets: steps = BUCKETS }) {
    const { principal, space, service } = call;
    if (!mayAll(principal, 'read', space)) throw lacking('read', '**');
    const until = end ?? service.clock();
    const since = begin ?? until - DAY;
    if (since >= until)
      throw new EntenteError('misuse', '"since" comes before "until".', { next: 'Send an earlier time.' });
    const bucketMs = Math.max(1, Math.ceil((until - since) / steps));
    const buckets = Array.from({ length: steps }, emptyBucket);
    const bucketAt = (at: number): Bucket | undefined =>
      buckets[Math.floor((Math.min(at, until - 1) - since) / bucketMs)];
    const openings = createOpenings(call);
    const { entries, complete } = await logSince(service.store, space, since);
    for await (const entry of entries) {
      const bucket = entry.at > until || entry.at < since ? undefined : bucketAt(entry.at);
      if (bucket !== undefined) await count(bucket, entry, openings);
    }
    for (const { at, handedBack, rejected } of service.refusals.since(space, since)) {
      const bucket = at > until ? undefined : bucketAt(Math.max(at, since));
      if (bucket === undefined) continue;
      bucket.handedBack += handedBack;
      bucket.rejected += rejected;
    }
    const all = emptyBucket();
    for (const bucket of buckets) {
      for (const name of COUNTS) all[name] += bucket[name];
      all.waits.push(...bucket.waits);
    }
    const told = buckets.map((bucket, index): Step => ({ at: since + index * bucketMs, ...stepOf(bucket) }));
    return { since, until, bucketMs, complete, buckets: told, totals: stepOf(all) };
  },
};
