// Entries of the log against the store: each follows from those before it, is found by its commitId, and its contents are
// there with the right bytes. What is asked of the store is asked in batches, and taken in the order of the log.
import type { StoreFinding } from '../core/report.ts';
import { hasContent } from '../core/version.ts';
import type { LogEntry } from '../stores/store.ts';
import { contentFault, headFault, type StoreCheck, unlessTrimmed } from './store-check.ts';

/** Questions, and bytes of contents, that a store is asked for at one time: each question has a deadline of its own. */
const AT_ONCE = 16;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

async function receiptFault(check: StoreCheck, receipt: string, revision: number): Promise<StoreFinding | undefined> {
  const message = await contentFault(check, receipt, undefined, `the receipt of revision ${revision}`);
  return message === undefined ? undefined : unlessTrimmed(check, { rule: 'content', message, revision });
}

/** A set of several merged writes has a receipt of each. */
function receiptsOf({ receipt, extra }: LogEntry['meta']): Set<string> {
  const more = Object.values((extra?.['receipts'] ?? {}) as { readonly [resource: string]: string });
  return new Set(receipt === undefined ? more : [receipt, ...more]);
}

/** A commitId leads back to its one entry: were it applied twice, one of the two would not be found. */
async function checkCommitRecord(check: StoreCheck, entry: LogEntry): Promise<StoreFinding | undefined> {
  const { revision, agent, commitId } = entry;
  const landed = await check.store.commitStatus(check.space, agent, commitId);
  if (landed.status === 'committed' && landed.entry.revision === revision) return undefined;
  const where = landed.status === 'absent' ? 'is not found by its id' : `is also revision ${landed.entry.revision}`;
  const message = `Commit ${commitId} of ${agent} at revision ${revision} ${where}.`;
  return unlessTrimmed(check, { rule: 'commit', message, revision });
}

type Found = Promise<StoreFinding | undefined>;

/** One check of an entry. */
interface Step {
  /** Of the content that it reads. */
  readonly bytes: number;
  readonly readsContent: boolean;
  /** What the store is asked, before the turn of the step comes. */
  readonly ask?: () => Found;
  /** What is done in its turn. */
  readonly apply?: () => Found;
}

/** Each entry follows from those before it, is found by its commitId, and its contents are there. */
function* stepsOf(check: StoreCheck, entry: LogEntry): Generator<Step> {
  const apply = async (): Found => {
    const finding = await check.replay.apply(entry);
    return finding === undefined ? undefined : unlessTrimmed(check, finding);
  };
  yield { bytes: 0, readsContent: false, apply };
  yield { bytes: 0, readsContent: false, ask: () => checkCommitRecord(check, entry) };
  for (const head of entry.heads) {
    if (hasContent(head)) yield { bytes: head.size ?? 0, readsContent: true, ask: () => headFault(check, head) };
  }
  for (const receipt of receiptsOf(entry.meta)) {
    yield { bytes: 0, readsContent: true, ask: () => receiptFault(check, receipt, entry.revision) };
  }
}

/** Asks for all of a batch, then takes the answers in turn: what is found, or thrown, is what comes first in the log. */
async function checkBatch(check: StoreCheck, batch: readonly Step[]): Found {
  const answers = await Promise.allSettled(batch.map(({ ask }) => ask?.()));
  for (const [index, { apply, readsContent }] of batch.entries()) {
    const answer = answers[index];
    if (answer?.status === 'rejected') throw answer.reason;
    if (readsContent) check.tally.contents += 1;
    const finding = answer?.value ?? (await apply?.());
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** The first thing that is wrong with entries that follow one another. A store far away is asked several questions at once. */
export async function checkEntries(check: StoreCheck, entries: readonly LogEntry[]): Found {
  let batch: Step[] = [];
  let bytes = 0;
  for (const entry of entries) {
    for (const step of stepsOf(check, entry)) {
      if (batch.length >= AT_ONCE || (bytes > 0 && bytes + step.bytes > BYTES_AT_ONCE)) {
        const finding = await checkBatch(check, batch);
        if (finding !== undefined) return finding;
        [batch, bytes] = [[], 0];
      }
      batch.push(step);
      bytes += step.bytes;
    }
  }
  return checkBatch(check, batch);
}
