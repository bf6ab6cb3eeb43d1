// The model that a store and its controller are held against: what there is, who may still send what, and what each call
// must come to. It knows the rules, and nothing of how they are kept.
import type { Token } from '../../src/core/token.ts';

export const MAX_RETRIES = 2;
export const modelResources = ['fww/a', 'lww/a', 'esc/a', 'retry/a'] as const;
export type ModelResource = (typeof modelResources)[number];
export const modelAgents = ['anna', 'bert'] as const;

export interface ModelHead {
  readonly version: number;
  readonly revision: number;
  /** Null: deleted. */
  readonly text: string | null;
}

export interface Sent {
  readonly text: string | null;
  readonly resolve: boolean;
  readonly revision: number;
  readonly version: number;
  readonly conflictId?: string;
}

export interface ModelToken {
  readonly token: Token;
  readonly resource: ModelResource;
  readonly revision: number;
  readonly asOf: number;
  readonly attempt: number;
  /** What was read; null: nothing was there. */
  readonly base: string | null;
  /** What landed under its id. */
  sent?: Sent;
}

export interface ModelConflict {
  readonly id: string;
  readonly resource: ModelResource;
  /** The revision of the head that it was opened on. */
  readonly on: number;
  readonly proposed: string | null;
  open: boolean;
}

export interface ModelEntry {
  readonly revision: number;
  readonly agent: string;
  readonly commitId: string;
}

export interface Model {
  readonly heads: Map<ModelResource, ModelHead>;
  readonly log: ModelEntry[];
  readonly tokens: ModelToken[];
  readonly conflicts: ModelConflict[];
  revision: number;
  trimmed: number;
  serial: number;
}

export function createModel(): Model {
  return { heads: new Map(), log: [], tokens: [], conflicts: [], revision: 0, trimmed: 0, serial: 0 };
}

/** What a commit under a token must come to; `error`: the code that it throws. */
export type Expected =
  | { readonly status: 'committed' | 'escalated' | 'conflict' | 'rejected' | 'retry' | 'unchanged' }
  | { readonly error: 'expired' };

/** The rules of one sending, in the order in which they are looked at. */
export function expectedOf(model: Model, token: ModelToken, text: string | null, resolve: boolean): Expected {
  const head = model.heads.get(token.resource);
  if ((head?.revision ?? 0) === token.revision) return { status: 'committed' };
  if (token.asOf < model.trimmed) return { error: 'expired' };
  if (text === null && head?.text === null) return { status: 'unchanged' };
  if (!resolve) return { status: 'conflict' };
  const [strategy] = token.resource.split('/');
  if (strategy === 'fww') return { status: 'rejected' };
  if (strategy === 'lww') return { status: 'committed' };
  if (strategy === 'esc') return { status: 'escalated' };
  if (text === null) return { status: 'conflict' };
  return { status: token.attempt < MAX_RETRIES ? 'retry' : 'escalated' };
}

/** A delete by who read that nothing is there says nothing new, and is not asked for. */
export function isSendable({ sent, base }: ModelToken, text: string | null): boolean {
  return sent === undefined && (text !== null || base !== null);
}

/** A decision can be foretold where the resource stands as it did when the conflict arose. */
export function isSettleable(model: Model, conflict: ModelConflict): boolean {
  return conflict.open && model.heads.get(conflict.resource)?.revision === conflict.on;
}
