// To ask the person at the client: by a form, where one may decide and the client can show it, or by a link to the conflict
// in the dashboard, where whoever follows it logs in. The queue stays where a conflict is: nobody is asked before it is there,
// and whatever does not come to a decision leaves it there. What the client sends back with the answer is signed, for one
// principal, one conflict and some minutes.
import { type InputRequiredResult, inputRequired, inputResponse } from '@modelcontextprotocol/server';
import { plural } from '../core/phrases.ts';
import type { Conflict, ConflictDecision } from '../core/resolution.ts';
import { perform } from '../service/operation.ts';
import { resolve } from '../service/operations/resolve.ts';
import { badToken, tokenExpired } from '../service/signing.ts';
import type { WireOutcome } from '../service/wire.ts';
import type { Answer } from './answer.ts';
import { clashesOf } from './clashes.ts';
import { cut, idWord, quoted } from './say.ts';
import type { Session } from './session.ts';
import type { Exchange } from './tool.ts';

const KEY = 'decide';
const MINUTES = 15;
const SHOWN_CHARS = 300;

const CHOICES = {
  'keep the agent’s change': 'proposed',
  'keep the other change': 'current',
  'keep both': 'both',
} as const;
const QUEUE = 'decide later';

type Escalated = Extract<WireOutcome, { status: 'escalated' }>;
type Side = (typeof CHOICES)[keyof typeof CHOICES];

/** What goes out with the question and has to come back with the answer. */
export interface Asked {
  readonly kind: 'ask';
  readonly sub: string;
  readonly space: string;
  readonly conflict: string;
  /** The conflict's, as it was asked about. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly exp: number;
}

/** The state behind its signed text: `bad-token` for another one's, `token-expired` after its time. */
export async function openAsked({ service, principal, space }: Session, text: string): Promise<Asked> {
  const found = (await service.signer.open('c1', text)) as Partial<Asked> | null;
  const own = found?.kind === 'ask' && found.sub === principal.id && found.space === space;
  if (!own || typeof found.exp !== 'number') throw badToken();
  if (service.clock() >= found.exp) throw tokenExpired();
  return found as Asked;
}

function messageOf({ conflictId, packet }: Escalated, id: string): string {
  const by = packet.between.at(-1)?.agent ?? packet.actual?.agent ?? 'somebody';
  const [first] = clashesOf(packet.regions).shown;
  const excerpt = (title: string, text: string | undefined): string =>
    text === undefined ? '' : `\n${title}: ${JSON.stringify(cut(text, SHOWN_CHARS).text)}`;
  const shown =
    first === undefined ? '' : excerpt('The other change', first.current) + excerpt('The agent’s change', first.yours);
  const places = packet.regions.length === 0 ? '' : ` in ${plural(packet.regions.length, 'place')}`;
  return `Conflict ${conflictId}: ${quoted(by)} changed ${idWord(id)} too, and the changes clash${places}.${shown}`;
}

/** Of the conflict itself, and of nobody's key: the link logs nobody in. */
function linkTo(dashboard: string, conflictId: string): string {
  return `${dashboard.replace(/\/+$/, '')}/#/conflicts/${encodeURIComponent(conflictId)}`;
}

async function question(
  { session, call, asks }: Exchange,
  outcome: Escalated,
  id: string,
  conflict: Conflict,
): Promise<InputRequiredResult> {
  const state: Asked = {
    ...{ kind: 'ask', sub: session.principal.id, space: call.space },
    ...{ conflict: conflict.id, revision: conflict.revision },
    exp: session.service.clock() + MINUTES * 60_000,
  };
  const message = messageOf(outcome, id);
  const { dashboard = '' } = session;
  return inputRequired({
    inputRequests: {
      [KEY]:
        asks === 'url'
          ? inputRequired.elicitUrl({ message, url: linkTo(dashboard, conflict.id) })
          : inputRequired.elicit({
              message,
              requestedSchema: {
                type: 'object',
                properties: {
                  choice: { type: 'string', title: 'Which change is kept?', enum: [...Object.keys(CHOICES), QUEUE] },
                },
                required: ['choice'],
              },
            }),
    },
    requestState: await session.service.signer.sign('c1', state),
  });
}

/** The side that the person chose for this conflict; undefined for every answer that is no decision. */
function choiceOf({ context }: Exchange): Side | undefined {
  const view = inputResponse(context.mcpReq.inputResponses, KEY);
  if (view.kind !== 'elicit' || view.action !== 'accept') return undefined;
  const { choice } = view.content ?? {};
  return typeof choice === 'string' && Object.hasOwn(CHOICES, choice)
    ? CHOICES[choice as keyof typeof CHOICES]
    : undefined;
}

const SAID: { readonly [side in Side]: string } = {
  proposed: 'Your change is stored.',
  current: 'The other change stays; yours is kept in the history of the conflict.',
  both: 'Both are kept.',
};

async function decided(exchange: Exchange, asked: Asked, side: Side, id: string): Promise<Answer | undefined> {
  const { session } = exchange;
  const { person } = session;
  if (person === undefined) return undefined;
  const outcome = await perform(resolve, session.call({ principal: person }), {
    ...{
      conflictId: asked.conflict,
      revision: asked.revision,
      use: side,
      reason: 'decided by the person at the client',
    },
  });
  // What moved meanwhile is looked at again, by whoever takes it from the queue.
  if (outcome.status === 'conflict' || outcome.status === 'rejected' || outcome.status === 'unknown') return undefined;
  const copy = outcome.status === 'split' ? outcome.copy : undefined;
  const answer = decidedAnswer(asked.conflict, side, id);
  return copy === undefined
    ? answer
    : { ...answer, data: { ...answer.data, copy: { id: copy.resource, version: copy.version } } };
}

function decidedAnswer(conflictId: string, decision: ConflictDecision['decision'], id: string): Answer {
  const said = decision in SAID ? SAID[decision as Side] : 'What is stored now is neither change alone.';
  return {
    lines: [
      `DECIDED by a person: conflict ${conflictId} on ${idWord(id)}. ${said}`,
      `NEXT: call entente_read with id=${idWord(id)} before you change it again.`,
    ],
    data: {
      ...{ outcome: 'decided', saved: decision === 'proposed' || decision === 'both', id },
      ...{ conflict_id: conflictId, decision },
    },
  };
}

/** A client answers as soon as its person opens the link, which is long before a decision: then it waits in the queue. */
function decidedThere({ conflictId }: Escalated, conflict: Conflict | undefined, id: string): Answer | undefined {
  const { resolution } = conflict ?? {};
  return resolution === undefined ? undefined : decidedAnswer(conflictId, resolution.decision, id);
}

/** A question for the person, what they decided, or undefined where the conflict stays in the queue. */
export async function askPerson(
  exchange: Exchange,
  outcome: Escalated,
  id: string,
): Promise<Answer | InputRequiredResult | undefined> {
  const { asks, call, context } = exchange;
  if (asks === undefined) return undefined;
  const conflict = await call.controller.conflict(outcome.conflictId);
  const asked = context.mcpReq.requestState<Asked>();
  if (asks === 'url' && asked?.conflict === outcome.conflictId) return decidedThere(outcome, conflict, id);
  if (conflict?.state !== 'open') return undefined;
  if (asked === undefined) return question(exchange, outcome, id, conflict);
  const side = choiceOf(exchange);
  if (side === undefined || asked.conflict !== outcome.conflictId) return undefined;
  return decided(exchange, asked, side, id);
}
