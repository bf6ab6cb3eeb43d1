// Read–modify–write with retries: each attempt runs the function again on fresh state, because a decision made on what
// was there before may be wrong on what is there now (trap T9).
import { EntenteError } from '../core/errors.ts';
import type { Conflicted, Outcome, Unchanged } from '../core/outcome.ts';
import { parseAgentId, parseResourceId } from '../core/resource.ts';
import { hasContent } from '../core/version.ts';
import { jitter } from './backoff.ts';
import { unchanged } from './clash.ts';
import { commit } from './commit.ts';
import { type Context, tokenOn } from './context.ts';
import { Deadline, TurnContext } from './deadline.ts';
import { begin } from './read.ts';
import type { Draft, UpdateFunction, UpdateOptions } from './types.ts';

const DEADLINE_MS = 30_000;
const PATIENCE_MS = 1000;

export async function update(
  context: Context,
  resource: string,
  options: UpdateOptions,
  fn: UpdateFunction,
): Promise<Outcome> {
  const id = parseResourceId(resource);
  if (typeof fn !== 'function') throw new EntenteError('misuse', 'update() takes a function of the draft.');
  const deadline = new Deadline(parseDeadline(options.deadlineMs), options.signal, () => tooLate(id));
  let last: Lost | undefined;
  try {
    for (let number = 0; ; number += 1) {
      const { outcome, lost } = await oneTurn(context, id, options, fn, deadline, number, last);
      if (!lost) return outcome;
      last = outcome;
      // The first loser joins the lane at once; who loses there too lost to another process, and waits a little.
      if (number > 0) await context.sleep(jitter(context, number - 1), deadline.signal);
    }
  } catch (error) {
    // The deadline hands back the last conflict, with its packet; an abort by the caller is the caller's own.
    if (last?.status === 'conflict' && deadline.passed) return last;
    throw error;
  } finally {
    deadline.end();
  }
}

function parseDeadline(ms: unknown = DEADLINE_MS): number {
  if (typeof ms === 'number' && ms >= 0) return ms;
  throw new EntenteError('misuse', `deadlineMs is a number of milliseconds, not ${String(ms)}.`);
}

function tooLate(resource: string): EntenteError {
  return new EntenteError('budget', `The update of ${resource} did not finish before its deadline.`, {
    next: 'Raise deadlineMs, or do less in the function.',
  });
}

/** The answers after which the function decides again; both say what is there now. */
type Lost = Conflicted | Unchanged;
type Turn = { readonly lost: true; readonly outcome: Lost } | { readonly lost: false; readonly outcome: Outcome };

/**
 * Equal bytes that somebody else wrote meanwhile are another's change, not this one: two who each add 1 to the same
 * number must have added 2. So they count as a loss here, although a plain commit would have nothing left to do.
 */
function turnOf(outcome: Outcome, draft: Draft): Turn {
  if (outcome.status === 'conflict') return { lost: true, outcome };
  const moved = outcome.status === 'unchanged' && (outcome.head?.revision ?? 0) !== draft.token.revision;
  return moved ? { lost: true, outcome } : { lost: false, outcome };
}

/** What is there now, and never less than the last attempt lost to: a read that lags would lose again (trap T8). */
async function draftAfter(
  context: Context,
  id: Draft['token']['resource'],
  options: UpdateOptions,
  last: Lost | undefined,
): Promise<Draft> {
  const draft = await begin(context, id, options);
  if (last === undefined || draft.token.asOf >= last.token.asOf) return draft;
  const head = last.status === 'conflict' ? last.packet.actual : last.head;
  const { epoch, asOf } = last.token;
  const token = tokenOn(context, id, parseAgentId(options.agent), head, { epoch, asOf, at: context.clock() });
  if (head === undefined) return { token };
  if (!hasContent(head)) return { token, head };
  const content = await context.store.content(head.hash);
  return content === undefined ? draft : { token, head, content };
}

async function oneTurn(
  context: Context,
  id: Draft['token']['resource'],
  options: UpdateOptions,
  fn: UpdateFunction,
  deadline: Deadline,
  number: number,
  last: Lost | undefined,
): Promise<Turn> {
  deadline.check();
  // The first turn needs no lane, unless others wait there: going past them would cost one of them its turn.
  const leave = number === 0 && context.lanes.length(id) === 0 ? undefined : await context.lanes.enter(id, PATIENCE_MS);
  try {
    if (leave !== undefined) deadline.check();
    const draft = await draftAfter(context, id, options, last);
    const answer = fn(draft, new TurnContext(number, deadline));
    const change = answer instanceof Promise ? await deadline.guard(answer) : answer;
    // The function may have aborted what it runs under, or taken too long without a wait.
    deadline.check();
    if (change === undefined) {
      const { token } = draft;
      const left = unchanged(context, { token, agent: token.agent, commitId: token.id }, draft.head, token.asOf);
      return { lost: false, outcome: left };
    }
    const { note } = options;
    return turnOf(
      await (note === undefined
        ? commit(context, draft.token, change)
        : commit(context, draft.token, change, { note })),
      draft,
    );
  } finally {
    leave?.();
  }
}
