// What happened to a commit, as a value. `status` first; the union is closed.
import type { Note, Receipt } from './receipt.ts';
import type { Offer } from './recorded.ts';
import type { MergeConflict } from './region.ts';
import type { Token } from './token.ts';
import type { Head, Written } from './version.ts';

/** What an agent needs to repair its change: only what clashes, who moved it and why. */
export interface Packet {
  readonly resource: string;
  readonly expected: { readonly version: number; readonly revision: number; readonly hash: string };
  readonly actual?: Head;
  /** The versions that came in between, oldest first; the last ones where there were many. */
  readonly between: readonly {
    readonly agent: string;
    readonly version: number;
    readonly note?: string;
    readonly at: number;
  }[];
  readonly regions: readonly MergeConflict[];
  /** How many regions merged without a clash. */
  readonly cleanRegions: number;
  readonly reason: string;
  /** What was decided before where the same texts met. */
  readonly offer?: Offer;
}

export interface OutcomeBase {
  readonly commitId: string;
  /** The commit had landed before: this is its first answer again. */
  readonly replayed?: true;
  /** All that a `transact` wrote. */
  readonly results?: readonly Written[];
}

export interface Committed extends OutcomeBase, Written {
  readonly status: 'committed';
  /** On the new head, so that a chain of changes needs no re-read. */
  readonly token: Token;
}
export interface Unchanged extends OutcomeBase {
  readonly status: 'unchanged';
  readonly head?: Head;
  readonly token: Token;
  /** What a merge has to say that came to what is there: a part of the change may have given way. */
  readonly notes?: readonly Note[];
}
export interface Merged extends OutcomeBase, Written {
  readonly status: 'merged';
  /** What is stored now: not what was sent. */
  readonly content: Uint8Array;
  readonly receipt: Receipt;
  readonly token: Token;
  /** What clashed was settled by kept decisions, as the policy says; the receipt names them. */
  readonly resolvedBy?: 'recorded';
}
export interface Conflicted extends OutcomeBase {
  readonly status: 'conflict';
  readonly saved: false;
  readonly packet: Packet;
  readonly token: Token;
  /** One for each write of a `transact`, with a fresh token each in `tokens`. */
  readonly packets?: readonly Packet[];
  readonly tokens?: readonly Token[];
}
export interface Retry extends OutcomeBase {
  readonly status: 'retry';
  readonly saved: false;
  /** This was attempt n of m. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly packet: Packet;
  readonly token: Token;
}
export interface Refused extends OutcomeBase {
  readonly status: 'rejected' | 'aborted';
  readonly saved: false;
  readonly reason: string;
  readonly packet?: Packet;
}
export interface Split extends OutcomeBase {
  readonly status: 'split';
  readonly resource: string;
  readonly kept: Written;
  readonly copy: Written;
  /** The label of the side that stayed at its id, where the strategy gave one. */
  readonly label?: string;
}
export interface Escalated extends OutcomeBase {
  readonly status: 'escalated';
  readonly conflictId: string;
  readonly reason: string;
  readonly packet: Packet;
}
export interface Unknown extends OutcomeBase {
  readonly status: 'unknown';
  readonly resource: string;
}

export type Outcome = Committed | Unchanged | Merged | Conflicted | Retry | Refused | Split | Escalated | Unknown;
export type OutcomeStatus = Outcome['status'];

/** The intent is served: committed, unchanged, merged or split. */
export function isSuccess(outcome: Outcome): boolean {
  const { status } = outcome;
  return status === 'committed' || status === 'unchanged' || status === 'merged' || status === 'split';
}

/** The version that the original resource has by this outcome, where the outcome tells it. */
export function versionOf(outcome: Outcome): number | undefined {
  switch (outcome.status) {
    case 'committed':
    case 'merged':
      return outcome.version;
    case 'unchanged':
      return outcome.head?.version;
    case 'split':
      return outcome.kept.version;
    default:
      return undefined;
  }
}
