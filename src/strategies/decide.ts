// From a conflict's facts to a verdict: pure, one line for each strategy.
import { decideAbortBoth } from './abort-both.ts';
import { decideCustom } from './custom.ts';
import { decideEscalate } from './escalate.ts';
import type { Facts, Verdict } from './facts.ts';
import { decideFirstWriterWins } from './first-writer-wins.ts';
import { decideKeepBoth } from './keep-both.ts';
import { decideLastWriterWins } from './last-writer-wins.ts';
import { decideMerge } from './merge.ts';
import { decideRetry } from './retry.ts';
import type { Strategy } from './types.ts';

export function decide(strategy: Strategy, facts: Facts): Verdict {
  switch (strategy.name) {
    case 'firstWriterWins':
      return decideFirstWriterWins(facts);
    case 'lastWriterWins':
      return decideLastWriterWins(facts);
    case 'merge':
      return decideMerge(facts, strategy);
    case 'retry':
      return decideRetry(facts, strategy);
    case 'escalate':
      return decideEscalate();
    case 'keepBoth':
      return decideKeepBoth(facts, strategy);
    case 'abortBoth':
      return decideAbortBoth(facts);
    case 'custom':
      return decideCustom(facts, strategy);
  }
}
