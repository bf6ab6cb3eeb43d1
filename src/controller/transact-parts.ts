// What each write of a transaction comes to at one snapshot: its own change, a merge, or nothing that can be written.
import { hashOf } from '../core/hash.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Head } from '../core/version.ts';
import type { Guard, Write } from '../stores/store.ts';
import { describeStrategy } from '../strategies/policy-file.ts';
import { originOfIntent } from './base.ts';
import { type Clash, isSame } from './clash.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import { caseOf, planFor } from './judge.ts';
import { matchPolicy } from './policy.ts';
import { writeOf } from './requests.ts';

/** What one write comes to at one snapshot. */
export interface Part {
  readonly intent: Intent;
  readonly guard: Guard;
  /** Undefined: the same bytes are there already. The part is guarded all the same, for the others rest on it. */
  readonly write: Write | undefined;
  /** `base`: the version that the receipt counts from. */
  readonly merged?: {
    readonly content: Uint8Array;
    readonly receipt: Receipt;
    readonly base: number;
    readonly resolvedBy?: 'recorded';
  };
  readonly label?: string;
  /** The head that it goes over unseen: the last writer wins. */
  readonly overwrote?: Head | undefined;
}

export interface View {
  readonly heads: ReadonlyMap<string, Head>;
  readonly revision: number;
}

/** Undefined: a write does not end as a write, so nothing is written. */
export async function partsAt(
  context: Context,
  changing: readonly Intent[],
  view: View,
  pinned: ReadonlySet<string>,
): Promise<Part[] | undefined> {
  const parts: Part[] = [];
  if (changing.every(({ token, proposal }) => isSame(view.heads.get(token.resource), proposal))) return [];
  for (const intent of changing) {
    const head = view.heads.get(intent.token.resource);
    const part = await partAt(context, intent, head, view.revision);
    if (part === undefined || (part.label !== undefined && pinned.has(intent.token.resource))) return undefined;
    parts.push(part);
  }
  return parts.some((part) => part.write !== undefined) ? parts : [];
}

async function partAt(
  context: Context,
  intent: Intent,
  head: Head | undefined,
  revision: number,
): Promise<Part | undefined> {
  const { token, proposal } = intent;
  const guard: Guard = { resource: token.resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
  const fresh = guard.revision === token.revision && guard.hash === token.hash && !intent.relapsed;
  if (fresh) return { intent, guard, write: writeOf(token.resource, proposal) };
  const { strategy } = await matchPolicy(context, token.resource);
  const origin = await originOfIntent(context, intent);
  const clash: Clash = { status: 'clash', head, revision, stalePremises: [] };
  const { plan } = await planFor(context, caseOf(intent, clash, origin, strategy, describeStrategy(strategy)));
  // Equal bytes that somebody else wrote meanwhile are no change, but the others of the set were made with the old ones
  // in mind: so the resource's own strategy has to agree to go on.
  if ((plan.type === 'overwrite' || plan.type === 'merged') && isSame(head, proposal)) {
    return { intent, guard, write: undefined };
  }
  if (plan.type === 'overwrite')
    return { intent, guard, write: writeOf(token.resource, proposal), label: strategy.name, overwrote: head };
  if (plan.type !== 'merged' || plan.content === null) return undefined;
  const { content, receipt, resolvedBy } = plan;
  const by = resolvedBy === undefined ? {} : { resolvedBy };
  const hash = hashOf(content);
  const merged = { content, receipt, base: origin.head?.version ?? 0, ...by };
  // The merge came to what is there: nothing to write. What kept decisions leave out is written all the same, to be told.
  if (resolvedBy === undefined && head !== undefined && !head.deleted && head.hash === hash) {
    return { intent, guard, write: undefined, merged, label: describeStrategy(strategy) };
  }
  const write: Write = { resource: token.resource, kind: 'content', hash, content, mediaType: head?.mediaType };
  return { intent, guard, write, merged, label: describeStrategy(strategy) };
}
