// From values to what a caller gets to see: bytes as text, tokens sealed, and nothing of what the caller may not read.

import type { Outcome, Packet } from '../core/outcome.ts';
import type { Offer } from '../core/recorded.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import type { Written } from '../core/version.ts';
import { encodeContent, type WireContent } from '../core/wire.ts';
import type { Call } from './operation.ts';
import { may } from './rights.ts';
import { HIDDEN_HASH, sealToken } from './tokens.ts';

/** A value with its bytes as text and its tokens as strings. */
export type Wire<T> = T extends Uint8Array
  ? Required<WireContent>
  : T extends Token | AgentId | ResourceId
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Wire<T[Key]> }
        : T;

type WireMerged = Omit<Wire<Extract<Outcome, { status: 'merged' }>>, 'content'> & Partial<WireContent>;

/** An outcome as JSON. `content` of a merged one is text or base64 beside its `encoding`; absent without a read grant. */
export type WireOutcome = Wire<Exclude<Outcome, { status: 'merged' }>> | WireMerged;

/** Copies plain data with bytes as text. */
export function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeContent(value);
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toWire(field)]));
}

/** Kept decisions come from other resources too: those that the caller may not read are not offered. */
export function visibleOffer(call: Call, offer: Offer): Offer | undefined {
  const decisions = offer.decisions.filter(({ decision }) =>
    may(call.principal, 'read', call.space, decision.resource),
  );
  if (decisions.length === 0) return undefined;
  return { complete: offer.complete && decisions.length === offer.decisions.length, decisions };
}

/** All that is said of what is in the way to who may not read it. */
const MOVED = 'the resource moved since it was read';

/** What an outcome tells of a resource beyond what was asked for: not for who may not read it. */
function hidden(call: Call, outcome: Outcome): readonly string[] {
  const resource = resourceOf(outcome);
  if (resource === undefined || may(call.principal, 'read', call.space, resource)) return [];
  return outcome.status === 'split' ? ['label'] : ['head', 'receipt', 'notes'];
}

function resourceOf(outcome: Outcome): string | undefined {
  if ('resource' in outcome) return outcome.resource;
  if ('packet' in outcome && outcome.packet !== undefined) return outcome.packet.resource;
  return 'token' in outcome ? outcome.token.resource : undefined;
}

/** A hash without its resource's read grant is none: by it a guess at the bytes could be checked. */
function hashFor(call: Call, resource: string, hash: string): string {
  return hash === '' || may(call.principal, 'read', call.space, resource) ? hash : HIDDEN_HASH;
}

/** What was written, as the caller may see it. */
export function writtenFor(call: Call, written: Written): Written {
  return { ...written, hash: hashFor(call, written.resource, written.hash) };
}

/** The packet as the caller may see it: without a read grant no more than that something is in the way. */
export function packetFor(call: Call, packet: Packet): Packet {
  if (!may(call.principal, 'read', call.space, packet.resource)) {
    const { resource } = packet;
    const expected = { ...packet.expected, hash: hashFor(call, resource, packet.expected.hash) };
    return { resource, expected, between: [], regions: [], cleanRegions: 0, reason: MOVED };
  }
  const { offer, ...rest } = packet;
  const shown = offer === undefined ? undefined : visibleOffer(call, offer);
  return shown === undefined ? rest : { ...rest, offer: shown };
}

/** A commitId as its caller knows it: what an Idempotency-Key was kept under is the service's own business. */
export function shownCommitId(call: Call, commitId: string): string {
  const prefix = `${call.principal.id}.`;
  return commitId.startsWith(prefix) ? commitId.slice(prefix.length) : commitId;
}

/** The id that an Idempotency-Key is kept under: keys of another principal are another's. */
export function keptCommitId(call: Call, key: string): string {
  return `${call.principal.id}.${key}`;
}

export async function outcomeFor(call: Call, outcome: Outcome): Promise<WireOutcome> {
  const shown: { [field: string]: unknown } = { ...outcome, commitId: shownCommitId(call, outcome.commitId) };
  if ('token' in outcome) shown['token'] = (await sealToken(call, outcome.token)).token;
  if ('tokens' in outcome && outcome.tokens !== undefined) {
    shown['tokens'] = await Promise.all(outcome.tokens.map(async (token) => (await sealToken(call, token)).token));
  }
  if ('packet' in outcome && outcome.packet !== undefined) shown['packet'] = packetFor(call, outcome.packet);
  if ('packets' in outcome && outcome.packets !== undefined)
    shown['packets'] = outcome.packets.map((packet) => packetFor(call, packet));
  if ('hash' in outcome) shown['hash'] = hashFor(call, outcome.resource, outcome.hash);
  if (outcome.status === 'split') {
    shown['kept'] = writtenFor(call, outcome.kept);
    shown['copy'] = writtenFor(call, outcome.copy);
  }
  if (outcome.results !== undefined) shown['results'] = outcome.results.map((each) => writtenFor(call, each));
  const hides = hidden(call, outcome);
  for (const field of hides) delete shown[field];
  if (hides.length > 0 && 'reason' in outcome) shown['reason'] = MOVED;
  if (outcome.status === 'merged') {
    delete shown['content'];
    if (hides.length === 0) Object.assign(shown, encodeContent(outcome.content));
  }
  return toWire(shown) as WireOutcome;
}
