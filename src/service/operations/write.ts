// A plain conditional write (RFC 9110): it lands on exactly the version that was named, or not at all. Nothing is merged
// and no policy is asked; who wants that commits with a token.
import { createHash } from 'node:crypto';
import type { Change } from '../../core/change.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import type { Snapshot } from '../../stores/store.ts';
import { type Condition, etagOf, matchesStrong, matchesWeak, onlyWeak } from '../etag.ts';
import { once } from '../once.ts';
import { agentOf, behind, type Call } from '../operation.ts';
import { randomId } from '../random-id.ts';
import { may } from '../rights.ts';
import { keptCommitId } from '../wire.ts';
import { assertWrite } from './commit.ts';

export interface WriteInput {
  readonly id: ResourceId;
  readonly change:
    | { readonly content: Uint8Array; readonly mediaType?: string }
    | { readonly delete: true }
    | { readonly hash: string };
  readonly ifMatch?: Condition;
  readonly ifNoneMatch?: Condition;
  readonly agent?: AgentId;
  readonly note?: string;
  /** The caller's Idempotency-Key. */
  readonly key?: string;
  /** A deleted resource is there with the ETag of its deletion, for who brings it back. @default it is not there */
  readonly overDeleted?: true;
}

/** What a conditional write came to: `unknown` is the only outcome that is neither this nor a fault. */
export interface Landed {
  readonly resource: ResourceId;
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
  readonly etag: string;
  readonly created: boolean;
  readonly replayed?: true;
}

type Stored = Pick<Head, 'version' | 'revision' | 'hash'>;

export function required(how: string): EntenteError {
  return new EntenteError(
    'precondition-required',
    `This changes what is there, so it has to say what that is: ${how}.`,
    {
      next: 'Read it first and send its ETag as If-Match; to create, send If-None-Match: *',
    },
  );
}

export type Named = 'resource' | 'policy' | 'conflict';

const AGAIN: { readonly [named in Named]: string } = {
  resource: 'Read it again, make the change on that, and send its ETag. To have changes merged, use POST /commits.',
  policy: 'Read the policy again, make the change on that, and send its ETag.',
  conflict: 'Read the conflict again: somebody decided or moved it, or what it is about moved. Decide on that.',
};

export function failed(etag: string | undefined, named: Named = 'resource'): EntenteError {
  const now = etag === undefined ? 'it is not there' : `its ETag is ${etag}`;
  return new EntenteError(
    'precondition-failed',
    `The ${named} is not what the request names: ${now}. Nothing was changed.`,
    { next: AGAIN[named] },
  );
}

function failedUnseen(): EntenteError {
  return new EntenteError('precondition-failed', 'The resource is not what the request names. Nothing was changed.', {
    next: 'Begin again, and commit with the token: POST /drafts, then POST /commits.',
  });
}

export function weak(): EntenteError {
  return new EntenteError('weak-etag', 'If-Match compares strongly, and a weak ETag (W/"…") never matches.', {
    next: 'Something on the way compresses and made the ETag weak: turn that off here, or use the ETag of the body.',
  });
}

/** Throws unless the conditions hold for what is there. */
export function checkConditions(etag: string | undefined, { ifMatch, ifNoneMatch }: Partial<WriteInput>): void {
  if (ifMatch !== undefined && !matchesStrong(ifMatch, etag)) throw onlyWeak(ifMatch, etag) ? weak() : failed(etag);
  if (ifNoneMatch !== undefined && matchesWeak(ifNoneMatch, etag)) throw failed(etag);
}

/** The same request has the same id, so that its Idempotency-Key answers it again and refuses another one. */
function requestId({ id, change, ifMatch, ifNoneMatch }: WriteInput): string {
  const kind = 'delete' in change ? 'delete' : 'put';
  return createHash('sha256')
    .update(JSON.stringify([kind, id, ifMatch ?? null, ifNoneMatch ?? null]))
    .digest('base64url');
}

function tokenFor(call: Call, input: WriteInput, agent: AgentId, snapshot: Snapshot): Token {
  const head = snapshot.heads[0];
  const { version = 0, revision = 0, born = 0, hash = '' } = head ?? {};
  const id = input.key === undefined ? randomId(12) : requestId(input);
  const { epoch, revision: asOf } = snapshot;
  const at = call.service.clock();
  return {
    id,
    space: call.space,
    epoch,
    resource: input.id,
    version,
    revision,
    asOf,
    born,
    hash,
    agent,
    attempt: 0,
    at,
  };
}

function landedOf(id: ResourceId, epoch: string, head: Stored, outcome: Outcome, created: boolean): Landed {
  const { version, revision, hash } = head;
  const etag = etagOf(epoch, head);
  const replayed = outcome.replayed === true ? ({ replayed: true } as const) : {};
  return { resource: id, version, revision, hash, etag, created, ...replayed };
}

function told(id: ResourceId, token: Token, outcome: Outcome): Landed | Extract<Outcome, { status: 'unknown' }> {
  switch (outcome.status) {
    case 'committed': {
      const created = outcome.token.born === outcome.revision;
      return landedOf(id, token.epoch, outcome, outcome, created);
    }
    case 'unchanged': {
      const { head } = outcome;
      if (head === undefined) throw failed(undefined);
      // Somebody else wrote the very same in the meantime: that one landed on what was named, and this one did not.
      if (head.revision !== token.revision) throw failed(head.deleted ? undefined : etagOf(token.epoch, head));
      return landedOf(id, token.epoch, head, outcome, false);
    }
    case 'unknown':
      return outcome;
    default: {
      const actual = 'packet' in outcome ? outcome.packet?.actual : undefined;
      throw failed(actual === undefined || actual.deleted ? undefined : etagOf(token.epoch, actual));
    }
  }
}

export type Wrote = Landed | Extract<Outcome, { status: 'unknown' }>;

/** The write itself, or its first answer again where it landed before. */
async function write(call: Call, input: WriteInput, agent: AgentId): Promise<Wrote> {
  const { id, change, key, note } = input;
  const { space, service, controller } = call;
  const commitId = key === undefined ? undefined : keptCommitId(call, key);
  const before = commitId === undefined ? undefined : await service.store.commitStatus(space, agent, commitId);
  const answer = service.store.read(space, [id]);
  // What is there at once is not waited for.
  const snapshot = answer instanceof Promise ? await answer : answer;
  const head = snapshot.heads[0];
  // One that landed is answered again, whatever is there by now; the controller says whether it is the same.
  const isThere = head !== undefined && (!head.deleted || input.overDeleted === true);
  if (before?.status !== 'committed') checkConditions(isThere ? etagOf(snapshot.epoch, head) : undefined, input);
  const token = tokenFor(call, input, agent, snapshot);
  const isPlain = commitId === undefined && note === undefined && agent === call.principal.name;
  const options = isPlain
    ? undefined
    : {
        ...(commitId === undefined ? {} : { commitId }),
        ...(note === undefined ? {} : { note }),
        ...behind(call, agent),
      };
  // Without options it is the controller's common commit, which it does in one step.
  const outcome = await controller.commit(token, change as Change, options);
  return told(id, token, outcome);
}

/** Rights first, so that what is asked for next tells nothing of what may not be seen. */
export async function writeIf(call: Call, input: WriteInput): Promise<Wrote> {
  assertWrite(call, input.id, 'delete' in input.change ? { delete: true } : { content: '' });
  const agent = agentOf(call, input.agent);
  if (input.ifMatch === undefined && input.ifNoneMatch === undefined) throw required('If-Match or If-None-Match: *');
  try {
    return await (input.key === undefined
      ? write(call, input, agent)
      : once(call, input.key, () => write(call, input, agent)));
  } catch (error) {
    if (!isEntenteError(error) || error.code !== 'precondition-failed') throw error;
    // What is there is not for who may not read it: neither its ETag nor that it is gone.
    throw may(call.principal, 'read', call.space, input.id) ? error : failedUnseen();
  }
}
