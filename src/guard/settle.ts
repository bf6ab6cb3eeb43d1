// A change of one author, judged from what that author knew: one commit, whoever wrote it and however it came to disk.
import type { Controller } from '../controller/types.ts';
import { hashOf } from '../core/hash.ts';
import type { Outcome, Packet } from '../core/outcome.ts';
import { withEndsOf } from './edits.ts';
import type { Ground } from './ground.ts';
import type { Refused, Sight } from './spool/book.ts';
import { bytesWith, type Now, nowAt, tokenWith } from './versions.ts';

export interface Proposal {
  readonly path: string;
  readonly agent: string;
  /** What the author knew; null: nothing. */
  readonly sight: Sight | null;
  /** null: no file any more. */
  readonly content: Uint8Array | null;
  readonly note?: string;
  /** What of this author was refused before. */
  readonly refused?: Refused | undefined;
}

export type Settled =
  /** What was proposed is what is there. */
  | { readonly how: 'plain'; readonly now: Now; readonly sight: Sight; readonly copy?: string }
  /** It is there together with what others did; `copy`: the resource that a strategy put it, or the other side, into. */
  | { readonly how: 'merged'; readonly now: Now; readonly sight: Sight; readonly copy?: string }
  /** It is not there; `conflictId` keeps it, where one was opened. */
  | {
      readonly how: 'stop';
      readonly now: Now;
      readonly packet?: Packet;
      readonly conflictId?: string;
      readonly reason: string;
      readonly base: Sight | null;
    };

/** Commits a proposal, or with `rehearsal` only says what would come of it. */
export async function settle(ground: Ground, proposal: Proposal, dry: boolean = false): Promise<Settled> {
  const { path, content } = proposal;
  const hash = content === null ? '' : hashOf(content);
  const sight = judgedFrom(proposal, hash);
  const now = await nowAt(ground, path);
  if (now.hash === hash) return { how: 'plain', now, sight: { hash } };
  // Written back as it was known: no change of this author's.
  if (sight !== null && sight.hash === hash) return { how: 'merged', now, sight };
  const open = await stillOpen(ground, proposal, hash);
  if (open !== undefined) return { how: 'stop', now, conflictId: open, reason: 'sent again as it was', base: sight };
  const controller = dry ? ground.rehearsal : ground.controller;
  const from = await formatted(ground, path, sight, now);
  const { outcome, sent } = await commitFrom(ground, controller, { ...proposal, sight: from });
  return read(ground, outcome, proposal, { hash, sight, sent, dry });
}

/** A refused content that comes again as it was is judged from where it was judged first (rule A1). */
function judgedFrom({ refused, sight }: Proposal, hash: string): Sight | null {
  return refused !== undefined && refused.r === hash ? refused.b : sight;
}

async function stillOpen(ground: Ground, { refused }: Proposal, hash: string): Promise<string | undefined> {
  if (refused?.id === undefined || refused.r !== hash) return undefined;
  const conflict = await ground.controller.conflict(refused.id);
  return conflict?.state === 'open' ? refused.id : undefined;
}

/** What the author knew, with the blanks that a formatter has taken from the ends of lines since. */
async function formatted(ground: Ground, path: string, sight: Sight | null, now: Now): Promise<Sight | null> {
  if (sight === null || sight.as !== undefined || sight.hash === now.hash || now.content === undefined) return sight;
  const known = await bytesWith(ground, path, sight.hash);
  if (known === undefined || known === null) return sight;
  const bytes = withEndsOf(known, now.content);
  if (Buffer.compare(bytes, known) === 0) return sight;
  return { hash: ground.objects.keep(bytes), as: now.hash, root: sight.root ?? sight.hash };
}

interface Sent {
  readonly outcome: Outcome;
  /** What was committed: the proposal, or what it came to on the version that its author's knowledge is in. */
  readonly sent: Uint8Array | null;
}

async function commitFrom(ground: Ground, controller: Controller, proposal: Proposal): Promise<Sent> {
  const { path, agent, sight, content, note } = proposal;
  const options = note === undefined ? {} : { note };
  const rebased = await rebase(ground, proposal);
  const from = rebased?.from ?? sight?.root ?? sight?.hash ?? '';
  const token = (await tokenWith(controller, path, agent, from)) ?? (await tokenWith(controller, path, agent, ''));
  const sent = rebased === undefined ? content : rebased.content;
  const change = sent === null ? ({ delete: true } as const) : { content: sent };
  const outcome = await controller.commitOrResolve(token as NonNullable<typeof token>, change, options);
  return { outcome, sent };
}

/**
 * Who knows bytes that never were a version proposes on them: that change is brought onto the version that came of them.
 * Undefined where that is not clean, or not needed.
 */
async function rebase(
  ground: Ground,
  { path, sight, content }: Proposal,
): Promise<{ readonly from: string; readonly content: Uint8Array | null } | undefined> {
  if (sight?.as === undefined) return undefined;
  const [base, current] = [await bytesWith(ground, path, sight.hash), await bytesWith(ground, path, sight.as)];
  if (base === undefined || current === undefined) return undefined;
  const merged = await ground.merge(path, { base, current, proposed: content });
  return merged === undefined ? undefined : { from: sight.as, content: merged };
}

interface Reading {
  readonly hash: string;
  readonly sight: Sight | null;
  readonly sent: Uint8Array | null;
  readonly dry: boolean;
}

async function read(ground: Ground, outcome: Outcome, { path }: Proposal, given: Reading): Promise<Settled> {
  const { hash, sight, sent, dry } = given;
  const after = await nowAt(ground, path);
  const now = dry ? dryNow(outcome, sent, after) : after;
  const base = sight?.root ?? sight?.hash ?? '';
  const known: Sight = now.hash === hash ? { hash } : { hash, as: now.hash, root: base };
  switch (outcome.status) {
    case 'committed':
    case 'unchanged':
    case 'merged':
      return { how: now.hash === hash ? 'plain' : 'merged', now, sight: known };
    case 'split':
      return { how: now.hash === hash ? 'plain' : 'merged', now, sight: known, copy: outcome.copy.resource };
    case 'escalated': {
      const { packet, reason, conflictId } = outcome;
      return { how: 'stop', now, packet, reason, base: sight, ...(dry ? {} : { conflictId }) };
    }
    case 'conflict':
    case 'retry':
      return { how: 'stop', now, packet: outcome.packet, reason: outcome.packet.reason, base: sight };
    case 'rejected':
    case 'aborted': {
      const { packet, reason } = outcome;
      return { how: 'stop', now, reason, base: sight, ...(packet === undefined ? {} : { packet }) };
    }
    case 'unknown':
      return { how: 'stop', now, reason: 'the store did not say whether it was stored', base: sight };
  }
}

/** What would be there after a rehearsed commit. */
function dryNow(outcome: Outcome, sent: Uint8Array | null, now: Now): Now {
  if (outcome.status === 'merged') return { hash: outcome.hash, content: outcome.content };
  if (outcome.status !== 'committed') return now;
  return sent === null ? { hash: '' } : { hash: outcome.hash, content: sent };
}
