// Nobody decides alone: the change is kept as an open conflict until a person or a judge answers.
import type { Verdict } from './facts.ts';
import type { Escalate } from './types.ts';

export function escalate(): Escalate {
  return { name: 'escalate' };
}

export function decideEscalate(): Verdict {
  return { type: 'escalate', reason: 'policy: every conflict here goes to a person' };
}
