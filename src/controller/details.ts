// The seed's manual way: a resolution from contents alone, pure and at once, by this controller's own rules.
import { hashOf } from '../core/hash.ts';
import type { Details, Resolution } from '../core/resolution.ts';
import { mergeProved, proved } from '../merge/prove.ts';
import type { Engine, MergeInput, MergeResult } from '../merge/types.ts';
import { decide } from '../strategies/decide.ts';
import type { Facts } from '../strategies/facts.ts';
import { firstWriterWins } from '../strategies/first-writer-wins.ts';
import type { Merge, Strategy } from '../strategies/types.ts';
import type { Context } from './context.ts';
import { parseAnswer } from './custom.ts';
import { copyOf, resultOf, threw } from './custom-engine.ts';
import { fitting, warnOfFault } from './merging.ts';
import { matchOwn } from './policy.ts';

export function resolveDetails(context: Context, details: Details): Resolution {
  const strategy = matchOwn(context, details.resource)?.strategy ?? context.fallback ?? firstWriterWins();
  return byStrategy(context, details, strategy);
}

function byStrategy(context: Context, details: Details, strategy: Strategy): Resolution {
  const facts: Facts = {
    kind: kindOf(details),
    agent: details.proposed.agent ?? 'proposed',
    holder: details.current.agent ?? 'current',
    attempt: 0,
  };
  const verdict = decide(strategy, facts);
  switch (verdict.type) {
    case 'merge':
      return mergeDetails(context, details, verdict.strategy);
    case 'custom':
      return customDetails(details, verdict.fn);
    case 'handBack':
      return { type: 'escalate', reason: verdict.reason };
    default:
      return verdict;
  }
}

/** As far as the sides tell: a base that is named without its bytes is no base to merge from (rule C9). */
function kindOf({ base, proposed }: Details): Facts['kind'] {
  if (proposed.deleted === true) return 'deleted-modified';
  const named = base !== undefined && base.deleted !== true && (base.hash ?? '') !== '';
  return named && base.content === undefined ? 'base-gone' : 'modified';
}

function customDetails(details: Details, fn: (details: Details) => unknown): Resolution {
  try {
    const answer = fn(details);
    if (answer instanceof Promise) {
      answer.catch(() => undefined);
      return { type: 'escalate', reason: 'strategy-threw: it answers later, and this call decides at once' };
    }
    return parseAnswer(answer, details) ?? { type: 'escalate', reason: 'strategy-threw: it answered no resolution' };
  } catch (error) {
    return { type: 'escalate', reason: `strategy-threw: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function mergeDetails(context: Context, details: Details, strategy: Merge): Resolution {
  const { base, current, proposed, resource } = details;
  if (current.content === undefined || proposed.content === undefined) {
    return { type: 'escalate', reason: 'no-content: a merge needs the bytes of both sides' };
  }
  const input = { base: base?.content ?? null, current: current.content, proposed: proposed.content, path: resource };
  const sides = {
    ...input,
    base: bytesOrNull(input.base),
    current: bytesOrNull(current.content),
    proposed: bytesOrNull(proposed.content),
  };
  const result = mergeNow(context, sides, strategy);
  if (result.status !== 'clean' || result.content === null) return byStrategy(context, details, strategy.otherwise);
  const content = typeof current.content === 'string' ? Buffer.from(result.content).toString('utf8') : result.content;
  return { type: 'merged', content, hash: hashOf(result.content) };
}

/** Never throws: an engine that is not known here, or that fails, leaves it to `otherwise` (rule C10). */
function mergeNow(context: Context, sides: MergeInput, strategy: Merge): MergeResult {
  const { engine, options } = strategy;
  const registered = context.engines.get(engine);
  const input: MergeInput = { ...sides, options: { ...options, engine } };
  try {
    const result = typeof registered === 'function' ? mergeByOther(registered, input) : mergeProved(input);
    warnOfFault(context, result, sides.path ?? '');
    return fitting(context, result, input, strategy);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'error', code: 'strategy-threw', message };
  }
}

/** What an engine of others answers at once; one in a module answers later, so it is none here. */
function mergeByOther(engine: Engine, input: MergeInput): MergeResult {
  const answer: unknown = engine(copyOf(input));
  if (answer instanceof Promise) answer.catch(() => undefined);
  const result = resultOf(answer, input);
  return result === undefined
    ? threw('the engine answered no merge result, and this call decides at once')
    : proved(input, result);
}

function bytesOrNull(content: Uint8Array | string | null): Uint8Array | null {
  if (content === null) return null;
  return typeof content === 'string' ? new Uint8Array(Buffer.from(content)) : content;
}
