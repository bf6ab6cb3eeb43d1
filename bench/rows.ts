// What every bench file shares: the shape of a row, and timing of two sides in turn in one run.

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  /** How ours compares: baseline time / our time (bars with ≥), or a figure of its own (bars with ≤). */
  readonly ratio: number;
  readonly bar: string;
  readonly ok: boolean;
  /** What is known about the price of this one; printed with the page where the bar is missed. */
  readonly why?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs both sides in turn, `rounds` times after a warm-up, and gives the median nanoseconds of one operation. */
export async function inTurn(
  operations: number,
  ours: () => Promise<void>,
  baseline: () => Promise<void>,
  rounds: number = 7,
): Promise<{ ours: number; baseline: number }> {
  const times: { ours: number[]; baseline: number[] } = { ours: [], baseline: [] };
  for (let round = 0; round < rounds + 2; round += 1) {
    for (const side of ['ours', 'baseline'] as const) {
      globalThis.gc?.();
      const start = performance.now();
      await (side === 'ours' ? ours() : baseline());
      if (round >= 2) times[side].push(((performance.now() - start) / operations) * 1e6);
    }
  }
  return { ours: median(times.ours), baseline: median(times.baseline) };
}

export function nanoseconds(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} ms`;
  return value >= 10_000 ? `${(value / 1e3).toFixed(1)} µs` : `${value.toFixed(0)} ns`;
}

/** A row whose ratio must be at least `bar`. */
export function atLeast(what: string, times: { ours: number; baseline: number }, bar: number): Row {
  const ratio = times.baseline / times.ours;
  return {
    what,
    ours: nanoseconds(times.ours),
    baseline: nanoseconds(times.baseline),
    ratio,
    bar: `≥ ${bar} ×`,
    ok: ratio >= bar,
  };
}

/** A row whose cost must be at most `bar` times the baseline's. */
export function atMost(what: string, times: { ours: number; baseline: number }, bar: number): Row {
  const ratio = times.ours / times.baseline;
  return {
    what,
    ours: nanoseconds(times.ours),
    baseline: nanoseconds(times.baseline),
    ratio,
    bar: `≤ ${bar} ×`,
    ok: ratio <= bar,
  };
}
