// What was refused or handed back, by the minute: it leaves no entry in any log, so that each server counts its own since
// it started.
import type { Outcome } from '../core/outcome.ts';
import type { Space } from '../core/resource.ts';

export interface Refused {
  readonly handedBack: number;
  readonly rejected: number;
}

export interface Refusals {
  note(space: Space, status: Outcome['status']): void;
  /** Minute by minute, each with the time of the last one in it. */
  since(space: Space, time: number): readonly (Refused & { readonly at: number })[];
}

const MINUTE = 60_000;
/** A week of minutes. */
const MAX_MINUTES = 7 * 24 * 60;
const MAX_SPACES = 256;

interface Cell {
  at: number;
  handedBack: number;
  rejected: number;
}

export function createRefusals(clock: () => number): Refusals {
  const spaces = new Map<Space, Map<number, Cell>>();

  function cellOf(space: Space): Cell {
    let minutes = spaces.get(space);
    if (minutes === undefined) {
      const [oldest] = spaces.keys();
      if (spaces.size >= MAX_SPACES && oldest !== undefined) spaces.delete(oldest);
      minutes = new Map();
      spaces.set(space, minutes);
    }
    const at = clock();
    const minute = Math.floor(at / MINUTE);
    const known = minutes.get(minute);
    if (known !== undefined) {
      known.at = at;
      return known;
    }
    const [first] = minutes.keys();
    if (minutes.size >= MAX_MINUTES && first !== undefined) minutes.delete(first);
    const cell = { at, handedBack: 0, rejected: 0 };
    minutes.set(minute, cell);
    return cell;
  }

  return {
    note(space, status) {
      if (status === 'rejected') cellOf(space).rejected += 1;
      else if (status === 'conflict' || status === 'retry') cellOf(space).handedBack += 1;
    },
    since(space, time) {
      return [...(spaces.get(space)?.values() ?? [])].filter(({ at }) => at >= time);
    },
  };
}
