// From a verdict to a plan: what a strategy's decision comes to for one case, before anything is written.
import type { Receipt } from '../core/receipt.ts';
import { parseResourceId, type ResourceId } from '../core/resource.ts';
import type { Verdict } from '../strategies/facts.ts';
import { copyId } from '../strategies/keep-both.ts';
import { isSame } from './clash.ts';
import type { Context } from './context.ts';
import type { Case } from './judge.ts';
import type { Plan } from './plan-requests.ts';

const NO_RECEIPT: Receipt = { engine: 'custom', entries: [] };

/** `why`: what the merge before it could not do. */
export async function planOf(
  context: Context,
  found: Case,
  verdict: Exclude<Verdict, { type: 'merge' | 'custom' }>,
  why: string | undefined,
): Promise<Plan> {
  switch (verdict.type) {
    case 'useVersion':
      return verdict.side === 'proposed' ? { type: 'overwrite' } : { type: 'reject' };
    case 'merged': {
      const content = typeof verdict.content === 'string' ? Buffer.from(verdict.content) : verdict.content;
      return { type: 'merged', content: new Uint8Array(content), receipt: NO_RECEIPT };
    }
    case 'keepBoth':
      return planCopy(context, found, verdict.suffixes, why);
    case 'abortBoth':
      return planAbort(found);
    case 'escalate':
      return { type: 'open', reason: why === undefined ? verdict.reason : why };
    case 'retry':
      return { type: 'retry', maxAttempts: attemptsOf(found) };
    case 'handBack':
      return { type: 'handBack', reason: verdict.reason };
  }
}

function attemptsOf(found: Case): number {
  let strategy = found.strategy;
  while (strategy.name === 'merge') strategy = strategy.otherwise;
  return strategy.name === 'retry' ? strategy.maxAttempts : found.intent.token.attempt + 1;
}

function planAbort(found: Case): Plan {
  let strategy = found.strategy;
  while (strategy.name === 'merge') strategy = strategy.otherwise;
  const restore = strategy.name === 'abortBoth' && strategy.restore === 'base';
  if (restore && found.origin.state === 'gone') return { type: 'open', reason: 'base-gone' };
  return { type: 'abort', restore };
}

/** The first free name, or one that holds the same bytes already (rule C5). */
async function planCopy(
  context: Context,
  found: Case,
  suffixes: readonly [string, string],
  why: string | undefined,
): Promise<Plan> {
  const { resource } = found.intent.token;
  const names = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'].map((tail) =>
    copyId(resource, `${suffixes[1]}${tail}`),
  );
  let ids: ResourceId[];
  try {
    ids = names.map(parseResourceId);
  } catch {
    return { type: 'open', reason: 'the name of a copy would be too long' };
  }
  const { may } = found.intent;
  if (may !== undefined && !ids.every(may))
    return { type: 'open', reason: 'the agent may not write the copy beside the resource' };
  const snapshot = await context.store.read(context.space, ids);
  for (const [index, id] of ids.entries()) {
    const head = snapshot.heads[index];
    const free = head === undefined || head.deleted;
    const reuse = !free && isSame(head, found.intent.proposal);
    if (free || reuse) return { type: 'copy', id, at: head, reuse, suffixes };
  }
  return { type: 'open', reason: why ?? `every name for a copy is taken (${ids[0]} to ${ids.at(-1)})` };
}
