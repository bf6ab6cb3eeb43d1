// Merge three-way against the base that the agent read; `otherwise` decides what the merge leaves.
import { EntenteError } from '../core/errors.ts';
import type { MergeOptions } from '../merge/types.ts';
import { escalate } from './escalate.ts';
import type { Facts, Verdict } from './facts.ts';
import { assertStrategy } from './policy.ts';
import type { Merge, Strategy } from './types.ts';

export interface MergeStrategyOptions {
  /** @default escalate() */
  readonly otherwise?: Strategy;
  readonly options?: MergeOptions;
  /** The same as `options.commutative`. */
  readonly commutative?: boolean;
  /** Applies decisions that were recorded on the same conflict before, where each of its places has one. @default false */
  readonly recorded?: boolean;
  /** May veto a clean merge: `false`, or a text that says why. */
  readonly validate?: Merge['validate'];
}

/** `engine`: `auto`, `text`, `json`, `append`, or the name of a registered one. */
export function merge(engine: string = 'auto', options: MergeStrategyOptions = {}): Merge {
  if (typeof engine !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(engine)) {
    throw new EntenteError('misuse', `merge() takes the name of an engine, not ${JSON.stringify(engine)}.`, {
      next: 'Use merge("auto"), merge("text"), merge("json"), merge("append") or the name of a registered engine.',
    });
  }
  const { otherwise = escalate(), commutative, recorded = false } = options;
  assertStrategy(otherwise);
  if (typeof recorded !== 'boolean')
    throw new EntenteError('misuse', 'The option `recorded` of a merge is true or false.');
  const merging = commutative === undefined ? options.options : { ...options.options, commutative };
  return {
    name: 'merge',
    engine,
    otherwise,
    ...(merging === undefined ? {} : { options: merging }),
    ...(recorded ? { recorded } : {}),
    ...(options.validate === undefined ? {} : { validate: options.validate }),
  };
}

export function decideMerge(facts: Facts, strategy: Merge): Verdict {
  // Without the bytes that were read a merge would be a guess between two texts, so a person decides (rule C9).
  if (facts.kind === 'base-gone') return { type: 'escalate', reason: 'base-gone' };
  // A stale delete has nothing to merge and is never re-pointed (rule B3).
  if (facts.kind === 'deleted-modified') return { type: 'handBack', reason: 'deleted-modified' };
  return { type: 'merge', strategy };
}
