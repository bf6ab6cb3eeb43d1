// entente/verify: proof after the fact. `verifyStore` replays a store's log; `checkHistory` judges what processes were
// told while they worked; the rest records and reads such histories.
export { type StoreFinding, type StoreReport, type StoreRule, storeRules } from '../core/report.ts';
export { checkHistory, type HistoryReport } from './check-history.ts';
export { type HistoryFinding, type HistoryRule, historyRules } from './findings.ts';
export {
  formatOperation,
  type HistoryOperation,
  operationOutcomes,
  operationTypes,
  parseHistory,
  parseHistoryStream,
} from './history.ts';
export { createRecorder, type HistoryRecorder, type RecordedCommit, type RecorderOptions } from './recorder.ts';
export { verifyStore } from './verify-store.ts';
