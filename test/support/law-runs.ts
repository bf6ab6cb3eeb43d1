// How many random cases a law is tried on: a number for every day, and a long run with ENTENTE_LONG=1.

/** ENTENTE_LONG=1: everything random is tried at length. */
export const isLong: boolean = process.env['ENTENTE_LONG'] === '1';

export function lawRuns(everyDay: number): number {
  return isLong ? 200_000 : everyDay;
}

/** Milliseconds for one law, whatever else the machine does. */
export const LAW_TIMEOUT: number = isLong ? 3_600_000 : 120_000;
