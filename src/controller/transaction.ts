// A transaction as it was asked for, checked once: one token for each resource, all of one agent, space and epoch.
import type { Change, TransactWrite } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { parseAgentId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { checkReads, checkToken, parseCommitId, parseNote } from './checks.ts';
import type { Context } from './context.ts';
import { fingerprintOf, formlessIntent, type Intent, makeIntent } from './intent.ts';
import { isBaseGone } from './lost-base.ts';
import { taken } from './taken.ts';
import type { TransactOptions } from './types.ts';

export interface Transaction {
  readonly intents: readonly Intent[];
  readonly reads: readonly Token[];
  readonly commitId: string;
  readonly ownId: boolean;
  readonly fingerprint: string;
  readonly note: string | undefined;
  readonly epoch: string;
  readonly asOf: number;
  /** A change could not be formed: its base is gone. What is left is to ask whether it landed. */
  readonly lost?: { readonly fault: unknown };
  readonly principal?: string;
}

/** The commitId that a set has by itself: that of its tokens together. */
export function setId(tokenIds: readonly string[]): string {
  return hashOf([...tokenIds].sort((left, right) => (left < right ? -1 : 1)).join('\n'));
}

function misuse(message: string): EntenteError {
  return new EntenteError('misuse', message, {
    next: 'Begin each resource once, as the agent that transacts, and pass those tokens.',
  });
}

export async function prepare(context: Context, options: TransactOptions): Promise<Transaction> {
  const agent = parseAgentId(options?.agent);
  if (!Array.isArray(options.writes) || options.writes.length === 0)
    throw misuse('transact() takes at least one write.');
  const spaces = new Set(options.writes.map((write) => write?.token?.space));
  if (spaces.size > 1) throw misuse('transact() takes tokens of one space.');
  const reads = checkReads(options.reads).map((read) => checkToken(context, read));
  const writes = options.writes.map((write: TransactWrite<Token> | null) => ({
    token: checkToken(context, write?.token as Token),
    change: taken(write?.change as Change),
  }));
  const resources = new Set(writes.map(({ token }) => token.resource));
  if (resources.size !== writes.length) throw misuse('transact() takes one write for each resource.');
  const tokens = [...writes.map(({ token }) => token), ...reads];
  if (writes.some(({ token }) => token.agent !== agent))
    throw misuse('transact() takes write tokens of its own agent only.');
  const [first] = writes;
  if (first === undefined || tokens.some((token) => token.epoch !== first.token.epoch))
    throw misuse('transact() takes tokens of one epoch.');
  const { mayApply } = options;
  let lost: Transaction['lost'];
  const intents = await Promise.all(
    writes.map(async ({ token, change }) => {
      try {
        return await makeIntent(context, token, change, mayApply === undefined ? {} : { mayApply });
      } catch (fault) {
        if (!isBaseGone(fault)) throw fault;
        lost = { fault };
        return formlessIntent(context, token, change);
      }
    }),
  );
  const sorted = [...intents].sort((left, right) => (left.token.id < right.token.id ? -1 : 1));
  const ids = sorted.map((intent) => intent.token.id);
  const own = setId(ids);
  // An id that was answered is as good as none: the same set again.
  const ownId = options.commitId === undefined || options.commitId === own;
  const marks = sorted.map((intent) => `${intent.token.id} ${intent.mark}`).join('\n');
  return {
    intents,
    reads,
    commitId: ownId ? own : parseCommitId(options.commitId),
    ownId,
    fingerprint: fingerprintOf('transact', agent, ids.join(','), marks, reads),
    note: parseNote(options.note),
    epoch: first.token.epoch,
    asOf: Math.min(...tokens.map((token) => token.asOf)),
    ...(lost === undefined ? {} : { lost }),
    ...(options.principal === undefined ? {} : { principal: options.principal }),
  };
}
