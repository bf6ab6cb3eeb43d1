// A caller's intent, checked once: whose token, which change, under which commitId. The same for every attempt.
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { checkReads, checkToken, NO_READS, parseCommitId, parseNote } from './checks.ts';
import type { Context } from './context.ts';
import { changeMark, type Proposal, propose } from './proposal.ts';
import { epochChanged } from './submit.ts';

export interface Intent {
  readonly token: Token;
  readonly agent: AgentId;
  readonly proposal: Proposal;
  readonly commitId: string;
  /** The change as it was sent, in short canonical form (rule A4). */
  readonly mark: string;
  /** The commitId is the token's own id, not one that the caller chose. */
  readonly ownId: boolean;
  readonly fingerprint: string;
  readonly reads: readonly Token[];
  readonly note: string | undefined;
  readonly supersede: boolean;
  readonly signal: AbortSignal | undefined;
  /** A refused content that is sent again with its fresh token: judged from the original base (rule A1). */
  readonly relapsed: boolean;
  /** Who is behind the agent, where that is somebody else. */
  readonly principal?: string;
  /** Whether a strategy may write this other resource for the caller. */
  readonly may?: (resource: ResourceId) => boolean;
  /** Whether a decision that was recorded on this resource may settle the change. */
  readonly mayApply?: (resource: string) => boolean;
}

export interface IntentOptions {
  readonly commitId?: string;
  readonly note?: string;
  readonly reads?: readonly Token[];
  readonly supersede?: boolean;
  readonly signal?: AbortSignal;
  readonly principal?: string;
  readonly may?: (resource: ResourceId) => boolean;
  readonly mayApply?: (resource: string) => boolean;
}

const NO_OPTIONS: IntentOptions = {};
const LONG = 512;

/** A premise is compared in one commit with its token, so it has to be of the same history. */
function checkRead(context: Context, token: Token, given: Token): Token {
  const read = checkToken(context, given);
  if (read.epoch !== token.epoch) throw epochChanged();
  return read;
}

/** Synchronous where the change says all by itself, so that an uncontended commit waits for nothing but the store. */
export function makeIntent(
  context: Context,
  given: Token,
  change: Change,
  options: IntentOptions = NO_OPTIONS,
): Intent | Promise<Intent> {
  const token = checkToken(context, given);
  const proposal = propose(context, token, change);
  if (proposal instanceof Promise) return proposal.then((ready) => assemble(context, token, change, ready, options));
  return assemble(context, token, change, proposal, options);
}

/** The intent of a change that is formed already. */
export function intentOf(
  context: Context,
  given: Token,
  change: Change,
  proposal: Proposal,
  options: IntentOptions = NO_OPTIONS,
): Intent {
  return assemble(context, checkToken(context, given), change, proposal, options);
}

const FORMLESS: Proposal = { kind: 'content', hash: '', content: new Uint8Array() };

/** The intent of a change whose base is gone: who sent what under which commitId, and nothing that could be stored. */
export function formlessIntent(
  context: Context,
  given: Token,
  change: Change,
  options: IntentOptions = NO_OPTIONS,
): Intent {
  return intentOf(context, given, change, FORMLESS, options);
}

/** An abort that could not be heard is refused at once. */
function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw new EntenteError('misuse', 'The options are an object.');
  const { signal } = options as IntentOptions;
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
    throw new EntenteError('misuse', 'The signal is an AbortSignal.', {
      next: 'Pass the signal of an AbortController.',
    });
}

function assemble(context: Context, token: Token, change: Change, proposal: Proposal, options: IntentOptions): Intent {
  if (options !== NO_OPTIONS) checkOptions(options);
  const reads = checkReads(options.reads).map((read) => checkRead(context, token, read));
  const supersede = options.supersede === true;
  const ownId = options.commitId === undefined || options.commitId === token.id;
  // Under the token's own id the store's key says the agent and the token already, so that the change says the rest.
  const mark = changeMark(change, proposal);
  const { repairs } = token;
  const relapsed =
    repairs !== undefined &&
    !supersede &&
    repairs.proposedHash === proposal.hash &&
    ('content' in change || 'hash' in change);
  return {
    token,
    agent: token.agent,
    proposal,
    commitId: ownId ? token.id : parseCommitId(options.commitId),
    mark,
    ownId,
    fingerprint:
      ownId && reads.length === 0 && !supersede
        ? mark
        : fingerprintOf('write', token.agent, token.id, mark, reads, supersede),
    reads,
    note: options.note === undefined ? undefined : parseNote(options.note),
    supersede,
    signal: options.signal,
    relapsed,
    ...(options.principal === undefined ? {} : { principal: options.principal }),
    ...(options.may === undefined ? {} : { may: options.may }),
    ...(options.mayApply === undefined ? {} : { mayApply: options.mayApply }),
  };
}

/** The caller's intent in canonical form (rule A4); hashed when it is long. */
export function fingerprintOf(
  operation: string,
  agent: string,
  target: string,
  mark: string,
  reads: readonly Token[] = NO_READS,
  supersede: boolean = false,
): string {
  let text = `${operation}|${agent}|${target}|${mark}`;
  if (supersede) text += '|supersede';
  if (reads.length > 0) text += `|${reads.map((read) => read.id).join(',')}`;
  return text.length > LONG ? hashOf(text) : text;
}
