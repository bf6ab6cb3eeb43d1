// A caller's intent, checked once: whose token, which change, under which commitId. The same for every attempt.
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { type AgentId, parseResourceId, type ResourceId } from '../core/resource.ts';
import { parseToken, type Token } from '../core/token.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, RecordWrite, Write } from '../stores/store.ts';
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

const NO_READS: readonly Token[] = [];
const NO_OPTIONS: IntentOptions = {};
const MAX_NOTE = 2000;
/** Characters of a token's id and hash. */
const MAX_NAME = 128;
const LONG = 512;

/** Throws `bad-token` or `token-mismatch` for what is no token of this space. */
export function checkToken(context: Context, token: Token): Token {
  if (!isShaped(token)) return checkSpace(context, parseToken(token));
  // A name in another spelling would be another resource, so that the token is made anew with the canonical one.
  const canonical = hasOwnName(token) && isOwnForm((name) => context.agents.parse(name), token.agent);
  return checkSpace(context, canonical ? token : parseToken(token));
}

/** The token's resource is named in canonical form. */
export function hasOwnName(token: Token): boolean {
  return isOwnForm(parseResourceId, token.resource);
}

/** A name that is none is the token's fault, which `parseToken` puts into words. */
function isOwnForm(parse: (name: unknown) => string, name: unknown): boolean {
  try {
    return parse(name) === name;
  } catch {
    return false;
  }
}

/** The fields have the right types: true for every token that came from here. */
export function isShaped(token: Token): boolean {
  if (typeof token !== 'object' || token === null) return false;
  const { id, hash, epoch, at } = token;
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= MAX_NAME &&
    typeof hash === 'string' &&
    hash.length <= MAX_NAME &&
    typeof epoch === 'string' &&
    typeof at === 'number' &&
    isCount(token.revision) &&
    isCount(token.version) &&
    isCount(token.asOf) &&
    isCount(token.born) &&
    isCount(token.attempt) &&
    token.repairs === undefined
  );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkSpace(context: Context, token: Token): Token {
  if (token.space === context.space) return token;
  throw new EntenteError(
    'token-mismatch',
    `The token belongs to the space ${JSON.stringify(token.space)}, not to ${JSON.stringify(context.space)}.`,
    {
      next: `Begin again in the space ${JSON.stringify(context.space)}.`,
    },
  );
}

/** A list of premises; left out, and empty, it is the same intent. */
export function checkReads(reads: unknown): readonly Token[] {
  if (reads === undefined) return NO_READS;
  if (Array.isArray(reads)) return reads;
  throw new EntenteError('misuse', 'The reads are a list of tokens.', { next: 'Pass the tokens that begin() gave.' });
}

/** A premise is compared in one commit with its token, so it has to be of the same history. */
function checkRead(context: Context, token: Token, given: Token): Token {
  const read = checkToken(context, given);
  if (read.epoch !== token.epoch) throw epochChanged();
  return read;
}

export function parseNote(note: unknown): string | undefined {
  if (note === undefined) return undefined;
  if (typeof note === 'string' && note.length <= MAX_NOTE) return note;
  throw new EntenteError('misuse', `A note is a text of at most ${MAX_NOTE} characters.`);
}

export function parseCommitId(commitId: unknown): string {
  if (typeof commitId === 'string' && commitId.length > 0 && commitId.length <= 255 && !/[\p{C}]/u.test(commitId))
    return commitId;
  throw new EntenteError('misuse', 'A commitId is 1 to 255 visible characters.', {
    next: 'Use a UUID, or leave it out.',
  });
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

export function guardOf(token: Token): Guard {
  return { resource: token.resource, revision: token.revision, hash: token.hash };
}

export function writeOf(resource: Write['resource'], proposal: Proposal): Write {
  switch (proposal.kind) {
    case 'content': {
      const { hash, content, mediaType } = proposal;
      return { resource, kind: 'content', hash, content, mediaType };
    }
    case 'hash':
      return { resource, kind: 'hash', hash: proposal.hash };
    case 'delete':
      return { resource, kind: 'delete' };
  }
}

export interface RequestParts {
  readonly guards: readonly Guard[];
  readonly writes?: readonly Write[];
  readonly records?: readonly RecordWrite[];
  readonly keeps?: readonly Keep[];
  readonly meta: EntryMeta;
  /** The guards are those of the token that names the commit. */
  readonly tokenBound?: boolean;
}

export type Sender = Pick<Intent, 'agent' | 'commitId' | 'fingerprint' | 'reads' | 'principal'> & {
  readonly token: Pick<Token, 'epoch' | 'asOf'>;
};

const NONE: readonly never[] = [];

/** A store request of this intent; the pinned reads are among the guards of every attempt. */
export function requestOf(context: Context, sender: Sender, parts: RequestParts): CommitRequest {
  const { reads, principal } = sender;
  return {
    space: context.space,
    agent: sender.agent,
    commitId: sender.commitId,
    fingerprint: sender.fingerprint,
    epoch: sender.token.epoch,
    asOf: sender.token.asOf,
    at: context.clock(),
    tokenBound: parts.tokenBound === true,
    guards: reads.length === 0 ? parts.guards : [...parts.guards, ...reads.map(guardOf)],
    writes: parts.writes ?? NONE,
    records: parts.records ?? NONE,
    keeps: parts.keeps ?? NONE,
    meta: principal === undefined ? parts.meta : { ...parts.meta, principal },
  };
}

/** Reads that do not hold any more, by the heads that a stale reply told. */
export function staleReads(
  reads: readonly Token[],
  headOf: (resource: string) => { revision: number; hash: string } | undefined,
): Token[] {
  return reads.filter((read) => {
    const head = headOf(read.resource);
    return (head?.revision ?? 0) !== read.revision || (head?.hash ?? '') !== read.hash;
  });
}
