// How many random cases a law is tried on: a number for every day, and a long run with ENTENTE_LONG=1. A long run can be
// cut: ENTENTE_LAW_PART=3/8 is the third of eight parts, each with a seed of its own.

/** ENTENTE_LONG=1: everything random is tried at length. */
export const isLong: boolean = process.env['ENTENTE_LONG'] === '1';

const LONG = 200_000;

const [part, parts] = partOf(process.env['ENTENTE_LAW_PART'] ?? '1/1');

function partOf(text: string): readonly [number, number] {
  const [, one, all] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [number, count] = [Number(one), Number(all)];
  if (number >= 1 && number <= count) return [number, count];
  throw new Error(`ENTENTE_LAW_PART is ${text}; it takes a part of a number of parts: 3/8`);
}

export function lawRuns(everyDay: number): number {
  return isLong ? Math.ceil(LONG / parts) : everyDay;
}

/** What fast-check draws from: another one for each part of a long run. */
export function lawSeed(everyDay: number): number {
  return everyDay + (part - 1) * 1_000_003;
}

/** Milliseconds for one law, whatever else the machine does. */
export const LAW_TIMEOUT: number = isLong ? 3_600_000 : 600_000;
