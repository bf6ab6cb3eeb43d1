// What a transaction came to: what is told and what the log keeps, of a set as a whole.
import { hashOf } from '../core/hash.ts';
import type { Outcome, Packet } from '../core/outcome.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Token } from '../core/token.ts';
import { type Head, writtenOf } from '../core/version.ts';
import type { EntryMeta, Keep } from '../stores/store.ts';
import { type Clash, freshToken, isSame, repairsOf } from './clash.ts';
import { type Context, tokenOn } from './context.ts';
import { conflicted } from './hand-back.ts';
import type { Intent } from './intent.ts';
import { receiptBytes } from './kept-receipt.ts';
import type { Part, View } from './transact-parts.ts';
import type { Transaction } from './transaction.ts';

/** The receipt of one merged write, as it is told and as it is kept. */
export interface Ledger {
  readonly part: Part;
  readonly receipt: Receipt;
  readonly keep: Keep;
}

/** One for each write that was merged; where the last writer won all of them, an empty one. */
export function ledgersOf(parts: readonly Part[]): Ledger[] {
  const merged = parts.filter((part) => part.merged !== undefined && part.write !== undefined);
  const told = merged.length > 0 ? merged : parts.filter(({ write }) => write !== undefined).slice(0, 1);
  return told.map((part) => {
    const receipt = part.merged?.receipt ?? { engine: 'none', entries: [] };
    const content = receiptBytes(receipt);
    return { part, receipt, keep: { hash: hashOf(content), content } };
  });
}

export function isRecorded({ merged }: Part): boolean {
  return merged?.resolvedBy !== undefined;
}

export function metaOf(
  transaction: Transaction,
  parts: readonly Part[],
  outcome: 'committed' | 'merged',
  ledgers: readonly Ledger[],
): EntryMeta {
  const labels = [...new Set(parts.flatMap((part) => part.label ?? []))];
  // The first of them: `strategy` says that there may be more.
  const over = parts.find((part) => part.overwrote !== undefined)?.overwrote;
  return {
    outcome,
    ...(over === undefined ? {} : { overwrote: { version: over.version, revision: over.revision, agent: over.agent } }),
    ...(transaction.note === undefined ? {} : { note: transaction.note }),
    ...(labels.length === 0 ? {} : { strategy: labels.join(', ') }),
    ...receiptsOf(ledgers),
  };
}

/** The outcome tells the first merged write; the log has the receipt of every one. */
function receiptsOf(ledgers: readonly Ledger[]): Pick<EntryMeta, 'receipt' | 'resolvedBy' | 'extra'> {
  const [first] = ledgers;
  if (first === undefined) return {};
  const receipts = Object.fromEntries(ledgers.map(({ part, keep }) => [part.intent.token.resource, keep.hash]));
  const bases = Object.fromEntries(ledgers.map(({ part }) => [part.intent.token.resource, part.merged?.base ?? 0]));
  const recorded = ledgers.filter(({ part }) => isRecorded(part));
  // What kept decisions left out of a proposal was sent all the same: its bytes stay with the entry.
  const sent = Object.fromEntries(
    recorded.map(({ part: { intent } }) => [intent.token.resource, intent.proposal.hash]),
  );
  const extra = { resource: first.part.intent.token.resource, receipts, bases };
  if (recorded.length === 0) return { receipt: first.keep.hash, extra };
  return { receipt: first.keep.hash, resolvedBy: 'recorded', extra: { ...extra, sent } };
}

export function landed(
  context: Context,
  transaction: Transaction,
  parts: readonly Part[],
  heads: readonly Head[],
  told: Ledger | undefined,
): Outcome {
  const { commitId, epoch } = transaction;
  const part = told?.part ?? (parts[0] as Part);
  const head = heads.find(({ resource }) => resource === part.intent.token.resource) as Head;
  const token = tokenOn(context, head.resource, part.intent.agent, head, {
    epoch,
    asOf: head.revision,
    at: context.clock(),
  });
  const results = heads.map(writtenOf);
  if (told === undefined) return { status: 'committed', commitId, ...writtenOf(head), results, token };
  const content = part.write?.kind === 'content' ? part.write.content : new Uint8Array();
  const by = parts.some((each) => each.write !== undefined && isRecorded(each))
    ? { resolvedBy: 'recorded' as const }
    : {};
  return { status: 'merged', commitId, ...writtenOf(head), results, content, receipt: told.receipt, token, ...by };
}

export function unchangedAll(context: Context, transaction: Transaction, view: View): Outcome {
  const [first] = transaction.intents as [Intent, ...Intent[]];
  const head = view.heads.get(first.token.resource);
  const facts = { epoch: transaction.epoch, asOf: view.revision, at: context.clock() };
  const repairs = isSame(head, first.proposal) ? undefined : repairsOf(first, head);
  const token = tokenOn(context, first.token.resource, first.agent, head, {
    ...facts,
    ...(repairs === undefined ? {} : { repairs }),
  });
  return {
    status: 'unchanged',
    commitId: transaction.commitId,
    results: [],
    token,
    ...(head === undefined ? {} : { head }),
  };
}

/** Nothing is written and no conflict is opened: a packet and a fresh token for every write. */
export async function conflictOfAll(
  context: Context,
  transaction: Transaction,
  view: View,
  stalePremises: readonly Token[],
): Promise<Outcome> {
  const packets: Packet[] = [];
  const tokens: Token[] = [];
  for (const intent of transaction.intents) {
    const clash: Clash = {
      status: 'clash',
      head: view.heads.get(intent.token.resource),
      revision: view.revision,
      stalePremises,
    };
    packets.push((await conflicted(context, intent, clash, 'a resource of the transaction moved')).packet);
    tokens.push(freshToken(context, intent, clash, intent.token.attempt));
  }
  const [packet] = packets as [Packet, ...Packet[]];
  const [token] = tokens as [Token, ...Token[]];
  return { status: 'conflict', commitId: transaction.commitId, saved: false, packet, token, packets, tokens };
}
