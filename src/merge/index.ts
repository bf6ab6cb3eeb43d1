// `entente/merge`: three-way merging as pure functions, usable without a controller or a store.
export type { Receipt, ReceiptEntry, WovenSpan } from '../core/receipt.ts';
export type { MergeConflict, Range, RegionAt, RegionKind } from '../core/region.ts';
export type { CheckOptions, DroppedLine, DroppedMember, ReceiptCheck } from './check-receipt.ts';
export { checkReceipt } from './check-receipt.ts';
export type { EngineChoice } from './choose.ts';
export { prepareGrammar } from './code/grammars.ts';
export type { MergeContents } from './contents.ts';
export { applyJsonPatch } from './json/patch.ts';
export { diffAsPatch } from './json/patch-diff.ts';
export { hasMarkers } from './markers.ts';
export { engineNamed, engineNames, mergeContents } from './merge.ts';
export type { ConflictLabels, ConflictStyle } from './render.ts';
export { renderConflicts } from './render.ts';
export { resolveConflict } from './resolve-region.ts';
export type {
  ArrayPolicy,
  CleanMerge,
  ConflictedMerge,
  Engine,
  FailedMerge,
  MergeBudget,
  MergeErrorCode,
  MergeInput,
  MergeOptions,
  MergeResult,
  MergeSide,
  MergeStats,
  Note,
  RegionDecision,
  SettledConflict,
} from './types.ts';
export { mergeErrorCodes } from './types.ts';
