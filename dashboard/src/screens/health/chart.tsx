// A chart over time with its twin as a table: the picture is for the eye alone, the table for everybody. Lines differ by
// their dashes too, not by colour alone.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly label: string;
  /** One a point in time; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  readonly title: string;
  /** What is said of it in one sentence. */
  readonly summary: string;
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** A value as people read it. */
  readonly format: (value: number) => string;
}

const HEIGHT = 200;
const DASHES: readonly number[][] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

const days = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const hours = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Marks of an axis: days where they are apart by one or more, else the time of day. */
function timesOf([first = 0, second = 0]: readonly number[]): (seconds: number) => string {
  const format = second - first >= 86_400 ? days : hours;
  return (seconds) => format.format(seconds * 1000);
}

function optionsOf({ series, format }: ChartProps, element: HTMLElement): uPlot.Options {
  // A canvas knows no style sheet: the colours are read from what the sheet made of elements.
  const { color, borderTopColor } = getComputedStyle(element);
  const keys = [...(element.parentElement?.querySelectorAll('.chart-key') ?? [])].map(
    (key) => getComputedStyle(key).color,
  );
  const axis: uPlot.Axis = {
    stroke: color,
    font: '12px system-ui, sans-serif',
    grid: { stroke: borderTopColor, width: 1 },
    ticks: { stroke: borderTopColor, width: 1 },
  };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 1) * 1.1)] } },
    axes: [
      { ...axis, size: 32, values: (_plot, splits) => splits.map(timesOf(splits)) },
      { ...axis, size: 64, values: (_plot, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...series.map(({ label, values }, index) => ({
        label,
        stroke: keys[index] ?? color,
        width: 2,
        dash: DASHES[index % DASHES.length] ?? [],
        // A value between two that are not known is no line: it needs a point to be seen.
        points: { show: values.includes(null), size: 6 },
      })),
    ],
  };
}

const dataOf = ({ times, series }: ChartProps): uPlot.AlignedData => [
  [...times],
  ...series.map(({ values }) => [...values]),
];

const dayAndHour = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

function Twin({ title, times, series, format }: ChartProps): JSX.Element {
  return (
    <details class="chart-twin">
      <summary>The same as a table</summary>
      {/* A wide table must scroll by the keyboard too (WCAG 2.1.1). */}
      <section class="scroll-x" tabIndex={0} aria-label={`${title}: table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              {series.map(({ label }) => (
                <th scope="col" key={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((time, index) => (
              <tr key={time}>
                <th scope="row">{dayAndHour.format(time * 1000)}</th>
                {series.map(({ label, values }) => {
                  const value = values[index];
                  return <td key={label}>{value === null || value === undefined ? '–' : format(value)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

export function Chart(props: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    let plot = new uPlot(optionsOf(props, element), dataOf(props), element);
    const draw = (): void => {
      plot.destroy();
      plot = new uPlot(optionsOf(props, element), dataOf(props), element);
    };
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    sizes.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributes: true });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', draw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      system.removeEventListener('change', draw);
      plot.destroy();
    };
  }, [props.times, props.series]);
  return (
    <figure class="chart card">
      <figcaption>
        <h2>{props.title}</h2>
        <p>{props.summary}</p>
      </figcaption>
      <ul class="chart-legend" aria-hidden="true">
        {props.series.map(({ label }, index) => (
          <li key={label} class={`chart-key chart-key-${index + 1}`}>
            {label}
          </li>
        ))}
      </ul>
      <div class="chart-place" ref={place} aria-hidden="true" />
      <Twin {...props} />
    </figure>
  );
}
