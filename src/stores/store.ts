// The store contract: the smallest primitive that every backend can give. The controller is the only caller that
// decides anything; a store compares, writes and remembers.
//
// Promises, in prose:
// - One commit is all or nothing, and strictly serialisable within its space: each has its own, strictly larger
//   revision, and what it changed is visible to every read that starts after its reply.
// - A commitId is looked at before the guards: a commit that landed answers `replayed` (or `mismatch`), never `stale`.
// - There is no `force` and no `set`. What is written is guarded, or it is not written.
// - A content is durable no later than the head, record or keep that names it.
// - An error that is thrown or answered as `unavailable` means certainly not applied; `unknown` means maybe applied.
//   Stores do not retry what may have been applied; the controller does, with the same commitId.
import type { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { AgentId, ResourceId, Space } from '../core/resource.ts';
import type { Head } from '../core/version.ts';

export interface Capabilities {
  readonly name: string;
  /** `none`: gone with the process; `fsync`: on disk before the reply; `quorum`: on most nodes before the reply. */
  readonly durability: 'none' | 'fsync' | 'quorum';
  /** Revisions of a space have no holes, so that continuity can be checked. */
  readonly gapless: boolean;
  readonly maxGuards: number;
  readonly maxWrites: number;
  readonly maxContentBytes: number;
}

/** A precondition: the resource's head has this revision and this hash (0 and `''`: it never was). */
export interface Guard {
  readonly resource: ResourceId;
  readonly revision: number;
  readonly hash: string;
  /**
   * Names the head by its version and hash, where its revision cannot be known yet: an earlier commit, whose reply is still
   * out, is to write it. `revision` is 0 then and the hash is not empty, so that a store which does not know of this finds
   * the guard stale. The log tells the revision that the head was found to have. One guard of a request at most has it.
   */
  readonly version?: number;
}

/** A new version of one resource. The store gives it version, revision and `born`. */
export type Write =
  | {
      readonly resource: ResourceId;
      readonly kind: 'content';
      readonly hash: string;
      readonly content: Uint8Array;
      readonly mediaType?: string | undefined;
    }
  | { readonly resource: ResourceId; readonly kind: 'hash'; readonly hash: string }
  | { readonly resource: ResourceId; readonly kind: 'delete' };

/** A small guarded value that is no resource: a conflict, the policy, a key. */
export interface RecordWrite {
  readonly kind: string;
  readonly id: string;
  /** An indexed word, such as `open`. */
  readonly state?: string;
  /** Plain JSON data, 1 MiB at most. `null` removes the record. */
  readonly value: unknown;
  /** The record's revision as the writer saw it; 0: absent. Checked like a guard. */
  readonly expected: number;
}

export interface StoredRecord {
  readonly kind: string;
  readonly id: string;
  readonly state?: string;
  readonly value: unknown;
  /** Revision of the commit that wrote it last, and of the one that made it. */
  readonly revision: number;
  readonly created: number;
}

/** A content that no head names, kept while its log entry or an open conflict needs it. */
export interface Keep {
  readonly hash: string;
  readonly content: Uint8Array;
}

export interface CommitRequest {
  readonly space: Space;
  readonly agent: AgentId;
  /** Unique per agent: the store keys it under the agent, so that nobody probes or squats another's. */
  readonly commitId: string;
  /** The caller's intent in canonical form; the same for every attempt under one commitId. */
  readonly fingerprint: string;
  /** The epoch that the tokens carry; another one answers `epoch-changed`. */
  readonly epoch: string;
  /** The oldest `asOf` of the tokens: stale guards with an `asOf` below the trim point answer `expired`. */
  readonly asOf: number;
  readonly at: number;
  /**
   * The commitId is the id of a token among the guards, so guards that hold prove that it never landed
   * (rule A5): a store may then skip the look-up.
   */
  readonly tokenBound: boolean;
  readonly guards: readonly Guard[];
  readonly writes: readonly Write[];
  readonly records: readonly RecordWrite[];
  readonly keeps: readonly Keep[];
  /** Kept with the log entry as plain JSON; `outcome` names what the caller was told. */
  readonly meta: EntryMeta;
}

/** What the log remembers of a commit beside its heads: enough to give the first answer again. */
export interface EntryMeta {
  readonly outcome: 'committed' | 'merged' | 'split' | 'escalated' | 'aborted' | 'unchanged' | 'recorded';
  readonly note?: string;
  readonly strategy?: string;
  readonly reason?: string;
  /** The hash of the receipt as it is kept, which is among the keeps. */
  readonly receipt?: string;
  readonly conflictId?: string;
  /** Who was behind the agent, where that was somebody else. */
  readonly principal?: string;
  /** This commit went over a version that its author had not seen (last writer wins, supersede, a stale delete). */
  readonly overwrote?: { readonly version: number; readonly revision: number; readonly agent: string };
  /** Ids of further agents that the entry concerns (abortBoth). */
  readonly agents?: readonly string[];
  /** What clashed was settled by kept decisions, without anybody asking for it; the receipt names them. */
  readonly resolvedBy?: 'recorded';
  /** Anything further that an outcome needs to be given again. */
  readonly extra?: { readonly [key: string]: unknown };
}

export interface LogEntry {
  readonly revision: number;
  readonly agent: AgentId;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly at: number;
  /** The heads that the commit wrote, in the order of its writes. */
  readonly heads: readonly Head[];
  /** What the commit compared: kept so that `verify` can replay every guard. */
  readonly guards: readonly Guard[];
  readonly meta: EntryMeta;
}

export type CommitReply =
  | { readonly status: 'committed'; readonly revision: number; readonly heads: readonly Head[] }
  | { readonly status: 'replayed'; readonly entry: LogEntry }
  | { readonly status: 'mismatch' }
  /** Nothing was written. The current head of every guarded resource (absent: left out) at one revision. */
  | {
      readonly status: 'stale';
      readonly revision: number;
      readonly heads: readonly Head[];
      readonly staleRecords: readonly string[];
    }
  | { readonly status: 'expired'; readonly trimmed: number }
  | { readonly status: 'epoch-changed'; readonly epoch: string }
  /** Certainly not applied (`unavailable`), or maybe applied (`unknown`). */
  | { readonly status: 'unavailable' | 'unknown'; readonly error: EntenteError };

export type CommitStatus =
  | { readonly status: 'committed'; readonly entry: LogEntry }
  /** Not in the log. Up to `trimmed` the log is gone, so for older tokens this means `expired`. */
  | { readonly status: 'absent'; readonly trimmed: number };

export interface Snapshot {
  readonly epoch: string;
  /** The space's revision at which all heads were read together. */
  readonly revision: number;
  /** Entries of the log up to here are gone. */
  readonly trimmed: number;
  /** In the order of the ids; undefined: never was. */
  readonly heads: readonly (Head | undefined)[];
}

/** A version with what its commit said. */
export interface VersionEntry {
  readonly head: Head;
  /** Empty where the entry that wrote the version is trimmed. */
  readonly commitId: string;
  readonly outcome: EntryMeta['outcome'];
  readonly note?: string;
  readonly strategy?: string;
}

export interface Counts {
  readonly revision: number;
  /** Resources that are not deleted. */
  readonly resources: number;
  /** Log entries ever written, trimmed or not. */
  readonly commits: number;
  /** Entries ever written with these outcomes. */
  readonly merged: number;
  readonly escalated: number;
  /** Open conflicts. */
  readonly open: number;
}

export type LogPage =
  | { readonly status: 'ok'; readonly entries: readonly LogEntry[]; readonly revision: number }
  /** The entries after the asked revision are trimmed: start again at `oldest`. */
  | { readonly status: 'gone'; readonly oldest: number };

/** A value, or a promise of it. A store that has the answer at hand may give it at once; callers always await. */
export type Awaitable<T> = T | Promise<T>;

export interface Store {
  readonly capabilities: Capabilities;
  /** Independent commits, as if one at a time in array order; one reply each, in order (rule D2). */
  commit(requests: readonly CommitRequest[]): Awaitable<readonly CommitReply[]>;
  commitStatus(space: Space, agent: AgentId, commitId: string): Promise<CommitStatus>;
  /** Heads at one revision. */
  read(space: Space, ids: readonly ResourceId[]): Awaitable<Snapshot>;
  /** The bytes with this hash, as a copy; undefined when they are not (or no longer) here. */
  content(hash: string): Promise<Uint8Array | undefined>;
  /** Live and deleted heads whose id starts with `prefix`, by id in code-unit order of UTF-8. */
  list(space: Space, prefix: string, page: PageRequest): Promise<Page<Head>>;
  /** Versions of one resource in the untrimmed log, newest first. `page.after` is the last version number seen. */
  history(space: Space, id: ResourceId, page: PageRequest): Promise<Page<VersionEntry>>;
  record(space: Space, kind: string, id: string): Promise<StoredRecord | undefined>;
  /** Records of a kind, oldest first (by `created`, then id). */
  records(
    space: Space,
    kind: string,
    filter: { readonly state?: string },
    page: PageRequest,
  ): Promise<Page<StoredRecord>>;
  counts(space: Space): Promise<Counts>;
  /** Entries after a revision, oldest first: the one source of the feed, the audit and `verify`. */
  log(space: Space, after: number, limit: number): Promise<LogPage>;
  /** Resolves from time to time, and soon after a commit to the space: a hint to read the log, nothing more. */
  wake(space: Space, signal: AbortSignal): AsyncIterable<void>;
  /**
   * Drops log entries with a revision of at most `before`, their commit records and keeps, and the versions that those
   * entries superseded. A version stays until the entry that superseded it goes: an agent that read a head long ago
   * still has its base after the next commit. Contents go when nothing names them any more. Never takes heads,
   * tombstones or what an open conflict names. Answers the trim point.
   */
  trim(space: Space, before: number): Promise<number>;
  /** Random identity of the history: tokens and cursors of another one are refused. */
  epoch(): Promise<string>;
  /** The spaces that hold anything. */
  spaces(): Promise<readonly Space[]>;
  close(): Promise<void>;
}
