// Outcomes and their parts as JSON: the shapes of the library, with bytes as text where they are text, tokens as
// strings, and a `next` that says what to type.
import type { Outcome, Packet } from '../../core/outcome.ts';
import type { Offer, RecordedDecision } from '../../core/recorded.ts';
import type { MergeConflict } from '../../core/region.ts';
import type { Conflict } from '../../core/resolution.ts';
import { encodeToken } from '../../core/token.ts';
import { textOf } from '../shell/text.ts';

/** `{ content }` as text, or with `encoding: 'base64'` where the bytes are no UTF-8. */
export function contentJson(bytes: Uint8Array): { readonly content: string; readonly encoding?: 'base64' } {
  const text = textOf(bytes);
  return text === undefined
    ? { content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }
    : { content: text };
}

function sideJson(bytes: Uint8Array | undefined): string | { readonly base64: string } | undefined {
  if (bytes === undefined) return undefined;
  return textOf(bytes) ?? { base64: Buffer.from(bytes).toString('base64') };
}

export function regionJson(region: MergeConflict): object {
  const { base, current, proposed, ...rest } = region;
  return { ...rest, base: sideJson(base), current: sideJson(current), proposed: sideJson(proposed) };
}

export function packetJson({ offer, ...packet }: Packet): object {
  return {
    ...packet,
    regions: packet.regions.map(regionJson),
    ...(offer === undefined ? {} : { offer: offerJson(offer) }),
  };
}

export function conflictJson({ offer, ...conflict }: Conflict): object {
  return offer === undefined ? conflict : { ...conflict, offer: offerJson(offer) };
}

export function decisionJson({ choice, ...rest }: RecordedDecision): object {
  return { ...rest, choice: 'content' in choice ? contentJson(choice.content) : choice };
}

function offerJson({ complete, decisions }: Offer): object {
  return { complete, decisions: decisions.map((each) => ({ ...each, decision: decisionJson(each.decision) })) };
}

export function outcomeJson(outcome: Outcome, next: readonly string[]): object {
  const parts: { [field: string]: unknown } = { ...outcome };
  if ('token' in outcome) parts['token'] = encodeToken(outcome.token);
  if ('tokens' in outcome && outcome.tokens !== undefined) parts['tokens'] = outcome.tokens.map(encodeToken);
  if ('packet' in outcome && outcome.packet !== undefined) parts['packet'] = packetJson(outcome.packet);
  if ('packets' in outcome && outcome.packets !== undefined) parts['packets'] = outcome.packets.map(packetJson);
  if (outcome.status === 'merged') Object.assign(parts, contentJson(outcome.content));
  const { status, ...rest } = parts;
  return { status, ...rest, ...(next.length === 0 ? {} : { next }) };
}
