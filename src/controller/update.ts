// Read–modify–write with retries: each attempt runs the function again on fresh state, because a decision made on what
// was there before may be wrong on what is there now (trap T9).
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import type { Conflicted, Outcome, Unchanged } from '../core/outcome.ts';
import { parseAgentId, parseResourceId, type ResourceId } from '../core/resource.ts';
import { hasContent } from '../core/version.ts';
import type { Awaitable } from '../stores/store.ts';
import { fateOf } from './ahead.ts';
import { jitter } from './backoff.ts';
import { parseNote } from './checks.ts';
import { unchanged } from './clash.ts';
import { commitNow } from './commit.ts';
import { type Context, tokenOn } from './context.ts';
import { Deadline, TurnContext } from './deadline.ts';
import { turnUntil } from './lanes.ts';
import { beginNow } from './read.ts';
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
  context.agents.parse(options?.agent);
  if (typeof fn !== 'function')
    throw new EntenteError('misuse', 'update() takes a function of the draft.', {
      next: 'Pass for example ({ content }) => ({ append: "one more line" }).',
    });
  if (options.note !== undefined) parseNote(options.note);
  const deadline = new Deadline(parseDeadline(options.deadlineMs), options.signal, id);
  let last: Lost | undefined;
  try {
    for (let number = 0; ; number += 1) {
      const task: Task = { context, id, options, fn, deadline, number, last };
      // The first turn needs no lane, unless others wait there: going past them would cost one of them its turn.
      const isFree = context.lanes.length(id) === 0 && context.chains.ahead(id) === undefined;
      const turn = number === 0 && isFree ? takeTurn(task) : takeTurnInLane(task);
      const { outcome, lost } = turn instanceof Promise ? await turn : turn;
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
  throw new EntenteError('misuse', `deadlineMs is a number of milliseconds, not ${String(ms)}.`, {
    next: 'Pass for example { deadlineMs: 30_000 }.',
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

interface Task {
  readonly context: Context;
  readonly id: ResourceId;
  readonly options: UpdateOptions;
  readonly fn: UpdateFunction;
  readonly deadline: Deadline;
  /** Which attempt this is, from 0, and what the one before lost to. */
  readonly number: number;
  readonly last: Lost | undefined;
}

async function takeTurnInLane(task: Task): Promise<Turn> {
  const { context, id, deadline, options } = task;
  deadline.check();
  // The usual deadline is far off: a signal for it would cost more than a short wait that is over before.
  const ends = options.signal !== undefined || options.deadlineMs !== undefined;
  const leave = await turnUntil(context.lanes.enter(id, PATIENCE_MS), ends ? deadline.signal : undefined);
  try {
    // What is read before the commits that are under way have landed would lose to them.
    const ahead = context.chains.ahead(id);
    if (ahead !== undefined) await fateOf(context, ahead, ends ? deadline.signal : undefined);
    return await takeTurn(task);
  } finally {
    leave();
  }
}

/**
 * Read, decide, write. Where store and function answer at once there is no wait in between, so that no other task of
 * this process comes in between either, and nobody loses.
 */
function takeTurn(task: Task): Awaitable<Turn> {
  const { context, id, options, deadline, last } = task;
  deadline.check();
  const draft = last === undefined ? beginNow(context, id, options) : draftAfter(context, id, options, last);
  return draft instanceof Promise ? draft.then((read) => decide(task, read)) : decide(task, draft);
}

function decide(task: Task, draft: Draft): Awaitable<Turn> {
  const { deadline } = task;
  const answer = task.fn(draft, new TurnContext(task.number, deadline));
  if (answer instanceof Promise) return deadline.guard(answer).then((change) => send(task, draft, change));
  return send(task, draft, answer);
}

function send(task: Task, draft: Draft, change: Change | undefined): Awaitable<Turn> {
  const { context, deadline } = task;
  // The function may have aborted what it runs under, or taken too long without a wait.
  deadline.check();
  const { token, head } = draft;
  if (change === undefined) {
    const left = unchanged(context, { token, agent: token.agent, commitId: token.id }, head, token.asOf);
    return { lost: false, outcome: left };
  }
  const { note } = task.options;
  const outcome = commitNow(context, token, change, note === undefined ? undefined : { note }, deadline);
  return outcome instanceof Promise ? outcome.then((told) => turnOf(told, draft)) : turnOf(outcome, draft);
}

/** What is there now, and never less than the last attempt lost to: a read that lags would lose again (trap T8). */
async function draftAfter(context: Context, id: ResourceId, options: UpdateOptions, last: Lost): Promise<Draft> {
  const draft = await beginNow(context, id, options);
  if (draft.token.asOf >= last.token.asOf) return draft;
  const head = last.status === 'conflict' ? last.packet.actual : last.head;
  const { epoch, asOf } = last.token;
  const token = tokenOn(context, id, parseAgentId(options.agent), head, { epoch, asOf, at: context.clock() });
  if (head === undefined) return { token };
  if (!hasContent(head)) return { token, head };
  const content = await context.store.content(head.hash);
  return content === undefined ? draft : { token, head, content };
}
