// Plans as data, and the one guarded commit that each of them comes to.
import { hashOf } from '../core/hash.ts';
import type { Receipt } from '../core/receipt.ts';
import type { ResourceId } from '../core/resource.ts';
import { type Head, type Written, writtenOf } from '../core/version.ts';
import type { MergeResult, MergeSide } from '../merge/types.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, Write } from '../stores/store.ts';
import type { Clash } from './clash.ts';
import { openingRecord } from './conflicts.ts';
import type { Context } from './context.ts';
import type { Case } from './judge.ts';
import { receiptBytes } from './kept-receipt.ts';
import type { Proposal } from './proposal.ts';
import { requestOf, writeOf } from './requests.ts';

export type Plan =
  | {
      readonly type: 'merged';
      readonly content: MergeSide;
      readonly receipt: Receipt;
      readonly resolvedBy?: 'recorded';
    }
  | { readonly type: 'overwrite' }
  | {
      readonly type: 'copy';
      readonly id: ResourceId;
      readonly at: Head | undefined;
      readonly reuse: boolean;
      readonly suffixes: readonly [string, string];
    }
  | { readonly type: 'abort'; readonly restore: boolean }
  | { readonly type: 'open'; readonly reason: string }
  | { readonly type: 'reject' }
  | { readonly type: 'retry'; readonly maxAttempts: number }
  | { readonly type: 'handBack'; readonly reason: string };

export function holderOf(clash: Clash): string {
  return clash.head?.agent ?? 'nobody';
}

function headGuard(found: Case): Guard {
  const { head, ahead } = found.clash;
  if (ahead !== undefined) {
    const { resource, version, hash } = ahead.head;
    return { resource, revision: 0, hash, version };
  }
  return { resource: found.intent.token.resource, revision: head?.revision ?? 0, hash: head?.hash ?? '' };
}

function metaFor(found: Case, outcome: EntryMeta['outcome'], more: Partial<EntryMeta> = {}): EntryMeta {
  const { note: text } = found.intent;
  const { extra, ...rest } = more;
  return {
    outcome,
    strategy: found.label,
    ...(text === undefined ? {} : { note: text }),
    ...rest,
    extra: { ...extra, resource: found.intent.token.resource },
  };
}

/** `hash`: of the plan's content, which may be large, so that it is worked out once. */
export function mergedRequest(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'merged' }>,
  hash: string,
): CommitRequest {
  const { proposal, token } = found.intent;
  const bytes = receiptBytes(plan.receipt);
  const keep: Keep = { hash: hashOf(bytes), content: bytes };
  const { resolvedBy } = plan;
  const given = resolvedBy === undefined ? [] : sentKeeps(proposal);
  const mediaType = (proposal.kind === 'content' ? proposal.mediaType : undefined) ?? found.clash.head?.mediaType;
  const write: Write =
    plan.content === null
      ? { resource: token.resource, kind: 'delete' }
      : { resource: token.resource, kind: 'content', hash, content: plan.content, mediaType };
  return requestOf(context, found.intent, {
    guards: [headGuard(found)],
    writes: [write],
    keeps: [keep, ...given],
    // The receipt counts lines of the base: whoever explains it has to know which version that was.
    meta: metaFor(found, 'merged', {
      receipt: keep.hash,
      ...(resolvedBy === undefined ? {} : { resolvedBy }),
      extra: { base: found.origin.head?.version ?? 0, ...sentExtra(token.resource, given) },
    }),
  });
}

/** What kept decisions leave out of a proposal was sent all the same: its bytes stay with the entry. */
export function sentKeeps(proposal: Proposal): readonly Keep[] {
  return proposal.kind === 'content' ? [{ hash: proposal.hash, content: proposal.content }] : [];
}

function sentExtra(resource: string, [given]: readonly Keep[]): { readonly sent?: { readonly [id: string]: string } } {
  return given === undefined ? {} : { sent: { [resource]: given.hash } };
}

export function overwriteRequest(context: Context, found: Case): CommitRequest {
  const { head } = found.clash;
  const overwrote =
    head === undefined ? {} : { overwrote: { version: head.version, revision: head.revision, agent: head.agent } };
  return requestOf(context, found.intent, {
    guards: [headGuard(found)],
    writes: [writeOf(found.intent.token.resource, found.intent.proposal)],
    meta: metaFor(found, 'committed', overwrote),
  });
}

/** What stayed: the head as it was seen; it is not touched, so it needs no guard. */
export function keptOf(found: Case): Written {
  const { head } = found.clash;
  return head === undefined
    ? { resource: found.intent.token.resource, version: 0, revision: 0, hash: '' }
    : writtenOf(head);
}

export function copyRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'copy' }>): CommitRequest {
  const { proposal } = found.intent;
  const guard: Guard = { resource: plan.id, revision: plan.at?.revision ?? 0, hash: plan.at?.hash ?? '' };
  const kept = keptOf(found);
  // A copy that is written now is told from the head in the entry; one that was there already is told from here.
  const copy = plan.reuse && plan.at !== undefined ? writtenOf(plan.at) : null;
  return requestOf(context, found.intent, {
    guards: [guard],
    writes: plan.reuse ? [] : [writeOf(plan.id, proposal)],
    meta: metaFor(found, 'split', { extra: { kept, copy, label: plan.suffixes[0] } }),
  });
}

export function abortRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'abort' }>): CommitRequest {
  const { origin, clash, intent } = found;
  const parts = { agents: [holderOf(clash)], reason: abortReason(found) };
  if (!plan.restore) return requestOf(context, intent, { guards: [], meta: metaFor(found, 'aborted', parts) });
  const { resource } = intent.token;
  const write: Write =
    origin.head === undefined
      ? { resource, kind: 'delete' }
      : origin.content === undefined
        ? { resource, kind: 'hash', hash: origin.head.hash }
        : {
            resource,
            kind: 'content',
            hash: origin.head.hash,
            content: origin.content,
            mediaType: origin.head.mediaType,
          };
  return requestOf(context, intent, {
    guards: [headGuard(found)],
    writes: [write],
    meta: metaFor(found, 'aborted', parts),
  });
}

export function abortReason(found: Case): string {
  return `neither goes on: ${found.intent.agent} and ${holderOf(found.clash)} both changed ${found.intent.token.resource}`;
}

export function openRequest(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'open' }>,
  merge: MergeResult | undefined,
): CommitRequest {
  const { intent, clash, origin } = found;
  const { proposal } = intent;
  const record = openingRecord(context, {
    intent,
    origin,
    current: clash.head,
    reason: plan.reason,
    merge,
    strategy: found.label,
    at: context.clock(),
  });
  const keeps: Keep[] = proposal.kind === 'content' ? [{ hash: proposal.hash, content: proposal.content }] : [];
  // A base that nobody reads any more may be trimmed before the record holds it: it comes along.
  if (origin.head !== undefined && origin.content !== undefined) {
    keeps.push({ hash: origin.head.hash, content: origin.content });
  }
  return requestOf(context, intent, {
    // The current side is the head at this very commit, so its bytes are there for the record to hold (rule E4).
    guards: [headGuard(found)],
    records: [record],
    keeps,
    meta: metaFor(found, 'escalated', { conflictId: record.id, reason: plan.reason }),
  });
}
