// Counters. Those of the log are the space's, whoever wrote; refusals and retries leave no entry, so they count what
// this controller has seen. None is ever capped (fault R10 of the seed).
import type { Context } from './context.ts';
import type { Stats } from './types.ts';

export async function stats(context: Context): Promise<Stats> {
  const counts = await context.store.counts(context.space);
  const { conflicts, retries, rejected } = context.counters;
  return {
    totalResources: counts.resources,
    totalConflicts: conflicts,
    resolvedByRetry: retries,
    escalated: counts.escalated,
    commits: counts.commits,
    merged: counts.merged,
    rejected,
    open: counts.open,
    revision: counts.revision,
  };
}
