// Read–modify–write: the function runs here, and each attempt runs it again on fresh state.
import type { Draft, UpdateFunction, UpdateOptions } from '../controller/types.ts';
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import type { Conflicted, Outcome, Unchanged } from '../core/outcome.ts';
import { type Connection, jitter } from './connection.ts';
import { begin } from './reads.ts';
import { commit } from './writes.ts';

const DEADLINE_MS = 30_000;
/** What a timer takes at most. */
const LONGEST_MS = 2 ** 31 - 1;

/** The answers after which the function decides again; both say what is there now. */
type Lost = Conflicted | Unchanged;

function isLost(outcome: Outcome, draft: Draft): outcome is Lost {
  // Equal bytes that somebody else wrote meanwhile are another's change, not this one.
  if (outcome.status === 'unchanged') return (outcome.head?.revision ?? 0) !== draft.token.revision;
  return outcome.status === 'conflict';
}

function left({ token, head }: Draft): Unchanged {
  return { status: 'unchanged', commitId: token.id, ...(head === undefined ? {} : { head }), token };
}

/** Rejects when the signal aborts: a function that ignores its signal is given up, its result is not used. */
function guard<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function parseDeadline(ms: unknown = DEADLINE_MS): number {
  if (typeof ms === 'number' && ms >= 0) return Math.min(ms, LONGEST_MS);
  throw new EntenteError('misuse', `deadlineMs is a number of milliseconds, not ${String(ms)}.`, {
    next: 'Pass for example { deadlineMs: 30_000 }.',
  });
}

export async function update(
  connection: Connection,
  resource: string,
  options: UpdateOptions,
  fn: UpdateFunction,
): Promise<Outcome> {
  if (typeof fn !== 'function')
    throw new EntenteError('misuse', 'update() takes a function of the draft.', {
      next: 'Pass for example ({ content }) => ({ append: "one more line" }).',
    });
  const ms = parseDeadline(options?.deadlineMs);
  const late = new AbortController();
  const tooLate = new EntenteError('budget', `The update of ${resource} did not finish before its deadline.`, {
    next: 'Raise deadlineMs, or do less in the function.',
  });
  const timer = setTimeout(() => late.abort(tooLate), ms);
  const own = options?.signal;
  const signal = own === undefined ? late.signal : AbortSignal.any([own, late.signal]);
  const { random, sleep } = connection.settings;
  let last: Lost | undefined;
  try {
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      const draft = await begin(connection, resource, options, signal);
      const work = Promise.resolve(fn(draft, { attempt, signal }));
      const change: Change | undefined = await guard(work, signal);
      if (change === undefined) return left(draft);
      const { note } = options;
      const outcome = await commit(connection, draft.token, change, {
        signal,
        ...(note === undefined ? {} : { note }),
      });
      if (!isLost(outcome, draft)) return outcome;
      last = outcome;
      await sleep(jitter(random, attempt), signal);
    }
  } catch (error) {
    // The deadline hands back the last conflict, with its packet; an abort by the caller is the caller's own.
    if (last?.status === 'conflict' && late.signal.aborted && own?.aborted !== true) return last;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
