// `entente_resolve`: the decision of a judge on a conflict, in the neutral names that it was shown with.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import { visibleConflict } from '../../service/conflict-view.ts';
import { perform } from '../../service/operation.ts';
import { conflict, conflictIdField } from '../../service/operations/conflict.ts';
import { propose } from '../../service/operations/propose.ts';
import { resolve } from '../../service/operations/resolve.ts';
import type { WireDecision } from '../../service/schemas/decision.ts';
import { revisionField } from '../../service/schemas/fields.ts';
import type { WireOutcome } from '../../service/wire.ts';
import type { Answer } from '../answer.ts';
import { type Labels, labelsOf } from '../labels.ts';
import { clean, idWord, quoted } from '../say.ts';
import { packToken } from '../tokens.ts';
import { defineTool, type Exchange, outputOf, type Tool, WRITES } from '../tool.ts';

interface ResolveInput {
  readonly conflict_id: string;
  readonly version: number;
  readonly decision: 'a' | 'b' | 'both' | 'merged' | 'decline';
  readonly content?: string | undefined;
  readonly reason: string;
}

function decisionOf({ decision, content }: ResolveInput, labels: Labels): WireDecision {
  if ((decision === 'merged') !== (content !== undefined)) {
    throw new EntenteError('misuse', '"content" goes with the decision merged, and only with that one.', {
      next: 'call entente_resolve with decision=merged and content, or with neither.',
    });
  }
  if (decision === 'a' || decision === 'b') return { use: labels[decision] };
  return content === undefined ? { use: 'both' } : { content };
}

/** To decline twice for the same reason is to decline once. */
async function decline({ call, session }: Exchange, input: ResolveInput): Promise<Answer> {
  const { conflict_id: conflictId, reason } = input;
  const own = session.agent ?? session.principal.name;
  const { proposals = [] } = await perform(conflict, call, { conflictId });
  const said = proposals.some((one) => one.agent === own && one.decline === true && one.reason === reason);
  if (!said) {
    const { agent } = session;
    await perform(propose, call, {
      ...{ conflictId, reason, decline: true },
      ...(agent === undefined ? {} : { agent }),
    });
  }
  return {
    lines: [
      `DECLINED: conflict ${conflictId} stays open for a person, with your reason.`,
      'NEXT: go on with other work.',
    ],
    data: { outcome: 'declined', conflict_id: conflictId },
  };
}

function landed(conflictId: string, id: string, outcome: WireOutcome, token?: string): Answer {
  const version = 'version' in outcome ? outcome.version : undefined;
  const copy = outcome.status === 'split' ? outcome.copy : undefined;
  const again = outcome.replayed === true ? ' It had been decided so before.' : '';
  return {
    lines: [
      `RESOLVED conflict ${conflictId} on ${idWord(id)}${version === undefined ? '' : ` as v${version}`}.${again}`,
      copy === undefined ? 'NEXT: go on.' : `NEXT: go on; the other side is kept as ${idWord(copy.resource)}.`,
    ],
    data: {
      ...{ outcome: 'resolved', conflict_id: conflictId, id, result: outcome.status },
      ...(version === undefined ? {} : { version }),
      ...(token === undefined ? {} : { token }),
      ...(copy === undefined ? {} : { copy: { id: copy.resource, version: copy.version } }),
    },
  };
}

/** Not decided: the conflict is not what it was, or is decided already. */
function failed(conflictId: string, id: string, outcome: WireOutcome): Answer {
  const reason = 'reason' in outcome ? clean(outcome.reason, 300) : '';
  const why = 'See what it is now.';
  return {
    lines: [
      `NOT RESOLVED: conflict ${conflictId} on ${idWord(id)} is not as you saw it (${outcome.status}${reason === '' ? '' : `, the reason is ${quoted(reason, 300)}`}).`,
      `NEXT: call entente_conflict with conflict_id=${conflictId}. ${why}`,
    ],
    data: {
      ...{ outcome: outcome.status === 'rejected' ? 'rejected' : 'conflict', conflict_id: conflictId, id },
      ...(reason === '' ? {} : { message: reason }),
      next: [{ tool: 'entente_conflict', with: { conflict_id: conflictId }, why }],
    },
    failed: true,
  };
}

const LANDED: readonly WireOutcome['status'][] = ['committed', 'unchanged', 'merged', 'split', 'aborted'];

async function run(exchange: Exchange, input: ResolveInput): Promise<Answer> {
  const { call, session } = exchange;
  const { conflict_id: conflictId, version, reason } = input;
  const found = await visibleConflict(call, conflictId);
  if (input.decision === 'decline') return decline(exchange, input);
  const { agent } = session;
  const outcome = await perform(resolve, call, {
    ...{ conflictId, reason, revision: version },
    ...decisionOf(input, labelsOf(found, version)),
    ...(agent === undefined ? {} : { agent }),
  });
  if (outcome.status === 'unknown') {
    return {
      lines: [
        'UNKNOWN: the store did not say whether it was decided.',
        'NEXT: call entente_resolve with the same arguments once more.',
      ],
      data: { outcome: 'unknown', conflict_id: conflictId },
      failed: true,
    };
  }
  if (!LANDED.includes(outcome.status)) return failed(conflictId, found.resource, outcome);
  const token = 'token' in outcome ? await packToken(call, outcome.token) : undefined;
  return landed(conflictId, found.resource, outcome, token);
}

export const resolveTool: Tool = defineTool<ResolveInput>({
  name: 'entente_resolve',
  title: 'Decide a conflict',
  description:
    'For judges: decide a conflict that you looked at with entente_conflict and wrote no side of. decline leaves it to a person; do so in doubt.',
  hints: WRITES,
  judges: true,
  input: z.strictObject({
    conflict_id: conflictIdField,
    version: revisionField.meta({ description: 'As entente_conflict said.' }),
    decision: z.enum(['a', 'b', 'both', 'merged', 'decline']),
    content: z.string().optional().meta({ description: 'With merged: all of it.' }),
    reason: z.string().min(1).max(2000),
  }),
  output: outputOf(['resolved', 'declined', 'conflict', 'rejected', 'unknown'], {
    conflict_id: z.string().optional(),
    id: z.string().optional(),
    result: z.string().optional(),
    version: z.number().optional(),
    token: z.string().optional(),
  }),
  run,
});
