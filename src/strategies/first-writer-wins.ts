// The stored version stays; the later change is refused and goes back to its author. The default.
import type { Facts, Verdict } from './facts.ts';
import type { FirstWriterWins } from './types.ts';

export function firstWriterWins(): FirstWriterWins {
  return { name: 'firstWriterWins' };
}

export function decideFirstWriterWins(facts: Facts): Verdict {
  return { type: 'useVersion', side: 'current', agent: facts.holder };
}
