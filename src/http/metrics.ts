// Metrics in the text form of Prometheus. Counts are of this process; gauges are looked up when somebody asks.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../service/observed.ts';
import type { Service } from '../service/service.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Spaces whose open conflicts are counted: one look-up each. */
const MAX_SPACES = 1000;
const CLASHED: readonly string[] = ['merged', 'conflict', 'retry', 'rejected', 'aborted', 'split', 'escalated'];

export interface Metrics {
  /** What the service tells its work to. */
  readonly meter: Meter;
  readonly contentType: string;
  text(service: Service): Promise<string>;
}

async function openConflicts({ store }: Service): Promise<number> {
  const spaces = (await store.spaces()).slice(0, MAX_SPACES);
  const counts = await Promise.all(spaces.map((space) => store.counts(space)));
  return counts.reduce((sum, { open }) => sum + open, 0);
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const commits = new Counter({
    ...{ name: 'entente_commits_total', help: 'Commits by outcome.', labelNames: ['outcome'], registers },
  });
  const merges = new Histogram({
    ...{ name: 'entente_merge_seconds', help: 'Time of a merge, its proof included.', buckets: SECONDS, registers },
  });
  const store = new Histogram({
    ...{ name: 'entente_store_seconds', help: 'Time of a call of the store.', buckets: SECONDS, registers },
    labelNames: ['operation', 'failed'],
  });
  const rate = new Gauge({
    ...{ name: 'entente_conflict_rate', help: 'Share of all commits that met another change.', registers },
  });
  const open = new Gauge({ name: 'entente_open_conflicts', help: 'Conflicts that wait for a decision.', registers });
  const lag = new Histogram({
    ...{
      name: 'entente_feed_lag_seconds',
      help: 'Age of a commit when the feed tells it.',
      buckets: SECONDS,
      registers,
    },
  });
  const events = new Counter({ name: 'entente_feed_entries_total', help: 'Entries that feeds have read.', registers });
  const streams = new Gauge({ name: 'entente_feed_streams', help: 'Feeds that are open.', registers });
  let [all, clashed] = [0, 0];

  return {
    meter: {
      outcome(status) {
        commits.inc({ outcome: status });
        if (status === 'replayed') return;
        all += 1;
        if (CLASHED.includes(status)) clashed += 1;
      },
      merged: (ms) => merges.observe(ms / 1000),
      store: (operation, ms, failed) => store.observe({ operation, failed: String(failed) }, ms / 1000),
      told(entries, ageMs) {
        events.inc(entries);
        lag.observe(ageMs / 1000);
      },
    },
    contentType: registry.contentType,
    async text(service) {
      rate.set(all === 0 ? 0 : clashed / all);
      open.set(await openConflicts(service));
      streams.set(service.feeds.count());
      return registry.metrics();
    },
  };
}
