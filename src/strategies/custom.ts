// Decided by the caller's code, with a deadline; what it throws becomes an escalation, never a lost change (rule C7).
import { EntenteError } from '../core/errors.ts';
import type { Facts, Verdict } from './facts.ts';
import type { Custom, CustomFunction } from './types.ts';

export function custom(fn: CustomFunction): Custom {
  if (typeof fn !== 'function')
    throw new EntenteError('misuse', 'custom() takes a function of the conflict’s details.');
  return { name: 'custom', fn };
}

export function decideCustom(facts: Facts, strategy: Custom): Verdict {
  if (facts.kind === 'deleted-modified') return { type: 'handBack', reason: 'deleted-modified' };
  return { type: 'custom', fn: strategy.fn };
}
