// The log's half of a store check: each entry follows from those before it, is found by its commitId, and its contents
// are there with the right bytes.
import { hashOf } from '../core/hash.ts';
import type { StoreFinding } from '../core/report.ts';
import type { Space } from '../core/resource.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { LogEntry, Store } from '../stores/store.ts';
import { createReplay, type Replay, shown } from './replay.ts';

export const PAGE = 500;
/** Entries whose contents are held at one time. */
const AT_ONCE = 16;

/** The log was trimmed under the reader: what it was about to look at is rightly gone. */
export class TrimmedMeanwhile extends Error {}

export interface StoreCheck {
  readonly store: Store;
  readonly space: Space;
  readonly trimmed: number;
  readonly replay: Replay;
  readonly tally: { contents: number; conflicts: number };
}

export function createStoreCheck(store: Store, space: Space, trimmed: number): StoreCheck {
  const replay = createReplay({
    trimmed,
    gapless: store.capabilities.gapless,
    prior: async (resource, version) =>
      (await store.history(space, resource, { after: String(version), limit: 1 })).items[0]?.head,
  });
  return { store, space, trimmed, replay, tally: { contents: 0, conflicts: 0 } };
}

/** A fault, unless the trim point has moved since the check began: then what is missing may be rightly gone. */
export async function unlessTrimmed(check: StoreCheck, finding: StoreFinding): Promise<StoreFinding> {
  if ((await check.store.read(check.space, [])).trimmed > check.trimmed) throw new TrimmedMeanwhile();
  return finding;
}

/** What is wrong with a content, in words. */
export async function contentFault(
  check: StoreCheck,
  hash: string,
  size: number | undefined,
  where: string,
): Promise<string | undefined> {
  const bytes = await check.store.content(hash);
  check.tally.contents += 1;
  if (bytes === undefined) return `The content ${shown(hash)} of ${where} is missing.`;
  if (hashOf(bytes) !== hash) return `The content ${shown(hash)} of ${where} has other bytes than its hash says.`;
  if (size !== undefined && bytes.length !== size) return `${where} has ${bytes.length} bytes, not ${size}.`;
  return undefined;
}

export async function checkHeadContent(check: StoreCheck, head: Head): Promise<StoreFinding | undefined> {
  if (!hasContent(head)) return undefined;
  const { resource, version, revision, hash, size } = head;
  const message = await contentFault(check, hash, size, `${resource} version ${version}`);
  return message === undefined ? undefined : unlessTrimmed(check, { rule: 'content', message, revision, resource });
}

/** What the store has to say of an entry beside the log: that it is found by its commitId, and has its contents. */
async function lookUp(check: StoreCheck, entry: LogEntry): Promise<StoreFinding | undefined> {
  const found = await Promise.all([
    checkCommitRecord(check, entry),
    ...entry.heads.map((head) => checkHeadContent(check, head)),
    ...[...receiptsOf(entry.meta)].map((receipt) => checkReceiptContent(check, receipt, entry.revision)),
  ]);
  return found.find((finding) => finding !== undefined);
}

async function checkReceiptContent(
  check: StoreCheck,
  receipt: string,
  revision: number,
): Promise<StoreFinding | undefined> {
  const message = await contentFault(check, receipt, undefined, `the receipt of revision ${revision}`);
  return message === undefined ? undefined : unlessTrimmed(check, { rule: 'content', message, revision });
}

/** Entries that follow one another; of several that are wrong, the first. A store far away is asked for all of them at once. */
async function checkEntries(check: StoreCheck, entries: readonly LogEntry[]): Promise<StoreFinding | undefined> {
  const sound: LogEntry[] = [];
  let broken: StoreFinding | undefined;
  for (const entry of entries) {
    broken = await check.replay.apply(entry);
    if (broken !== undefined) break;
    sound.push(entry);
  }
  const found = await Promise.all(sound.map((entry) => lookUp(check, entry)));
  const unfound = found.find((finding) => finding !== undefined);
  if (unfound !== undefined || broken === undefined) return unfound;
  return unlessTrimmed(check, broken);
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

/** Replays the log up to a revision; where it ends early, that is a fault in a store without gaps. */
export async function replayTo(check: StoreCheck, target: number): Promise<StoreFinding | undefined> {
  const { store, space, replay } = check;
  while (replay.revision < target) {
    const page = await store.log(space, replay.revision, PAGE);
    if (page.status === 'gone') throw new TrimmedMeanwhile();
    const wanted = page.entries.filter((entry) => entry.revision <= target);
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const finding = await checkEntries(check, wanted.slice(from, from + AT_ONCE));
      if (finding !== undefined) return finding;
    }
    if (wanted.length > 0) continue;
    if (!store.capabilities.gapless) return undefined;
    const revision = replay.revision + 1;
    const message = `The log ends at revision ${replay.revision}, the store is at ${target}.`;
    return unlessTrimmed(check, { rule: 'revision', message, revision });
  }
  return undefined;
}
