// How a conflict is decided: a strategy returns a Resolution, a person or a judge gives a Decision.
import type { Offer } from './recorded.ts';
import type { MergeConflict } from './region.ts';
import type { Head } from './version.ts';

/** One side of a conflict as a strategy sees it; `content` is absent when the version is hash-only or a tombstone. */
export interface SideDetails {
  readonly agent?: string;
  readonly version?: number;
  readonly hash?: string;
  readonly content?: Uint8Array | string;
  /** The side is a tombstone, or never was. */
  readonly deleted?: boolean;
}

/** The three sides of a conflict. The seed's agent A is `current`, its agent B is `proposed`. */
export interface Details {
  readonly resource: string;
  readonly base?: SideDetails;
  readonly current: SideDetails;
  readonly proposed: SideDetails;
}

export type Resolution =
  /** Decided by side; `agent` is for the reader (rule C6). */
  | { readonly type: 'useVersion'; readonly agent: string; readonly side: 'current' | 'proposed' }
  | { readonly type: 'merged'; readonly content: Uint8Array | string; readonly hash: string }
  | { readonly type: 'abortBoth' }
  | { readonly type: 'keepBoth'; readonly suffixes: readonly [string, string] }
  | { readonly type: 'retry' }
  | { readonly type: 'escalate'; readonly reason: string };

/** A person's or judge's answer to an open conflict. */
export type Decision =
  /** `recorded`: as was decided before at each of its places. */
  | { readonly use: 'current' | 'proposed' | 'base' | 'both' | 'recorded' }
  | { readonly content: Uint8Array | string; readonly allowMarkers?: boolean }
  | { readonly abort: true };

/** A conflict side as it is stored: enough to find the bytes again and to say whose they are. */
export interface StoredSide {
  readonly version?: number;
  readonly revision?: number;
  readonly born?: number;
  readonly hash: string;
  readonly size?: number;
  readonly mediaType?: string;
  readonly agent?: string;
  readonly at?: number;
  readonly deleted: boolean;
}

/** A place where the sides of a stored conflict clash: its bytes are those of the sides. */
export type ConflictRegion = Pick<MergeConflict, 'id' | 'kind' | 'at' | 'reason'>;

export interface ConflictDecision {
  readonly decision: 'current' | 'proposed' | 'base' | 'both' | 'recorded' | 'content' | 'abort';
  readonly agent: string;
  readonly reason?: string;
  readonly at: number;
  readonly hash?: string;
}

/** A stored conflict: an object with an id, not an error. Open ones wait for a decision. */
export interface Conflict {
  readonly id: string;
  /** A short number that never changes: the revision at which the conflict was opened. */
  readonly number: number;
  readonly resource: string;
  readonly state: 'open' | 'resolved';
  /** The record's own revision: give it to `resolve` to be sure that nothing moved since you looked. */
  readonly revision: number;
  readonly base?: StoredSide;
  readonly current: StoredSide;
  readonly proposed: StoredSide;
  readonly reason: string;
  /** Where the sides clash, the first 100 places; none where they could not be merged at all. */
  readonly regions: readonly ConflictRegion[];
  /** Which engine found them; absent where they are not all of its places, or those of an engine of others. */
  readonly engine?: string;
  readonly strategy: string;
  readonly commitId: string;
  readonly note?: string;
  readonly openedAt: number;
  readonly resolution?: ConflictDecision;
  /** Of an open one, as it is read: what was decided before where the same texts met. */
  readonly offer?: Offer;
}

/** An entry of the seed's conflict history: what clashed and how it was settled. */
export interface ConflictEntry {
  readonly conflict: {
    readonly resource: string;
    readonly conflictingAgent: string;
    readonly holderAgent: string;
    readonly expectedVersion: number;
    readonly actualVersion: number;
    readonly at: number;
  };
  readonly resolution: Resolution;
  readonly resolvedAt: number;
}

/** How many versions lie between what the agent expected and what is there; never negative. */
export function versionDiff(conflict: ConflictEntry['conflict']): number {
  return Math.max(0, conflict.actualVersion - conflict.expectedVersion);
}

export function sideOf(head: Head | undefined): StoredSide {
  if (head === undefined) return { version: 0, revision: 0, born: 0, hash: '', deleted: true };
  const { version, revision, born, hash, size, mediaType, agent, at, deleted } = head;
  return {
    version,
    revision,
    born,
    hash,
    agent,
    at,
    deleted,
    ...(size === undefined ? {} : { size }),
    ...(mediaType === undefined ? {} : { mediaType }),
  };
}
