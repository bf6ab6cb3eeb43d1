// What a check of a store says, here or over HTTP: what it looked at, and the first thing that is wrong.

export const storeRules = [
  'revision',
  'guard',
  'version',
  'born',
  'head',
  'commit',
  'content',
  'list',
  'conflict',
  'counts',
] as const;
export type StoreRule = (typeof storeRules)[number];

export interface StoreFinding {
  readonly rule: StoreRule;
  readonly message: string;
  readonly revision?: number;
  readonly resource?: string;
}

export interface StoreReport {
  readonly ok: boolean;
  readonly space: string;
  /** The revision that was reached, and the trim point that the replay began at. */
  readonly revision: number;
  readonly trimmed: number;
  /** Log entries, resources (deleted ones too), contents and open conflicts that were looked at. */
  readonly entries: number;
  readonly resources: number;
  readonly contents: number;
  readonly conflicts: number;
  readonly first?: StoreFinding;
}
