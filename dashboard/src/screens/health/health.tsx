// Health: how many changes land, merge and clash, how long a conflict waits, and how late the feed tells it.
import './health.css';
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { readStats } from '../../api/resources.ts';
import { type Counts, readSeries, type Series } from '../../api/series.ts';
import { session } from '../../api/session.ts';
import type { Stats } from '../../api/types.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Trouble } from '../../parts/states.tsx';
import { Chart } from './chart.tsx';
import { Lag } from './lag.tsx';
import { Tile } from './tile.tsx';
import { duration, percent } from './words.ts';

const HOUR = 3_600_000;
const SPANS: readonly { readonly text: string; readonly ms: number; readonly buckets: number }[] = [
  { text: 'an hour', ms: HOUR, buckets: 60 },
  { text: 'a day', ms: 24 * HOUR, buckets: 48 },
  { text: '7 days', ms: 7 * 24 * HOUR, buckets: 84 },
  { text: '30 days', ms: 30 * 24 * HOUR, buckets: 60 },
];

function Tiles({ totals, stats }: { readonly totals: Counts; readonly stats: Stats }): JSX.Element {
  const { commits, merged, opened, ended, overwritten, resolveMs, handedBack, rejected } = totals;
  return (
    <dl class="tiles">
      <Tile
        name="Changes"
        value={commits.toLocaleString()}
        says={`of ${stats.totalResources.toLocaleString()} resources in all`}
      />
      <Tile name="Merged by themselves" value={merged.toLocaleString()} says={percent(merged, commits)} />
      <Tile
        name="Conflicts opened"
        value={opened.toLocaleString()}
        says={`${percent(opened, commits)}; ${ended.toLocaleString()} ended`}
      />
      <Tile name="Waiting now" value={stats.open.toLocaleString()} says={stats.open === 1 ? 'conflict' : 'conflicts'} />
      <Tile
        name="Time to resolve"
        value={resolveMs.median === undefined ? '–' : duration(resolveMs.median)}
        says="median"
      />
      <Tile
        name="Handed back"
        value={handedBack.toLocaleString()}
        says={`${rejected.toLocaleString()} refused, since the server started`}
      />
      <Lag />
      <Tile
        name="Lost updates"
        value={overwritten === 0 ? '0' : `${overwritten.toLocaleString()} allowed`}
        says={overwritten === 0 ? 'nothing was written over unseen' : 'written over because a rule says so'}
      />
    </dl>
  );
}

function Charts({ series }: { readonly series: Series }): JSX.Element {
  const { buckets, totals } = series;
  const drawn = useMemo(() => {
    const of = (read: (counts: Counts) => number | undefined): readonly (number | null)[] =>
      buckets.map((bucket) => read(bucket) ?? null);
    return {
      times: buckets.map(({ at }) => at / 1000),
      changes: [
        { label: 'Changes', values: of(({ commits }) => commits) },
        { label: 'Merged', values: of(({ merged }) => merged) },
      ],
      conflicts: [
        { label: 'Opened', values: of(({ opened }) => opened) },
        { label: 'Ended', values: of(({ ended }) => ended) },
      ],
      waits: [
        { label: 'Median', values: of(({ resolveMs }) => resolveMs.median) },
        { label: 'Longest', values: of(({ resolveMs }) => resolveMs.max) },
      ],
      retries: [
        { label: 'Handed back', values: of(({ handedBack }) => handedBack) },
        { label: 'Refused', values: of(({ rejected }) => rejected) },
      ],
    };
  }, [series]);
  const { commits, merged, opened, ended, resolveMs, handedBack, rejected } = totals;
  const whole = (value: number): string => (Number.isInteger(value) ? value.toLocaleString() : '');
  return (
    <div class="charts">
      <Chart
        title="Changes"
        summary={`${commits.toLocaleString()} changes, ${merged.toLocaleString()} of them merged.`}
        times={drawn.times}
        series={drawn.changes}
        format={whole}
      />
      <Chart
        title="Conflicts"
        summary={`${opened.toLocaleString()} opened, ${ended.toLocaleString()} ended.`}
        times={drawn.times}
        series={drawn.conflicts}
        format={whole}
      />
      <Chart
        title="Time to resolve"
        summary={
          resolveMs.median === undefined
            ? 'No conflict ended.'
            : `Half of them within ${duration(resolveMs.median)}, the longest ${duration(resolveMs.max ?? 0)}.`
        }
        times={drawn.times}
        series={drawn.waits}
        format={duration}
      />
      <Chart
        title="Second attempts"
        summary={`${handedBack.toLocaleString()} handed back, ${rejected.toLocaleString()} refused.`}
        times={drawn.times}
        series={drawn.retries}
        format={whole}
      />
    </div>
  );
}

export function HealthScreen(): JSX.Element {
  const [span, setSpan] = useState(2);
  const { ms, buckets } = SPANS[span] ?? { ms: HOUR, buckets: 60 };
  const { value, fault, reload } = useLoaded(`${session.value?.space} ${span}`, async (signal) => {
    const until = Date.now();
    const [series, stats] = await Promise.all([readSeries(until - ms, until, buckets, signal), readStats(signal)]);
    return { series, stats };
  });
  return (
    <div class="screen stack">
      <header class="screen-head">
        <h1>Health</h1>
        <div class="row">
          <label class="field small">
            The last
            <select value={String(span)} onChange={({ currentTarget }) => setSpan(Number(currentTarget.value))}>
              {SPANS.map(({ text }, index) => (
                <option key={text} value={String(index)}>
                  {text}
                </option>
              ))}
            </select>
          </label>
          <button type="button" onClick={reload}>
            Look again
          </button>
        </div>
      </header>
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {value === undefined ? (
        fault === undefined && <p class="quiet">Counting …</p>
      ) : (
        <>
          <Tiles totals={value.series.totals} stats={value.stats} />
          {!value.series.complete && (
            <p class="quiet">The log does not reach back as far: what is older is not counted.</p>
          )}
          <Charts series={value.series} />
        </>
      )}
    </div>
  );
}
