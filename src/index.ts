// The package root: core, strategies, controller and the memory store. No driver, no server. Named exports only, in
// reading order; internal code never imports this file.

// The controller and a store to start with.
export { createController } from './controller/controller.ts';
export { DEFAULT_LIMITS } from './controller/limits.ts';
export type {
  BeginOptions,
  CommitOptions,
  Controller,
  ControllerOptions,
  Draft,
  DraftFilter,
  FeedItem,
  ForgetOptions,
  Forgotten,
  Limits,
  OpenDraft,
  PolicyMatch,
  ResolveOptions,
  Stats,
  StoredPolicy,
  TransactOptions,
  UpdateFunction,
  UpdateOptions,
} from './controller/types.ts';
// Words and values.
export type { Change, Edit, JsonPatchOperation, TransactWrite } from './core/change.ts';
export { type ConflictKind, conflictKinds } from './core/conflict-kind.ts';
export { EntenteError, type ErrorCode, type ErrorDetails, errorCodes, isEntenteError } from './core/errors.ts';
export { hashOf } from './core/hash.ts';
export { isSuccess, type Outcome, type OutcomeStatus, type Packet, versionOf } from './core/outcome.ts';
export type { Page, PageRequest } from './core/page.ts';
export type { Note, Receipt, ReceiptEntry } from './core/receipt.ts';
export type {
  Offer,
  OfferedDecision,
  RecordedChoice,
  RecordedDecision,
  RecordedUse,
} from './core/recorded.ts';
export type { MergeConflict, Range, RegionKind } from './core/region.ts';
export {
  type Conflict,
  type ConflictDecision,
  type ConflictEntry,
  type Decision,
  type Details,
  type Resolution,
  type SideDetails,
  type StoredSide,
  versionDiff,
} from './core/resolution.ts';
export {
  type AgentId,
  DEFAULT_SPACE,
  parseAgentId,
  parseResourceId,
  parseSpace,
  type ResourceId,
  type Space,
} from './core/resource.ts';
export { decodeToken, encodeToken, isStale, type Repairs, type Token } from './core/token.ts';
export type { Head, ResourceVersion, Written } from './core/version.ts';
export { createMemoryStore, type MemoryStoreOptions } from './stores/memory.ts';
export type {
  Capabilities,
  CommitReply,
  CommitRequest,
  CommitStatus,
  Counts,
  EntryMeta,
  Guard,
  Keep,
  LogEntry,
  LogPage,
  RecordWrite,
  Snapshot,
  Store,
  StoredRecord,
  VersionEntry,
  Write,
} from './stores/store.ts';
// Strategies and policies.
export { abortBoth } from './strategies/abort-both.ts';
export { custom } from './strategies/custom.ts';
export { escalate } from './strategies/escalate.ts';
export { firstWriterWins } from './strategies/first-writer-wins.ts';
export { keepBoth } from './strategies/keep-both.ts';
export { lastWriterWins } from './strategies/last-writer-wins.ts';
export { merge } from './strategies/merge.ts';
export { type Pattern, parsePattern } from './strategies/pattern.ts';
export { describeStrategy, formatStrategy, parsePolicyDocument, parseStrategy } from './strategies/policy-file.ts';
export { retry } from './strategies/retry.ts';
export {
  type CustomFunction,
  type PolicyDocument,
  type Strategy,
  type StrategyName,
  type StrategySpec,
  strategyNames,
} from './strategies/types.ts';
