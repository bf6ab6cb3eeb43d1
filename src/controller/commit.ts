// `commit` compares and never resolves; `commitOrResolve` lets the policy decide what a conflict comes to.
import type { Change } from '../core/change.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import { attempt, isClash } from './clash.ts';
import type { Context } from './context.ts';
import { conflicted } from './hand-back.ts';
import { type IntentOptions, makeIntent } from './intent.ts';
import { judge } from './judge.ts';
import { mismatchError } from './submit.ts';

export async function commit(
  context: Context,
  token: Token,
  change: Change,
  options?: IntentOptions,
): Promise<Outcome> {
  const made = makeIntent(context, token, change, options);
  const intent = made instanceof Promise ? await made : made;
  try {
    const tried = await attempt(context, intent);
    if (!isClash(tried)) return tried;
    const reason = intent.relapsed
      ? 'the refused change was sent again as it was'
      : 'the resource moved since it was read';
    return await conflicted(context, intent, tried, reason);
  } catch (error) {
    throw mismatchError(error, intent.ownId);
  }
}

export async function commitOrResolve(
  context: Context,
  token: Token,
  change: Change,
  options?: IntentOptions,
): Promise<Outcome> {
  const made = makeIntent(context, token, change, options);
  const intent = made instanceof Promise ? await made : made;
  try {
    const tried = await attempt(context, intent);
    return isClash(tried) ? await judge(context, intent, tried) : tried;
  } catch (error) {
    throw mismatchError(error, intent.ownId);
  }
}
