// A strategy is plain data (but for `custom`), so that it can be stored, shown and compared.
import type { Decision, Details, Resolution } from '../core/resolution.ts';
import type { MergeOptions } from '../merge/types.ts';

export const strategyNames = [
  'firstWriterWins',
  'lastWriterWins',
  'merge',
  'retry',
  'escalate',
  'keepBoth',
  'abortBoth',
  'custom',
] as const;

export type StrategyName = (typeof strategyNames)[number];

export interface FirstWriterWins {
  readonly name: 'firstWriterWins';
}
export interface LastWriterWins {
  readonly name: 'lastWriterWins';
}
export interface Merge {
  readonly name: 'merge';
  readonly engine: string;
  /** What happens to what the merge leaves. */
  readonly otherwise: Strategy;
  readonly options?: MergeOptions;
  /** Conflicts of which each place was decided before are settled as it was decided. @default false */
  readonly recorded?: boolean;
  /** May veto a clean merge: false or a text (the reason) makes it a conflict. */
  readonly validate?: (merged: Uint8Array) => boolean | string | undefined;
}
export interface Retry {
  readonly name: 'retry';
  readonly maxAttempts: number;
}
export interface Escalate {
  readonly name: 'escalate';
}
export interface KeepBoth {
  readonly name: 'keepBoth';
  readonly suffixes?: readonly [string, string];
}
export interface AbortBoth {
  readonly name: 'abortBoth';
  readonly restore?: 'base';
}
/** Decides by code. A function gets a deadline between its awaits only; a hard limit needs a module path. */
export interface Custom {
  readonly name: 'custom';
  readonly fn: CustomFunction;
}

export type CustomFunction = (details: Details) => Resolution | Decision | Promise<Resolution | Decision>;

export type Strategy = FirstWriterWins | LastWriterWins | Merge | Retry | Escalate | KeepBoth | AbortBoth | Custom;

/** A strategy as it is written in a policy file: `"merge(json)"`, or an object for those with options. */
export type StrategySpec = string | { readonly strategy: string; readonly [option: string]: unknown };

/** A policy as data: an ordered list, first match wins, then the default. */
export interface PolicyDocument {
  readonly rules: readonly (readonly [pattern: string, strategy: StrategySpec])[];
  readonly default?: StrategySpec;
}
