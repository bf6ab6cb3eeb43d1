// The calls about the policy: what it says, which rule applies, and what another one would have done.
import { ask } from './request.ts';

export type StrategySpec = string | { readonly strategy: string; readonly [option: string]: unknown };

/** As people write it: an object as JSON. */
export function wordsOfSpec(spec: StrategySpec): string {
  return typeof spec === 'string' ? spec : JSON.stringify(spec);
}

export interface PolicyDocument {
  /** The first one whose pattern matches decides. */
  readonly rules: readonly (readonly [pattern: string, strategy: StrategySpec])[];
  readonly default?: StrategySpec;
}

export interface Policy extends PolicyDocument {
  readonly revision: number;
  readonly etag: string;
}

export interface PolicyMatch {
  readonly resource: string;
  readonly strategy: StrategySpec;
  /** Where the rule comes from: the stored policy, the server's own, or nothing of these. */
  readonly source: string;
  readonly pattern?: string;
  readonly index?: number;
}

/** How clashes ended; a count each. */
export interface Endings {
  readonly [ending: string]: number;
}

export interface Rehearsal {
  readonly since: number;
  readonly until: number;
  /** Whether all of that time is still in the log. */
  readonly complete: boolean;
  readonly entries: number;
  readonly clashes: number;
  /** What happened, and what would have with the policy that is tried. */
  readonly was: Endings;
  readonly would: Endings;
  /** Changes that would have been written over unseen. */
  readonly lost: number;
  /** Clashes that would have come to something else. */
  readonly changed: number;
  readonly examples: readonly {
    readonly revision: number;
    readonly at: number;
    readonly resource: string;
    readonly agent: string;
    readonly was: string;
    readonly would: string;
    readonly rule?: { readonly pattern: string; readonly index: number };
    readonly strategy: string;
  }[];
}

export function readPolicy(): Promise<Policy> {
  return ask<Policy>({ path: '/policy' });
}

/** Stores a policy over the one that was seen; `precondition-failed` where somebody stored another one meanwhile. */
export function storePolicy(
  document: PolicyDocument,
  { etag, revision }: Pick<Policy, 'etag' | 'revision'>,
): Promise<Policy> {
  return ask<Policy>({
    ...{ method: 'PUT', path: '/policy', body: document },
    headers: revision === 0 ? { 'if-none-match': '*' } : { 'if-match': etag },
  });
}

/** Which rule of the stored policy decides the conflicts of a resource. */
export function explainPolicy(id: string): Promise<PolicyMatch> {
  return ask<PolicyMatch>({ method: 'POST', path: '/policy/explain', body: { id } });
}

/** What a policy would have made of the clashes of the log since a time. Stores nothing. */
export function rehearsePolicy(document: PolicyDocument, since: number): Promise<Rehearsal> {
  return ask<Rehearsal>({ method: 'POST', path: '/policy/rehearsal', body: { ...document, since, examples: 20 } });
}
