// Neither goes on: the change is not stored, and the log tells both agents. No acknowledged commit is undone (rule C4).
import { EntenteError } from '../core/errors.ts';
import type { Facts, Verdict } from './facts.ts';
import type { AbortBoth } from './types.ts';

/** `restore: 'base'` also writes what was there before both, as a new version; both changes stay in the history. */
export function abortBoth(options: { readonly restore?: 'base' } = {}): AbortBoth {
  if (options.restore === undefined) return { name: 'abortBoth' };
  if (options.restore !== 'base') throw new EntenteError('misuse', "abortBoth() restores 'base' or nothing.");
  return { name: 'abortBoth', restore: 'base' };
}

export function decideAbortBoth(facts: Facts): Verdict {
  if (facts.kind === 'deleted-modified') return { type: 'handBack', reason: 'deleted-modified' };
  return { type: 'abortBoth' };
}
