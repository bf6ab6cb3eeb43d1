// From JSON back to the values of the library: bytes as Uint8Array, tokens as frozen tokens, and nothing else changed.

import { toBase64 } from '../core/base64.ts';
import type { Change } from '../core/change.ts';
import type { Outcome, Packet } from '../core/outcome.ts';
import type { Offer, RecordedDecision } from '../core/recorded.ts';
import type { MergeConflict } from '../core/region.ts';
import type { Conflict, Decision } from '../core/resolution.ts';
import type { Token } from '../core/token.ts';
import { decodeContent, encodeContent, type WireContent } from '../core/wire.ts';
import { readToken, sealOf } from './tokens.ts';

type Json = { readonly [field: string]: unknown };

/** Bytes from here on go as base64: as text, one that is full of line ends would grow to twice its size. */
const LARGE = 1024 * 1024;

export function wireOf(content: Uint8Array | string): WireContent {
  // A text goes as it is, so that one with a lone surrogate is refused and not sent as something else.
  if (typeof content === 'string')
    return content.length < LARGE ? { content } : wireOf(new TextEncoder().encode(content));
  if (content.length >= LARGE) return { content: toBase64(content), encoding: 'base64' };
  return encodeContent(content);
}

/** The bytes of a body that holds a content beside other fields; undefined where it holds none. */
export function contentIn(body: Partial<WireContent>): Uint8Array | undefined {
  const { content, encoding } = body;
  return content === undefined
    ? undefined
    : decodeContent({ content, ...(encoding === undefined ? {} : { encoding }) });
}

/** A change as JSON. What is none is left to the server, which says so in the same words for all. */
export function changeToWire(change: Change): Json {
  if (typeof change !== 'object' || change === null) return {};
  if ('content' in change && isContent(change.content)) return { ...change, ...wireOf(change.content) };
  if ('append' in change && isContent(change.append)) {
    const { content, encoding } = wireOf(change.append);
    return { ...change, append: content, ...(encoding === undefined ? {} : { encoding }) };
  }
  return { ...change };
}

export function decisionToWire(decision: Decision): Json {
  if (typeof decision !== 'object' || decision === null) return {};
  if ('content' in decision && isContent(decision.content)) return { ...decision, ...wireOf(decision.content) };
  return { ...decision };
}

function isContent(value: unknown): value is Uint8Array | string {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function bytesOf(wire: unknown): Uint8Array {
  return decodeContent(wire as WireContent);
}

const SIDES = ['base', 'current', 'proposed'] as const;

function regionOf(wire: Json): MergeConflict {
  const sides = SIDES.flatMap((side) => (wire[side] === undefined ? [] : [[side, bytesOf(wire[side])] as const]));
  return { ...wire, ...Object.fromEntries(sides) } as unknown as MergeConflict;
}

/** A kept decision; one with a content of its own has that as bytes. */
export function recordedOf(wire: unknown): RecordedDecision {
  const { choice } = wire as { readonly choice: Json };
  const given = choice['content'];
  if (given === undefined) return wire as RecordedDecision;
  return { ...(wire as RecordedDecision), choice: { content: bytesOf(given) } };
}

function offerOf(wire: Offer): Offer {
  return { ...wire, decisions: wire.decisions.map((one) => ({ ...one, decision: recordedOf(one.decision) })) };
}

function packetOf(wire: unknown): Packet {
  const packet = wire as Packet;
  const regions = packet.regions.map((region) => regionOf(region as unknown as Json));
  return { ...packet, regions, ...(packet.offer === undefined ? {} : { offer: offerOf(packet.offer) }) };
}

/** The outcome behind its JSON. `content` and `receipt` of a merged one are absent where the key may not read it. */
export function outcomeOf(body: unknown): Outcome {
  const { encoding, ...wire } = body as Json;
  const outcome: { [field: string]: unknown } = { ...wire };
  if (wire['token'] !== undefined) outcome['token'] = readToken(wire['token']);
  if (Array.isArray(wire['tokens'])) outcome['tokens'] = wire['tokens'].map(readToken);
  if (wire['packet'] !== undefined) outcome['packet'] = packetOf(wire['packet']);
  if (Array.isArray(wire['packets'])) outcome['packets'] = wire['packets'].map(packetOf);
  const content = contentIn(body as Partial<WireContent>);
  if (content !== undefined) outcome['content'] = content;
  return outcome as unknown as Outcome;
}

const VIEW = ['etag', 'claim', 'proposals'] as const;
const VIEW_OF_SIDE = ['content', 'encoding'] as const;

function without(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** A conflict without what only a server adds: contents of its sides, its claim, proposals. */
export function conflictOf(body: unknown): Conflict {
  const conflict = without(body as Json, VIEW);
  const sides = SIDES.flatMap((side) =>
    conflict[side] === undefined ? [] : [[side, without(conflict[side] as Json, VIEW_OF_SIDE)] as const],
  );
  const offer = conflict['offer'] as Offer | undefined;
  return {
    ...conflict,
    ...Object.fromEntries(sides),
    ...(offer === undefined ? {} : { offer: offerOf(offer) }),
  } as unknown as Conflict;
}

export function sealsOf(tokens: readonly Token[] | undefined): readonly string[] {
  return (tokens ?? []).map(sealOf);
}
