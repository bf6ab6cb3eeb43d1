// Read–modify–write with retries: each attempt runs the function again on fresh state, because a decision made on what
// was there before may be wrong on what is there now (trap T9).
import { EntenteError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { parseResourceId } from '../core/resource.ts';
import { jitter } from './backoff.ts';
import { unchanged } from './clash.ts';
import { commit } from './commit.ts';
import type { Context } from './context.ts';
import { begin } from './read.ts';
import type { UpdateFunction, UpdateOptions } from './types.ts';

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
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(tooLate(id)), options.deadlineMs ?? DEADLINE_MS);
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  let last: Outcome | undefined;
  try {
    for (let number = 0; ; number += 1) {
      const outcome = await oneTurn(context, id, options, fn, signal, number);
      if (outcome.status !== 'conflict') return outcome;
      last = outcome;
      // The first loser joins the lane at once; who loses there too lost to another process, and waits a little.
      if (number > 0) await context.sleep(jitter(context, number - 1), signal);
    }
  } catch (error) {
    // The deadline hands back the last conflict, with its packet; an abort by the caller is the caller's own.
    if (last !== undefined && deadline.signal.aborted && options.signal?.aborted !== true) return last;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(resource: string): EntenteError {
  return new EntenteError('budget', `The update of ${resource} did not finish before its deadline.`, {
    next: 'Raise deadlineMs, or do less in the function.',
  });
}

async function oneTurn(
  context: Context,
  id: ReturnType<typeof parseResourceId>,
  options: UpdateOptions,
  fn: UpdateFunction,
  signal: AbortSignal,
  number: number,
): Promise<Outcome> {
  signal.throwIfAborted();
  const leave = number === 0 ? undefined : await context.lanes.enter(id, PATIENCE_MS);
  try {
    signal.throwIfAborted();
    const draft = await begin(context, id, options);
    const change = await abortable(Promise.resolve(fn(draft, { attempt: number, signal })), signal);
    if (change === undefined) {
      const { token } = draft;
      return unchanged(context, { token, agent: token.agent, commitId: token.id }, draft.head, token.asOf);
    }
    return await commit(context, draft.token, change, {
      signal,
      ...(options.note === undefined ? {} : { note: options.note }),
    });
  } finally {
    leave?.();
  }
}

/** A function that ignores its signal is given up; its result is not used. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
