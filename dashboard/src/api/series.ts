// The numbers of a space over time.
import { ask } from './request.ts';

export interface Counts {
  readonly commits: number;
  readonly merged: number;
  readonly split: number;
  readonly aborted: number;
  /** Versions that were written over unseen, because the policy says so. */
  readonly overwritten: number;
  readonly opened: number;
  readonly ended: number;
  /** Milliseconds from the opening of a conflict to its end. */
  readonly resolveMs: { readonly count: number; readonly median?: number; readonly max?: number };
  /** These leave no entry in the log: counted by this server since it started. */
  readonly handedBack: number;
  readonly rejected: number;
}

export interface Series {
  readonly since: number;
  readonly until: number;
  readonly bucketMs: number;
  /** False: the log does not reach back as far, or is longer than what is looked at. */
  readonly complete: boolean;
  readonly buckets: readonly (Counts & { readonly at: number })[];
  readonly totals: Counts;
}

export function readSeries(since: number, until: number, buckets: number, signal: AbortSignal): Promise<Series> {
  return ask<Series>({ path: '/stats/series', query: { since, until, buckets }, signal });
}
