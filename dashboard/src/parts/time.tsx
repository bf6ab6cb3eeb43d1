// Times: how long ago, with the date in full on demand. They go on by themselves, all of them by one clock.
import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';

const TICK_MS = 15_000;

/** Milliseconds since 1970, renewed every quarter of a minute. */
export const now: Signal<number> = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, TICK_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) now.value = Date.now();
});

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
];

/** `just now`, `4 min`, `3 h`, `12 d`. */
export function spanOf(ms: number): string {
  const [unit, name] = UNITS.find(([size]) => ms >= size) ?? [0, ''];
  return unit === 0 ? 'just now' : `${Math.floor(ms / unit)} ${name}`;
}

/** `4 min ago`. Clocks of machines differ: what lies a little ahead is now. */
export function agoOf(at: number, from: number): string {
  const span = spanOf(Math.max(0, from - at));
  return span === 'just now' ? span : `${span} ago`;
}

export function Time({ at }: { readonly at: number }): JSX.Element {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {agoOf(at, Math.max(now.value, at))}
    </time>
  );
}
