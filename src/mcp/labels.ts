// Neutral names for the sides of a conflict. A judge sees A and B, not whose they are and not which came first; which is
// which looks random, is the same each time the conflict is looked at, and cannot be known when a side is written: it
// hangs on when the conflict was opened. It is bound to the conflict's revision, which the decision names again.
import { createHash } from 'node:crypto';

type Side = 'current' | 'proposed';

export interface Labels {
  readonly a: Side;
  readonly b: Side;
}

export interface Labelled {
  readonly id: string;
  readonly openedAt: number;
}

export function labelsOf({ id, openedAt }: Labelled, revision: number): Labels {
  const digest = createHash('sha256')
    .update(JSON.stringify([id, openedAt, revision]))
    .digest();
  return ((digest[0] ?? 0) & 1) === 0 ? { a: 'current', b: 'proposed' } : { a: 'proposed', b: 'current' };
}
