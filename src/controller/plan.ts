// Plans: what a verdict comes to for one case, and how it is carried out. A plan writes with one guarded commit, or
// answers without writing. Nothing is forced: what goes over another version is guarded by the version it goes over.
import { hashOf } from '../core/hash.ts';
import type { Merged, Outcome } from '../core/outcome.ts';
import type { Receipt } from '../core/receipt.ts';
import type { ConflictEntry, Resolution } from '../core/resolution.ts';
import type { ResourceId } from '../core/resource.ts';
import { parseResourceId } from '../core/resource.ts';
import { type Head, type Written, writtenOf } from '../core/version.ts';
import type { MergeResult, MergeSide } from '../merge/types.ts';
import type { CommitRequest, EntryMeta, Guard, Keep, Write } from '../stores/store.ts';
import type { Verdict } from '../strategies/facts.ts';
import { copyId } from '../strategies/keep-both.ts';
import { type Clash, committed, freshToken, isSame, unchanged } from './clash.ts';
import { conflictIdOf, openingRecord } from './conflicts.ts';
import { type Context, tokenOn } from './context.ts';
import { conflicted, expectedOf, regionsOf } from './hand-back.ts';
import { requestOf, staleReads, writeOf } from './intent.ts';
import type { Case } from './judge.ts';
import { makePacket } from './packet.ts';
import { receiptBytes, replay } from './replay.ts';
import { submit } from './submit.ts';

export type Plan =
  | { readonly type: 'merged'; readonly content: MergeSide; readonly receipt: Receipt }
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

const NO_RECEIPT: Receipt = { engine: 'custom', entries: [] };

/** `why`: what the merge before it could not do. */
export async function planOf(
  context: Context,
  found: Case,
  verdict: Exclude<Verdict, { type: 'merge' | 'custom' }>,
  why: string | undefined,
): Promise<Plan> {
  switch (verdict.type) {
    case 'useVersion':
      return verdict.side === 'proposed' ? { type: 'overwrite' } : { type: 'reject' };
    case 'merged': {
      const content = typeof verdict.content === 'string' ? Buffer.from(verdict.content) : verdict.content;
      return { type: 'merged', content: new Uint8Array(content), receipt: NO_RECEIPT };
    }
    case 'keepBoth':
      return planCopy(context, found, verdict.suffixes, why);
    case 'abortBoth':
      return planAbort(found);
    case 'escalate':
      return { type: 'open', reason: why === undefined ? verdict.reason : why };
    case 'retry':
      return { type: 'retry', maxAttempts: attemptsOf(found) };
    case 'handBack':
      return { type: 'handBack', reason: verdict.reason };
  }
}

function attemptsOf(found: Case): number {
  let strategy = found.strategy;
  while (strategy.name === 'merge') strategy = strategy.otherwise;
  return strategy.name === 'retry' ? strategy.maxAttempts : found.intent.token.attempt + 1;
}

function planAbort(found: Case): Plan {
  let strategy = found.strategy;
  while (strategy.name === 'merge') strategy = strategy.otherwise;
  const restore = strategy.name === 'abortBoth' && strategy.restore === 'base';
  if (restore && found.origin.state === 'gone') return { type: 'open', reason: 'base-gone' };
  return { type: 'abort', restore };
}

/** The first free name, or one that holds the same bytes already (rule C5). */
async function planCopy(
  context: Context,
  found: Case,
  suffixes: readonly [string, string],
  why: string | undefined,
): Promise<Plan> {
  const { resource } = found.intent.token;
  const names = ['', '-2', '-3', '-4', '-5', '-6', '-7', '-8', '-9'].map((tail) =>
    copyId(resource, `${suffixes[1]}${tail}`),
  );
  let ids: ResourceId[];
  try {
    ids = names.map(parseResourceId);
  } catch {
    return { type: 'open', reason: 'the name of a copy would be too long' };
  }
  const snapshot = await context.store.read(context.space, ids);
  for (const [index, id] of ids.entries()) {
    const head = snapshot.heads[index];
    const free = head === undefined || head.deleted;
    const reuse = !free && isSame(head, found.intent.proposal);
    if (free || reuse) return { type: 'copy', id, at: head, reuse, suffixes };
  }
  return { type: 'open', reason: why ?? `every name for a copy is taken (${ids[0]} to ${ids.at(-1)})` };
}

/** One attempt at the plan. A clash means that the head moved meanwhile: make a new plan. */
export async function carryOut(
  context: Context,
  found: Case,
  plan: Plan,
  merge: MergeResult | undefined,
): Promise<Outcome | Clash> {
  const { intent, clash } = found;
  switch (plan.type) {
    case 'reject':
    case 'retry':
    case 'handBack': {
      const outcome = await answer(context, found, plan, merge);
      note(context, found, plan);
      return outcome;
    }
    case 'merged':
      if (plan.content !== null && clash.head?.hash === hashOf(plan.content) && !clash.head.deleted) {
        return unchanged(context, intent, clash.head, clash.revision);
      }
      return send(context, found, plan, mergedRequest(context, found, plan), merge);
    case 'overwrite':
      return send(context, found, plan, overwriteRequest(context, found), merge);
    case 'copy':
      return send(context, found, plan, copyRequest(context, found, plan), merge);
    case 'abort':
      return send(context, found, plan, abortRequest(context, found, plan), merge);
    case 'open':
      return send(context, found, plan, openRequest(context, found, plan), merge);
  }
}

async function answer(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'reject' | 'retry' | 'handBack' }>,
  merge: MergeResult | undefined,
): Promise<Outcome> {
  const { intent, clash } = found;
  if (plan.type === 'handBack') return conflicted(context, intent, clash, plan.reason, merge);
  const reason =
    plan.type === 'reject'
      ? `first writer wins: ${holderOf(clash)} holds version ${clash.head?.version ?? 0}`
      : `attempt ${intent.token.attempt + 1} of ${plan.maxAttempts}`;
  const packet = await packetFor(context, found, merge, reason);
  if (plan.type === 'reject') return { status: 'rejected', commitId: intent.commitId, saved: false, reason, packet };
  const attempt = intent.token.attempt + 1;
  const token = freshToken(context, intent, clash, attempt);
  return {
    status: 'retry',
    commitId: intent.commitId,
    saved: false,
    attempt,
    maxAttempts: plan.maxAttempts,
    packet,
    token,
  };
}

function holderOf(clash: Clash): string {
  return clash.head?.agent ?? 'nobody';
}

async function packetFor(
  context: Context,
  found: Case,
  merge: MergeResult | undefined,
  reason: string,
): ReturnType<typeof makePacket> {
  const { intent, clash } = found;
  return makePacket(context, {
    resource: intent.token.resource,
    expected: expectedOf(intent),
    actual: clash.head,
    merge: merge ?? (await regionsOf(context, intent, clash)),
    reason,
  });
}

function headGuard(found: Case): Guard {
  const { head } = found.clash;
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

function mergedRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'merged' }>): CommitRequest {
  const { proposal, token } = found.intent;
  const bytes = receiptBytes(plan.receipt);
  const keep: Keep = { hash: hashOf(bytes), content: bytes };
  const mediaType = (proposal.kind === 'content' ? proposal.mediaType : undefined) ?? found.clash.head?.mediaType;
  const write: Write =
    plan.content === null
      ? { resource: token.resource, kind: 'delete' }
      : { resource: token.resource, kind: 'content', hash: hashOf(plan.content), content: plan.content, mediaType };
  return requestOf(context, found.intent, {
    guards: [headGuard(found)],
    writes: [write],
    keeps: [keep],
    meta: metaFor(found, 'merged', { receipt: keep.hash }),
  });
}

function overwriteRequest(context: Context, found: Case): CommitRequest {
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
function keptOf(found: Case): Written {
  const { head } = found.clash;
  return head === undefined
    ? { resource: found.intent.token.resource, version: 0, revision: 0, hash: '' }
    : writtenOf(head);
}

function copyRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'copy' }>): CommitRequest {
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

function abortRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'abort' }>): CommitRequest {
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

function abortReason(found: Case): string {
  return `neither goes on: ${found.intent.agent} and ${holderOf(found.clash)} both changed ${found.intent.token.resource}`;
}

function openRequest(context: Context, found: Case, plan: Extract<Plan, { type: 'open' }>): CommitRequest {
  const { intent, clash, origin } = found;
  const { proposal } = intent;
  const record = openingRecord(context, {
    intent,
    origin,
    current: clash.head,
    reason: plan.reason,
    strategy: found.label,
    at: context.clock(),
  });
  return requestOf(context, intent, {
    guards: [],
    records: [record],
    keeps: proposal.kind === 'content' ? [{ hash: proposal.hash, content: proposal.content }] : [],
    meta: metaFor(found, 'escalated', { conflictId: record.id, reason: plan.reason }),
  });
}

async function send(
  context: Context,
  found: Case,
  plan: Plan,
  request: CommitRequest,
  merge: MergeResult | undefined,
): Promise<Outcome | Clash> {
  const { intent, clash } = found;
  const { resource } = intent.token;
  const reply = await submit(context, request, intent.signal);
  switch (reply.status) {
    case 'unknown':
      return { status: 'unknown', commitId: intent.commitId, resource };
    case 'replayed':
      return replay(context, reply.entry, { resource, agent: intent.agent, epoch: intent.token.epoch });
    case 'stale': {
      const headOf = (id: string): Head | undefined => reply.heads.find((head) => head.resource === id);
      const watched = request.guards.some((guard) => guard.resource === resource);
      const stalePremises = staleReads(intent.reads, headOf);
      return {
        status: 'clash',
        head: watched ? headOf(resource) : clash.head,
        revision: reply.revision,
        stalePremises,
      };
    }
    case 'committed': {
      const outcome = await told(context, found, plan, reply.heads, request, merge);
      note(context, found, plan);
      return outcome;
    }
  }
}

/** What the caller hears of a plan that landed. */
async function told(
  context: Context,
  found: Case,
  plan: Plan,
  heads: readonly Head[],
  request: CommitRequest,
  merge: MergeResult | undefined,
): Promise<Outcome> {
  const { intent, clash } = found;
  const { commitId } = intent;
  switch (plan.type) {
    case 'overwrite':
      return committed(context, intent, heads[0] as Head, request.at);
    case 'merged':
      return mergedOutcome(context, found, plan, heads[0] as Head, request.at);
    case 'copy': {
      const copy = plan.reuse && plan.at !== undefined ? writtenOf(plan.at) : writtenOf(heads[0] as Head);
      return {
        status: 'split',
        commitId,
        resource: intent.token.resource,
        kept: keptOf(found),
        copy,
        label: plan.suffixes[0],
      };
    }
    case 'abort':
      return {
        status: 'aborted',
        commitId,
        saved: false,
        reason: abortReason(found),
        packet: await packetFor(context, found, merge, abortReason(found)),
      };
    case 'open': {
      const packet = await packetFor(context, { ...found, clash }, merge, plan.reason);
      return { status: 'escalated', commitId, conflictId: conflictIdOf(context, intent), reason: plan.reason, packet };
    }
    default:
      return answer(context, found, plan, merge);
  }
}

function mergedOutcome(
  context: Context,
  found: Case,
  plan: Extract<Plan, { type: 'merged' }>,
  head: Head,
  at: number,
): Merged {
  const { intent } = found;
  const token = tokenOn(context, head.resource, intent.agent, head, {
    epoch: intent.token.epoch,
    asOf: head.revision,
    at,
  });
  const content = plan.content ?? new Uint8Array();
  return { status: 'merged', commitId: intent.commitId, ...writtenOf(head), content, receipt: plan.receipt, token };
}

/** Counts the conflict and remembers how it was settled (rule E7). */
function note(context: Context, found: Case, plan: Plan): void {
  const { counters, history } = context;
  const { intent, clash } = found;
  counters.conflicts += 1;
  if (plan.type === 'retry') counters.retries += 1;
  else if (plan.type === 'open') counters.escalated += 1;
  else if (plan.type === 'reject') counters.rejected += 1;
  if (plan.type === 'handBack') return;
  const at = context.clock();
  const entry: ConflictEntry = {
    conflict: {
      resource: intent.token.resource,
      conflictingAgent: intent.agent,
      holderAgent: holderOf(clash),
      expectedVersion: intent.token.version,
      actualVersion: clash.head?.version ?? 0,
      at,
    },
    resolution: resolutionOf(found, plan),
    resolvedAt: at,
  };
  history.add(entry);
}

function resolutionOf(found: Case, plan: Exclude<Plan, { type: 'handBack' }>): Resolution {
  switch (plan.type) {
    case 'merged': {
      const content = plan.content ?? new Uint8Array();
      return { type: 'merged', content, hash: hashOf(content) };
    }
    case 'overwrite':
      return { type: 'useVersion', side: 'proposed', agent: found.intent.agent };
    case 'reject':
      return { type: 'useVersion', side: 'current', agent: holderOf(found.clash) };
    case 'copy':
      return { type: 'keepBoth', suffixes: plan.suffixes };
    case 'abort':
      return { type: 'abortBoth' };
    case 'retry':
      return { type: 'retry' };
    case 'open':
      return { type: 'escalate', reason: plan.reason };
  }
}
