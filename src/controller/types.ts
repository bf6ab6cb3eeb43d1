// The controller’s public surface, as types.
// Longer than most files: what callers rely on stands in one place.
import type { Change, TransactWrite } from '../core/change.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { RecordedDecision } from '../core/recorded.ts';
import type { Conflict, ConflictEntry, Decision, Details, Resolution } from '../core/resolution.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import type { Head, ResourceVersion } from '../core/version.ts';
import type { EngineChoice } from '../merge/choose.ts';
import type { Engine } from '../merge/types.ts';
import type { EntryMeta, LogEntry, Store, VersionEntry } from '../stores/store.ts';
import type { PolicyDocument, Strategy } from '../strategies/types.ts';

export interface Limits {
  /** Bytes of one content. @default 8 MiB */
  readonly contentBytes: number;
  /** Bytes and lines a side for a merge. @default 2 MiB, 50,000 */
  readonly mergeBytes: number;
  readonly mergeLines: number;
  /** Nesting depth and nodes of a JSON document in a merge. @default 5,000 and 200,000 */
  readonly jsonDepth: number;
  readonly jsonNodes: number;
  /** Milliseconds for a whole merge. @default 500 */
  readonly mergeMs: number;
  /** Milliseconds for a custom strategy or a custom engine. @default 5,000 */
  readonly customMs: number;
  /** How often a losing swap is tried again before the caller hears of it. @default 64 */
  readonly swaps: number;
  /** Milliseconds until an unknown result is handed to the caller. @default 10,000 */
  readonly settleMs: number;
  /** Milliseconds that an announced draft is shown to others. @default 30 min */
  readonly draftMs: number;
}

export interface ControllerOptions {
  readonly store: Store;
  readonly space?: string;
  /** First match wins. These rules come before the stored policy. */
  readonly policy?: readonly (readonly [pattern: string, strategy: Strategy])[];
  /** What happens where no pattern matches. @default firstWriterWins() */
  readonly default?: Strategy;
  /** How many entries `conflictHistory` keeps. @default 100 */
  readonly history?: { readonly max?: number };
  /** Milliseconds since 1970, for display only. */
  readonly clock?: () => number;
  /** In [0, 1): jitter. */
  readonly random?: () => number;
  /** Waits; rejects with the signal's reason. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly limits?: Partial<Limits>;
  /** Told of faults that lose nothing and should not be: a merge that the checker did not prove. @default a process warning */
  readonly onWarning?: (message: string) => void;
  /** Runs each merge: whoever measures or traces them stands around them here. @default runs it */
  readonly aroundMerge?: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface Draft {
  readonly token: Token;
  readonly head?: Head;
  /** The bytes that were read; absent for what never was, is deleted, or is hash-only. */
  readonly content?: Uint8Array;
  /** Where the draft was announced: what other agents have open on the resource. Advice; no commit looks at it. */
  readonly others?: readonly OpenDraft[];
}

export interface BeginOptions {
  readonly agent: string;
  /** What you are about to do; told to others where the draft is announced. */
  readonly note?: string;
  /** Tells others that this draft is open, and answers what they have open. It costs a small commit. @default false */
  readonly announce?: boolean;
}

/** A draft that its agent announced and has neither committed nor released. */
export interface OpenDraft {
  /** The id of its token. */
  readonly id: string;
  readonly resource: ResourceId;
  readonly agent: AgentId;
  /** What the agent said that it is about to do. */
  readonly note?: string;
  /** The version and revision that it read. */
  readonly version: number;
  readonly revision: number;
  /** Milliseconds since 1970: when it was announced, and when it is no longer shown. */
  readonly at: number;
  readonly until: number;
}

export interface DraftFilter {
  /** Of this resource alone. */
  readonly resource?: string;
}

export interface CommitOptions {
  /** @default the token's id */
  readonly commitId?: string;
  /** Why: shown to whoever meets this change in a conflict. */
  readonly note?: string;
  /** Premises: the commit fails if one of these moved. */
  readonly reads?: readonly Token[];
  /** Send a refused content again on purpose, over what is there. The log shows an overwrite. */
  readonly supersede?: boolean;
  readonly signal?: AbortSignal;
  /** Who is behind the agent, where that is somebody else: kept in the log. */
  readonly principal?: string;
  /** Asked where a strategy would write another resource than the token's (the copy of `keepBoth`). @default yes */
  readonly may?: (resource: ResourceId) => boolean;
  /** Asked where a decision that was recorded on this resource would settle the change. @default yes */
  readonly mayApply?: (resource: string) => boolean;
}

export interface UpdateOptions {
  readonly agent: string;
  readonly note?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds for all attempts. @default 30,000 */
  readonly deadlineMs?: number;
}

export type UpdateFunction = (
  draft: Draft,
  context: { readonly attempt: number; readonly signal: AbortSignal },
) => Change | undefined | Promise<Change | undefined>;

export interface ResolveOptions {
  readonly agent: string;
  readonly reason?: string;
  /** The conflict record's revision as the decider saw it. */
  readonly revision?: number;
  readonly commitId?: string;
  /** As for a commit. */
  readonly principal?: string;
  readonly may?: (resource: ResourceId) => boolean;
  readonly mayApply?: (resource: string) => boolean;
}

export interface TransactOptions {
  readonly agent: string;
  readonly reads?: readonly Token[];
  readonly writes: readonly TransactWrite<Token>[];
  readonly commitId?: string;
  readonly note?: string;
  /** As for a commit. */
  readonly principal?: string;
  readonly mayApply?: (resource: string) => boolean;
}

export interface SetPolicyOptions {
  readonly agent: string;
  /** The policy's revision as the writer saw it; none replaces whatever is there. */
  readonly revision?: number;
  /** As for a commit. */
  readonly principal?: string;
}

export interface ForgetOptions {
  readonly agent: string;
  /** Why: kept in the log. */
  readonly reason?: string;
  readonly commitId?: string;
  /** As for a commit. */
  readonly principal?: string;
}

/** What became of forgetting recorded decisions. */
export type Forgotten =
  | {
      readonly status: 'forgotten';
      readonly commitId: string;
      readonly ids: readonly string[];
      readonly revision: number;
      readonly replayed?: true;
    }
  /** The store did not say: send the same again under this commitId. */
  | { readonly status: 'unknown'; readonly commitId: string };

export type FeedItem =
  | {
      readonly type: 'commit';
      readonly cursor: string;
      readonly revision: number;
      readonly agent: string;
      readonly commitId: string;
      readonly outcome: EntryMeta['outcome'];
      readonly changes: readonly Head[];
      /** The resource that it is about without having to write it: that of a conflict, an abort, an announced draft. */
      readonly about?: string;
      /** What a `recorded` entry wrote down, such as `policy` or `draft`. */
      readonly reason?: string;
      readonly conflictId?: string;
      /** What clashed was settled by recorded decisions. */
      readonly resolvedBy?: 'recorded';
      readonly note?: string;
      /** Every agent that the entry concerns beside its author. */
      readonly agents?: readonly string[];
      readonly at: number;
    }
  | { readonly type: 'bookmark'; readonly cursor: string }
  | { readonly type: 'gone'; readonly oldest: string };

/** Counters never go back and are never capped. Those of refusals count since this controller was made. */
export interface Stats {
  readonly totalResources: number;
  readonly totalConflicts: number;
  readonly resolvedByRetry: number;
  readonly escalated: number;
  readonly commits: number;
  readonly merged: number;
  readonly rejected: number;
  readonly open: number;
  readonly revision: number;
}

export interface Controller {
  begin(resource: string, options: BeginOptions): Promise<Draft>;
  /** Announced drafts that are still open, the oldest first. */
  drafts(filter?: DraftFilter, page?: PageRequest): Promise<Page<OpenDraft>>;
  /** Takes an announced draft back. What was not announced, or is over, is left as it is. */
  release(token: Pick<Token, 'id' | 'agent'>): Promise<void>;
  commit(token: Token, change: Change, options?: CommitOptions): Promise<Outcome>;
  commitOrResolve(token: Token, change: Change, options?: CommitOptions): Promise<Outcome>;
  transact(options: TransactOptions): Promise<Outcome>;
  update(resource: string, options: UpdateOptions, fn: UpdateFunction): Promise<Outcome>;
  read(
    resource: string,
    options?: { readonly version?: number },
  ): Promise<{ head: Head; content?: Uint8Array } | undefined>;
  getVersion(resource: string): Promise<ResourceVersion | undefined>;
  hasChanged(resource: string, sinceVersion: number): Promise<boolean>;
  /** Versions, newest first. */
  history(resource: string, page?: PageRequest): Promise<Page<VersionEntry>>;
  /** Heads by id; deleted ones are left out unless asked for. */
  list(prefix?: string, page?: PageRequest & { readonly deleted?: boolean }): Promise<Page<Head>>;
  /** Log entries after a cursor, oldest first. `next` is the cursor to go on from. */
  log(cursor?: string, page?: PageRequest): Promise<Page<LogEntry & { readonly cursor: string }>>;
  feed(
    cursor?: string,
    options?: { readonly pattern?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<FeedItem>;
  conflicts(
    filter?: { readonly state?: 'open' | 'resolved'; readonly pattern?: string },
    page?: PageRequest,
  ): Promise<Page<Conflict>>;
  conflict(id: string): Promise<Conflict | undefined>;
  /** The bytes of one side of a conflict. */
  conflictContent(id: string, side: 'base' | 'current' | 'proposed'): Promise<Uint8Array | undefined>;
  resolve(conflictId: string, decision: Decision, options: ResolveOptions): Promise<Outcome>;
  /** Decisions that are kept for conflicts of the same texts, the newest first. */
  recorded(page?: PageRequest): Promise<Page<RecordedDecision>>;
  /** Takes kept decisions out, all that are named or none. */
  forget(ids: string | readonly string[], options: ForgetOptions): Promise<Forgotten>;
  resolveDetails(details: Details): Resolution;
  registerStrategy(pattern: string, strategy: Strategy): void;
  registerEngine(name: string, engine: Engine | string): void;
  /** Which rule applies to a resource, and where it comes from. */
  explainPolicy(resource: string): Promise<PolicyMatch>;
  /** The stored policy of the space: shared by all who open it. */
  policy(): Promise<StoredPolicy>;
  /** Replaces the stored policy; `revision` is the one that `policy()` told, another one is a `conflict`. */
  setPolicy(policy: PolicyDocument, options: SetPolicyOptions): Promise<Outcome>;
  conflictHistory(): Promise<readonly ConflictEntry[]>;
  clearHistory(): Promise<void>;
  stats(): Promise<Stats>;
  close(): Promise<void>;
}

export interface StoredPolicy extends PolicyDocument {
  /** The record's revision; 0: nothing is stored yet. */
  readonly revision: number;
}

export interface PolicyMatch {
  readonly strategy: Strategy;
  /** Absent where the default applies. */
  readonly pattern?: string;
  readonly source: 'registered' | 'options' | 'stored' | 'default';
  /** The place of the rule in its source, from 0. */
  readonly index?: number;
  /** Told by `explainPolicy` for merges: the engine that a conflict of this resource would go to, and what it is chosen by. */
  readonly engine?: EngineChoice;
}
