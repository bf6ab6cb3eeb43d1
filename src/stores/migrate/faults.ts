// What can stand in the way of moving a store, in words that say the next step.
import { EntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';

/** The source no longer has what the copy has not got yet. */
export function trimmedMeanwhile(space: Space): EntenteError {
  return new EntenteError('gone', `The log of space ${space} was trimmed under the copy: what came before is gone.`, {
    next: 'Stop what trims the source, remove the half-done target, and begin again.',
  });
}

/** The target is not where this copy has left it. */
export function writtenByOthers(space: Space, revision: number): EntenteError {
  return new EntenteError(
    'precondition-failed',
    `Somebody else writes to the target: space ${space} does not take revision ${revision}.`,
    { next: 'Stop what writes there, remove the half-done target, and begin again.' },
  );
}

/** The copy does not say what the source says. */
export function differs(space: Space, what: string): EntenteError {
  return new EntenteError('store-corrupt', `The copy of space ${space} differs from its source: ${what}.`, {
    next: 'Keep the source. Check it with entente verify, remove the target, and begin again.',
  });
}

/** A content that the source's log names is not there. */
export function missingContent(space: Space, hash: string, revision: number): EntenteError {
  return new EntenteError(
    'store-corrupt',
    `The source has no content ${hash.slice(0, 12)}, which revision ${revision} of space ${space} names.`,
    { next: 'Check the source: entente verify' },
  );
}
