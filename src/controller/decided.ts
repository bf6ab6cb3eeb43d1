// The bytes that a decision comes to, checked before anything is written.
import { EntenteError } from '../core/errors.ts';
import { bytesOf, hashOf } from '../core/hash.ts';
import type { Conflict, ConflictDecision, Decision } from '../core/resolution.ts';
import { hasMarkers } from '../merge/markers.ts';
import type { MergeSide } from '../merge/types.ts';
import { sideContent } from './conflicts.ts';
import type { Context } from './context.ts';
import type { Proposal } from './proposal.ts';
import type { Settlement } from './settlement.ts';

export function decisionKind(decision: Decision): ConflictDecision['decision'] {
  if (typeof decision === 'object' && decision !== null) {
    if ('abort' in decision && decision.abort === true) return 'abort';
    if ('content' in decision && (typeof decision.content === 'string' || decision.content instanceof Uint8Array))
      return 'content';
    if ('use' in decision && ['current', 'proposed', 'base', 'both', 'recorded'].includes(decision.use))
      return decision.use;
  }
  throw new EntenteError(
    'misuse',
    'A decision is { use: "current" | "proposed" | "base" | "both" | "recorded" }, { content } or { abort: true }.',
  );
}

/** The bytes that a decision comes to. An absent side means a delete. */
export async function decidedProposal(context: Context, settlement: Settlement, decision: Decision): Promise<Proposal> {
  const { conflict } = settlement;
  if ('content' in decision) return decidedContent(context, settlement, decision);
  const side = settlement.decided.decision === 'base' ? conflict.base : conflict.proposed;
  const content = await sideContent(context, side);
  if (content === null) return { kind: 'delete', hash: '' };
  if (content !== undefined)
    return { kind: 'content', hash: side?.hash ?? hashOf(content), content, mediaType: side?.mediaType };
  if (side !== undefined && side.size === undefined && side.version !== undefined)
    return { kind: 'hash', hash: side.hash };
  if (side !== undefined && side === conflict.proposed && side.size === undefined)
    return { kind: 'hash', hash: side.hash };
  throw new EntenteError('base-gone', `The ${settlement.decided.decision} side of ${conflict.id} is no longer kept.`, {
    next: 'Decide with another side, or send the content itself.',
  });
}

async function decidedContent(
  context: Context,
  settlement: Settlement,
  decision: Extract<Decision, { content: unknown }>,
): Promise<Proposal> {
  const content = bytesOf(decision.content);
  const { conflict } = settlement;
  const limit = context.limits.contentBytes;
  if (content.length > limit)
    throw new EntenteError('too-large', `The content has ${content.length} bytes; the limit is ${limit}.`);
  if (decision.allowMarkers !== true && hasMarkers(content, await knownSides(context, conflict))) {
    throw new EntenteError('markers-left', 'The content still holds conflict markers.', {
      next: 'Settle the marked regions, or say allowMarkers: true when they are meant.',
    });
  }
  return {
    kind: 'content',
    hash: hashOf(content),
    content: new Uint8Array(content),
    mediaType: settlement.head?.mediaType,
  };
}

/** Text about conflict markers is content like any other: only markers that no side had are left-overs. */
async function knownSides(
  context: Context,
  conflict: Conflict,
): Promise<{ base: MergeSide; current: MergeSide; proposed: MergeSide }> {
  const [base, current, proposed] = await Promise.all(
    [conflict.base, conflict.current, conflict.proposed].map(
      async (side) => (await sideContent(context, side)) ?? null,
    ),
  );
  return { base: base ?? null, current: current ?? null, proposed: proposed ?? null };
}
