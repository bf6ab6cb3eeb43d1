// What is counted and remembered of a conflict, in this process (rule E7).
import { hashOf } from '../core/hash.ts';
import type { ConflictEntry, Resolution } from '../core/resolution.ts';
import type { Context } from './context.ts';
import type { Case } from './judge.ts';
import { holderOf, type Plan } from './plan-requests.ts';

type Clashed = Pick<Case, 'intent' | 'clash'>;

/** Counts the conflict and remembers how it was settled (rule E7). */
export function note(context: Context, found: Clashed, plan: Plan): void {
  const { counters, history } = context;
  const { intent, clash } = found;
  counters.conflicts += 1;
  if (plan.type === 'retry') counters.retries += 1;
  else if (plan.type === 'reject') counters.rejected += 1;
  const at = context.clock();
  const entry: ConflictEntry = {
    conflict: {
      resource: intent.token.resource,
      conflictingAgent: intent.agent,
      holderAgent: holderOf(clash),
      expectedVersion: intent.token.version,
      actualVersion: clash.head?.version ?? 0,
      at,
    },
    resolution: resolutionOf(found, plan),
    resolvedAt: at,
  };
  history.add(entry);
}

function resolutionOf(found: Clashed, plan: Plan): Resolution {
  switch (plan.type) {
    case 'merged': {
      const content = plan.content ?? new Uint8Array();
      return { type: 'merged', content, hash: hashOf(content) };
    }
    case 'overwrite':
      return { type: 'useVersion', side: 'proposed', agent: found.intent.agent };
    // What is handed back is for its author to decide: so far, what is there stays.
    case 'handBack':
    case 'reject':
      return { type: 'useVersion', side: 'current', agent: holderOf(found.clash) };
    case 'copy':
      return { type: 'keepBoth', suffixes: plan.suffixes };
    case 'abort':
      return { type: 'abortBoth' };
    case 'retry':
      return { type: 'retry' };
    case 'open':
      return { type: 'escalate', reason: plan.reason };
  }
}
