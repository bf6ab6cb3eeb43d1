// What of an intent goes to the store: guards, writes, and the request around them, the same for every attempt.
import type { Token } from '../core/token.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, RecordWrite, Write } from '../stores/store.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import type { Proposal } from './proposal.ts';

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
