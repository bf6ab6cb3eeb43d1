// What the HTTP API answers, as far as the dashboard reads it. Written by hand against /openapi.json: the dashboard knows
// the API and nothing of the server's modules. Answers may have more fields than are named here.

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
}

/** Bytes as JSON carries them. */
export interface Bytes {
  readonly content: string;
  /** @default utf8 */
  readonly encoding?: 'utf8' | 'base64';
}

export interface Head {
  readonly resource: string;
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
  /** Bytes; absent where only the hash is kept. */
  readonly size?: number;
  readonly mediaType?: string;
  readonly agent: string;
  /** Milliseconds since 1970, as all times here. */
  readonly at: number;
  readonly deleted: boolean;
}

export interface Found extends Partial<Bytes> {
  readonly head: Head;
  readonly etag: string;
}

export interface Version {
  readonly head: Head;
  readonly commitId: string;
  readonly outcome: string;
  readonly note?: string;
  readonly strategy?: string;
}

export interface OpenDraft {
  readonly id: string;
  readonly resource: string;
  readonly agent: string;
  readonly note?: string;
  readonly version: number;
  readonly at: number;
  readonly until: number;
}

export type SideName = 'base' | 'current' | 'proposed';

export interface Side extends Partial<Bytes> {
  readonly version?: number;
  readonly revision?: number;
  readonly hash: string;
  readonly size?: number;
  readonly mediaType?: string;
  readonly agent?: string;
  readonly at?: number;
  readonly deleted: boolean;
}

/** Half-open and 0-based. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type RegionKind =
  | 'content'
  | 'modified-deleted'
  | 'both-added'
  | 'type'
  | 'order'
  | 'binary'
  | 'budget'
  | 'too-large'
  | 'not-append-only';

export type RegionAt = { readonly lines: { readonly [side in SideName]: Range } } | { readonly pointer: string };

export interface Region {
  readonly id: string;
  readonly kind: RegionKind;
  readonly at: RegionAt;
  readonly reason?: string;
}

export type Use = SideName | 'both';

/** As a resolution or a proposal says it: exactly one of use, content and abort. */
export interface Decision {
  readonly use?: Use | 'recorded';
  readonly content?: string;
  readonly encoding?: 'utf8' | 'base64';
  readonly abort?: true;
}

export interface Proposal extends Decision {
  readonly agent: string;
  readonly at: number;
  readonly reason: string;
  /** Whoever looked leaves it to a person. */
  readonly decline?: true;
}

export interface RecordedDecision {
  readonly id: string;
  readonly choice: { readonly use: SideName } | { readonly content: Bytes };
  readonly agent: string;
  readonly at: number;
  readonly reason?: string;
  readonly resource: string;
  readonly conflictId: string;
}

export interface Conflict {
  readonly id: string;
  readonly number: number;
  readonly resource: string;
  readonly state: 'open' | 'resolved';
  readonly revision: number;
  readonly etag: string;
  readonly base?: Side;
  readonly current: Side;
  readonly proposed: Side;
  readonly reason: string;
  readonly regions: readonly Region[];
  readonly strategy: string;
  readonly note?: string;
  readonly openedAt: number;
  readonly resolution?: {
    readonly decision: string;
    readonly agent: string;
    readonly at: number;
    readonly reason?: string;
  };
  readonly claim?: { readonly agent: string; readonly at: number; readonly until: number };
  readonly proposals?: readonly Proposal[];
  readonly offer?: {
    readonly complete: boolean;
    readonly decisions: readonly { readonly region: string; readonly decision: RecordedDecision }[];
  };
}

/** A decision on one place of a conflict. */
export type Choice = { readonly region: string } & (
  | { readonly use: Use | 'recorded' }
  | { readonly content: string; readonly encoding?: 'utf8' | 'base64' }
);

export type Who = 'current' | 'proposed' | 'both';

/** A place where the sides clash, with its texts; a side that is absent there is left out. */
export interface ViewRegion extends Region {
  /** `lines 14-18`, `/server/port`. */
  readonly where: string;
  readonly base?: Bytes;
  readonly current?: Bytes;
  readonly proposed?: Bytes;
  readonly recorded?: RecordedDecision & { readonly elsewhere?: true };
}

/** What a text result is put together from: joined with a choice for each clash they are it, byte for byte. */
export type Part =
  | { readonly type: 'kept'; readonly text: string }
  | { readonly type: 'merged'; readonly by: Who; readonly base: string; readonly text: string }
  | { readonly type: 'clash'; readonly region: string };

export interface MergedPlace {
  readonly by: Who;
  /** Of the base, in words. */
  readonly where: string;
  readonly before: Bytes;
  readonly after: Bytes;
}

export interface Written {
  readonly agent: string;
  readonly version: number;
  readonly note?: string;
  readonly at: number;
}

/** All that deciding a conflict needs. A is its current, B its proposed side. */
export interface ConflictView {
  readonly conflict: Conflict;
  readonly sentence: string;
  /** text: in parts; structure: places by pointer; clean: nothing clashes; whole: no places to choose in, and `why`. */
  readonly form: 'text' | 'structure' | 'clean' | 'whole';
  readonly why?: string;
  /** What the two sides were for. */
  readonly notes: { readonly current?: string; readonly proposed?: string };
  /** What was written between base and A, oldest first. */
  readonly between: readonly Written[];
  readonly regions: readonly ViewRegion[];
  readonly parts?: readonly Part[];
  readonly merged: readonly MergedPlace[];
  /** All places that clash as A has them, the rest merged. */
  readonly start?: Bytes;
  /** The resource moved on since A. */
  readonly moved?: { readonly head: Head; readonly between: readonly Written[] };
}

export interface Composition extends Bytes {
  readonly open: readonly string[];
  readonly complete: boolean;
}

/** An item of the queue, with what tells how urgent it is. */
export interface QueueItem extends Conflict {
  readonly proposalCount?: number;
  /** A judge left it to a person. */
  readonly declined?: true;
  readonly moved?: boolean;
  /** Agents that said that they are about to change the resource. */
  readonly inFlight?: number;
}

export interface Whoami {
  readonly id: string;
  readonly name: string;
  readonly session: boolean;
  readonly expiresAt?: number;
  readonly grants: readonly string[];
  readonly spaces: readonly string[];
}

export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly grants: readonly string[];
  readonly state: 'active' | 'revoked' | 'expired';
  readonly created: number;
  readonly expires?: number;
  readonly revokedAt?: number;
  readonly session?: true;
  readonly madeBy?: string;
  readonly lastUsedAt?: number;
  readonly own?: true;
}

export interface Outcome {
  readonly status: string;
  readonly resource?: string;
  readonly version?: number;
  readonly reason?: string;
  readonly conflictId?: string;
  readonly head?: Head;
  readonly kept?: { readonly resource: string; readonly version: number };
  readonly copy?: { readonly resource: string; readonly version: number };
  readonly packet?: { readonly reason: string; readonly actual?: Head };
}

export interface Stats {
  readonly totalResources: number;
  readonly totalConflicts: number;
  readonly escalated: number;
  readonly commits: number;
  readonly merged: number;
  readonly open: number;
  readonly revision: number;
}

/** An item of the feed. */
export interface FeedCommit {
  readonly type: 'commit';
  readonly cursor: string;
  readonly revision: number;
  readonly agent: string;
  readonly commitId: string;
  readonly outcome: string;
  readonly changes: readonly Head[];
  /** The resource of a conflict or of an announced change, where none was written. */
  readonly about?: string;
  /** What was recorded. */
  readonly reason?: string;
  readonly conflictId?: string;
  readonly note?: string;
  readonly agents?: readonly string[];
  readonly at: number;
}
