// What changes something: each goes out again under the same commitId while its answer is lost, and is `unknown` where
// that stays so.
import type { CommitOptions, ForgetOptions, Forgotten, ResolveOptions, TransactOptions } from '../controller/types.ts';
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import type { Outcome, Unknown } from '../core/outcome.ts';
import type { Conflict, Decision } from '../core/resolution.ts';
import { parseAgentId } from '../core/resource.ts';
import { parseDraft, type Token } from '../core/token.ts';
import { type Answer, type Asked, type Connection, Unsettled } from './connection.ts';
import { errorOf } from './faults.ts';
import { sealOf } from './tokens.ts';
import { changeToWire, decisionToWire, outcomeOf, sealsOf } from './values.ts';

/** The outcome of a write; `unknown` is made here where no answer came, because only the sender knows that. */
async function outcomeFrom(
  connection: Connection,
  asked: Omit<Asked, 'write'>,
  unknown: () => Unknown | Promise<Unknown>,
): Promise<Outcome> {
  let answer: Answer;
  try {
    answer = await connection.send({ ...asked, write: true });
  } catch (error) {
    if (error instanceof Unsettled) {
      if (error.doubt) return unknown();
      throw error.fault;
    }
    throw error;
  }
  const { body, problem, status } = answer;
  if (problem?.outcome !== undefined) return outcomeOf(problem.outcome);
  if (problem !== undefined) throw errorOf(problem, status);
  return outcomeOf(body);
}

/** What only a server may say of a commit. */
function refuseOwn(options: {
  readonly principal?: unknown;
  readonly may?: unknown;
  readonly mayApply?: unknown;
}): void {
  if ([options.principal, options.may, options.mayApply].every((own) => own === undefined)) return;
  throw new EntenteError('misuse', 'Over HTTP the server says who is behind a commit and what they may do.', {
    next: 'Leave out principal, may and mayApply: the key says all three.',
  });
}

function premises(reads: readonly Token[] | undefined): readonly string[] | undefined {
  if (reads !== undefined && !Array.isArray(reads))
    throw new EntenteError('misuse', 'The reads are a list of tokens.', { next: 'Pass the tokens that begin() gave.' });
  return reads === undefined || reads.length === 0 ? undefined : sealsOf(reads);
}

export async function commit(
  connection: Connection,
  token: Token,
  change: Change,
  options: CommitOptions = {},
  resolve: boolean = false,
): Promise<Outcome> {
  refuseOwn(options);
  const { note, reads, supersede, signal } = options;
  const commitId = options.commitId ?? token?.id;
  const body = { ...changeToWire(change), token: sealOf(token), resolve, commitId, note, supersede };
  return outcomeFrom(
    connection,
    { method: 'POST', path: '/commits', body: { ...body, reads: premises(reads) }, signal },
    () => ({
      status: 'unknown',
      commitId,
      resource: token.resource,
    }),
  );
}

/** The id that a set has by itself: that of its tokens together, so that the same set again is the same commit. */
async function ownId(tokens: readonly Token[], fault: string): Promise<string> {
  const { subtle } = globalThis.crypto;
  // Browsers have it on https and localhost alone.
  if (subtle === undefined)
    throw new EntenteError('store-unavailable', `${fault} The set may have been saved.`, {
      next: 'Send the same set again: it cannot be saved twice.',
    });
  const ids = new TextEncoder().encode(
    tokens
      .map(({ id }) => id)
      .sort((left, right) => (left < right ? -1 : 1))
      .join('\n'),
  );
  const digest = new Uint8Array(await subtle.digest('SHA-256', ids));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function transact(connection: Connection, options: TransactOptions): Promise<Outcome> {
  refuseOwn(options);
  const agent = parseAgentId(options?.agent);
  const { commitId, note, reads, writes } = options;
  if (!Array.isArray(writes) || writes.length === 0)
    throw new EntenteError('misuse', 'A transaction has at least one write.', {
      next: 'Pass writes: [{ token, change }].',
    });
  const given = writes as TransactOptions['writes'];
  if (given.some((write) => typeof write?.token !== 'object' || write.token === null))
    throw new EntenteError('bad-token', 'A write of a transaction has no token.', {
      next: 'Pass writes: [{ token, change }] with the tokens that begin() gave.',
    });
  const body = {
    ...{ agent, commitId, note, reads: premises(reads) },
    writes: given.map(({ token, change }) => ({ ...changeToWire(change), token: sealOf(token) })),
  };
  return outcomeFrom(connection, { method: 'POST', path: '/transactions', body }, async () => ({
    status: 'unknown',
    commitId:
      commitId ??
      (await ownId(
        given.map(({ token }) => token),
        'The server does not answer.',
      )),
    resource: given[0]?.token.resource ?? '',
  }));
}

export function conflictPath(id: string): string {
  return `/conflicts/${encodeURIComponent(id)}`;
}

export async function resolve(
  connection: Connection,
  conflictId: string,
  decision: Decision,
  options: ResolveOptions,
): Promise<Outcome> {
  refuseOwn(options ?? {});
  const agent = parseAgentId(options?.agent);
  const { reason, revision, commitId } = options;
  const { body } = await connection.ask({ method: 'GET', path: conflictPath(conflictId) });
  const found = body as Conflict & { readonly etag: string };
  if (revision !== undefined && found.state === 'open' && revision !== found.revision)
    throw new EntenteError(
      'precondition-failed',
      `The conflict is at revision ${found.revision}: it moved since you looked.`,
      {
        next: 'Read the conflict again, and decide on what it is now.',
      },
    );
  const asked: Asked = {
    method: 'POST',
    path: `${conflictPath(conflictId)}/resolution`,
    headers: { 'if-match': found.etag },
    body: { ...decisionToWire(decision), agent, reason, commitId },
  };
  return outcomeFrom(connection, asked, () => ({
    status: 'unknown',
    commitId: commitId ?? `resolve-${conflictId}`,
    resource: found.resource,
  }));
}

/** Random, so that no other commit has it. Not `randomUUID`, which browsers have on https alone. */
export function newCommitId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function forget(
  connection: Connection,
  ids: string | readonly string[],
  options: ForgetOptions,
): Promise<Forgotten> {
  const agent = parseAgentId(options?.agent);
  const { reason, commitId = newCommitId() } = options;
  const body = { ids: typeof ids === 'string' ? [ids] : ids, agent, reason, commitId };
  try {
    const asked: Asked = { method: 'POST', path: '/recorded/forget', body, write: true };
    const answer = await connection.send(asked);
    if (answer.problem !== undefined) throw errorOf(answer.problem, answer.status);
    return answer.body as Forgotten;
  } catch (error) {
    if (!(error instanceof Unsettled)) throw error;
    if (error.doubt) return { status: 'unknown', commitId };
    throw error.fault;
  }
}

/** Takes back what others were told of a draft. Sent again it has no further effect. */
export async function release(connection: Connection, token: Pick<Token, 'id' | 'agent'>): Promise<void> {
  const { id, agent } = parseDraft(token);
  await connection.ask({ method: 'DELETE', path: `/drafts/${encodeURIComponent(id)}`, query: { agent } });
}
