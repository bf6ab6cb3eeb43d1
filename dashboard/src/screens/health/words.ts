// Times and parts as people say them.

const UNITS: readonly (readonly [ms: number, word: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** `3.5 h`; below a second `240 ms`. */
export function duration(ms: number): string {
  const [size, word] = UNITS.find(([unit]) => ms >= unit) ?? [1, 'ms'];
  const amount = ms / size;
  return `${amount < 10 && !Number.isInteger(amount) ? amount.toFixed(1) : Math.round(amount)} ${word}`;
}

/** `12 %`; a dash where there is nothing to take a part of. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  return `${share > 0 && share < 1 ? '< 1' : Math.round(share)} %`;
}
