// The later change goes over the stored version, on purpose and guarded by the head that it saw; the log says so.
import type { Facts, Verdict } from './facts.ts';
import type { LastWriterWins } from './types.ts';

export function lastWriterWins(): LastWriterWins {
  return { name: 'lastWriterWins' };
}

export function decideLastWriterWins(facts: Facts): Verdict {
  return { type: 'useVersion', side: 'proposed', agent: facts.agent };
}
