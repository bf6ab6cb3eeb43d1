// Runs a custom strategy: copies of the contents go in, a checked verdict comes out. Whatever it throws, however long
// it takes and whatever nonsense it answers, the change is kept for a person (rule C7).
import { bytesOf, hashOf } from '../core/hash.ts';
import type { Decision, Details, Resolution, SideDetails } from '../core/resolution.ts';
import type { Head } from '../core/version.ts';
import { isSuffix, safeSuffix } from '../strategies/keep-both.ts';
import type { CustomFunction } from '../strategies/types.ts';
import { contentOf } from './base.ts';
import type { Context } from './context.ts';
import type { Case } from './judge.ts';
import { withDeadline } from './merging.ts';

export async function runCustom(context: Context, found: Case, fn: CustomFunction): Promise<Resolution> {
  try {
    const details = await detailsOf(context, found);
    const answer = await withDeadline(Promise.resolve(fn(details)), context.limits.customMs);
    const resolution = parseAnswer(answer, details) ?? threw('it answered no resolution');
    const size = resolution.type === 'merged' ? bytesOf(resolution.content).length : 0;
    const limit = context.limits.contentBytes;
    return size > limit ? threw(`it answered ${size} bytes, and the limit is ${limit}`) : resolution;
  } catch (error) {
    return threw(error instanceof Error ? error.message : String(error));
  }
}

/** A reason stands in a record and in answers, which have their own limits. */
const MAX_REASON = 500;

function threw(message: string): Resolution {
  return { type: 'escalate', reason: `strategy-threw: ${message.slice(0, MAX_REASON)}` };
}

async function detailsOf(context: Context, found: Case): Promise<Details> {
  const { intent, clash, origin } = found;
  const { proposal } = intent;
  const current = await contentOf(context, clash.head);
  return {
    resource: intent.token.resource,
    base: sideDetails(origin.head, origin.content && new Uint8Array(origin.content)),
    current: sideDetails(clash.head, current),
    proposed: {
      agent: intent.agent,
      version: intent.token.version,
      hash: proposal.hash,
      ...(proposal.kind === 'content' ? { content: new Uint8Array(proposal.content) } : {}),
    },
  };
}

function sideDetails(head: Head | undefined, content: Uint8Array | undefined): SideDetails {
  if (head === undefined) return { version: 0, hash: '', deleted: true };
  return {
    agent: head.agent,
    version: head.version,
    hash: head.hash,
    deleted: head.deleted,
    ...(content === undefined ? {} : { content }),
  };
}

/** A resolution from whatever a function answered; undefined for what is none. */
export function parseAnswer(answer: unknown, details: Details): Resolution | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  if ('type' in answer) return parseResolution(answer as { readonly [field: string]: unknown }, details);
  return fromDecision(answer as Partial<Record<string, unknown>>, details);
}

function parseResolution(answer: { readonly [field: string]: unknown }, details: Details): Resolution | undefined {
  const { type, side, content, suffixes, reason } = answer;
  switch (type) {
    case 'useVersion':
      return side === 'current' || side === 'proposed' ? useSide(side, details) : undefined;
    case 'merged':
      return merged(content);
    case 'keepBoth':
      return isPair(suffixes) ? { type, suffixes } : undefined;
    case 'abortBoth':
    case 'retry':
      return { type };
    case 'escalate':
      return { type, reason: typeof reason === 'string' ? reason.slice(0, MAX_REASON) : 'custom' };
    default:
      return undefined;
  }
}

function useSide(side: 'current' | 'proposed', details: Details): Resolution {
  return { type: 'useVersion', side, agent: details[side].agent ?? '' };
}

function merged(content: unknown): Resolution | undefined {
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return undefined;
  return { type: 'merged', content, hash: hashOf(content) };
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isSuffix);
}

function fromDecision(answer: Partial<Record<string, unknown>>, details: Details): Resolution | undefined {
  const decision = answer as Partial<
    Extract<Decision, { use: string }> & { content: string | Uint8Array; abort: true }
  >;
  if (decision.abort === true) return { type: 'abortBoth' };
  if (decision.content !== undefined) return merged(decision.content);
  switch (decision.use) {
    case 'current':
    case 'proposed':
      return useSide(decision.use, details);
    case 'base':
      return merged(details.base?.content);
    case 'both':
      return {
        type: 'keepBoth',
        suffixes: [safeSuffix(details.current.agent ?? 'current'), safeSuffix(details.proposed.agent ?? 'proposed')],
      };
    default:
      return undefined;
  }
}
