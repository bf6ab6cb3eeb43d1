// Several resources in one atomic commit, with pinned premises: all or nothing (rule D1).
import type { Outcome } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import type { CommitReply } from '../stores/store.ts';
import { jitter } from './backoff.ts';
import { originOfIntent } from './base.ts';
import { checkEpoch } from './clash.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import { afterBaseGone } from './lost-base.ts';
import { sentKeeps } from './plan-requests.ts';
import { type Asker, replay } from './replay.ts';
import { guardOf, requestOf, staleReads, writeOf } from './requests.ts';
import { epochChanged, expired, Mismatch, mismatchError, submit } from './submit.ts';
import { conflictOfAll, isRecorded, landed, ledgersOf, metaOf, unchangedAll } from './transact-outcome.ts';
import { type Part, partsAt, type View } from './transact-parts.ts';
import { prepare, type Transaction } from './transaction.ts';
import type { TransactOptions } from './types.ts';

export async function transact(context: Context, options: TransactOptions): Promise<Outcome> {
  const transaction = await prepare(context, options);
  try {
    return await run(context, transaction);
  } catch (error) {
    throw mismatchError(error, transaction.ownId);
  }
}

async function run(context: Context, transaction: Transaction): Promise<Outcome> {
  const { intents, lost } = transaction;
  if (lost !== undefined) return afterBaseGone(context, { ...transaction, ...askerOf(transaction) }, lost.fault);
  const before = await landedBefore(context, transaction);
  if (before !== undefined) return before;
  // What was read and written back is no change: it is neither written nor guarded, unless it is also a premise.
  const changes = await Promise.all(intents.map((intent) => isChange(context, intent)));
  const changing = intents.filter((_, index) => changes[index]);
  const relapsed = changing.some((intent) => intent.relapsed);
  if (changing.length === 0 || relapsed) {
    const view = await look(context, transaction);
    checkAge(transaction, changing, view);
    return judgeAll(context, transaction, changing, view);
  }
  const parts = changing.map(
    (intent): Part => ({
      intent,
      guard: guardOf(intent.token),
      write: writeOf(intent.token.resource, intent.proposal),
    }),
  );
  const sent = await send(context, transaction, parts, 'committed');
  if (!isStale(sent)) return sent;
  if (tokensOf(transaction).some(({ revision }) => revision > sent.revision)) throw epochChanged();
  return judgeAll(context, transaction, changing, viewOf(sent));
}

/** A hash-only version holds no bytes, so that content of the same hash is a change. */
async function isChange(context: Context, intent: Intent): Promise<boolean> {
  const { token, proposal, relapsed } = intent;
  if (proposal.hash !== (relapsed ? token.repairs?.hash : token.hash)) return true;
  return proposal.kind === 'content' && (await originOfIntent(context, intent)).state === 'hash-only';
}

/** Stale guards from before the trim point: the set may have landed, and nobody can tell (rule A5). */
function checkAge(transaction: Transaction, changing: readonly Intent[], view: View & Trimmed): void {
  if (transaction.asOf >= view.trimmed) return;
  const stale = staleReads(
    changing.map(({ token }) => token),
    (resource) => view.heads.get(resource),
  );
  if (stale.length > 0) throw expired();
}

/** Asked only where the guards may not tell: an unchanged set, and refused contents that come again. */
async function landedBefore(context: Context, transaction: Transaction): Promise<Outcome | undefined> {
  const [first] = transaction.intents as [Intent, ...Intent[]];
  const plain = transaction.intents.every((intent) => !intent.relapsed && intent.proposal.hash !== intent.token.hash);
  if (plain) return undefined;
  const landed = await context.store.commitStatus(context.space, first.agent, transaction.commitId);
  if (landed.status !== 'committed') return undefined;
  if (landed.entry.fingerprint !== transaction.fingerprint) throw new Mismatch();
  return replay(context, landed.entry, askerOf(transaction));
}

function tokensOf({ intents, reads }: Transaction): Token[] {
  return [...intents.map(({ token }) => token), ...reads];
}

function askerOf(transaction: Transaction): Asker {
  const [first] = transaction.intents as [Intent, ...Intent[]];
  return { resource: first.token.resource, agent: first.agent, epoch: transaction.epoch, many: true };
}

type Stale = Extract<CommitReply, { status: 'stale' }>;

function isStale(value: Outcome | Stale): value is Stale {
  return value.status === 'stale';
}

function viewOf(reply: Stale): View {
  return { heads: new Map(reply.heads.map((head) => [head.resource, head])), revision: reply.revision };
}

interface Trimmed {
  readonly trimmed: number;
}

async function look(context: Context, transaction: Transaction): Promise<View & Trimmed> {
  const ids = [
    ...transaction.intents.map((intent) => intent.token.resource),
    ...transaction.reads.map((read) => read.resource),
  ];
  const snapshot = await context.store.read(context.space, ids);
  for (const held of tokensOf(transaction)) checkEpoch(snapshot, held);
  const present = snapshot.heads.filter((head) => head !== undefined);
  const heads = new Map(present.map((head) => [head.resource, head]));
  return { heads, revision: snapshot.revision, trimmed: snapshot.trimmed };
}

async function judgeAll(
  context: Context,
  transaction: Transaction,
  changing: readonly Intent[],
  first: View,
): Promise<Outcome> {
  // What is written and relied on at once is pinned: it is not merged onto another version than the one written from.
  const pinned = new Set<string>(transaction.reads.map(({ resource }) => resource));
  let view = first;
  for (let losses = 0; losses < context.limits.swaps; losses += 1) {
    const stalePremises = staleReads(transaction.reads, (resource) => view.heads.get(resource));
    if (stalePremises.length > 0) return conflictOfAll(context, transaction, view, stalePremises);
    const parts = await partsAt(context, changing, view, pinned);
    if (parts === undefined) return conflictOfAll(context, transaction, view, []);
    if (parts.length === 0) return unchangedAll(context, transaction, view);
    const sent = await send(context, transaction, parts, 'merged');
    if (!isStale(sent)) return sent;
    view = viewOf(sent);
    if (losses === 0) continue;
    await context.sleep(jitter(context, losses - 1));
    // After a wait the heads have moved on: merging against old ones would be work for nothing.
    const looked = await look(context, transaction);
    if (looked.revision >= view.revision) view = looked;
  }
  return conflictOfAll(context, transaction, view, []);
}

async function send(
  context: Context,
  transaction: Transaction,
  parts: readonly Part[],
  outcome: 'committed' | 'merged',
): Promise<Outcome | Stale> {
  const [first] = parts as [Part, ...Part[]];
  const { commitId, epoch } = transaction;
  const { agent } = first.intent;
  const ledgers = outcome === 'merged' ? ledgersOf(parts) : [];
  const sender = {
    agent,
    commitId,
    fingerprint: transaction.fingerprint,
    reads: transaction.reads,
    token: { epoch, asOf: transaction.asOf },
    ...(transaction.principal === undefined ? {} : { principal: transaction.principal }),
  };
  const request = requestOf(context, sender, {
    guards: parts.map((part) => part.guard),
    writes: parts.flatMap((part) => part.write ?? []),
    keeps: ledgers.flatMap(({ part, keep }) => [keep, ...(isRecorded(part) ? sentKeeps(part.intent.proposal) : [])]),
    meta: metaOf(transaction, parts, outcome, ledgers),
    tokenBound: outcome === 'committed' && transaction.ownId,
  });
  const reply = await submit(context, request);
  if (reply.status === 'stale') return reply;
  const { resource } = first.intent.token;
  if (reply.status === 'unknown') return { status: 'unknown', commitId, resource };
  if (reply.status === 'replayed') return replay(context, reply.entry, { resource, agent, epoch, many: true });
  return landed(context, transaction, parts, reply.heads, ledgers[0]);
}
