// The log's half of a store check: it is read page by page, and each entry checked.
import type { StoreFinding } from '../core/report.ts';
import { checkEntries } from './check-entries.ts';
import { type StoreCheck, TrimmedMeanwhile, unlessTrimmed } from './store-check.ts';

export const PAGE = 500;

/** Replays the log up to a revision; where it ends early, that is a fault in a store without gaps. */
export async function replayTo(check: StoreCheck, target: number): Promise<StoreFinding | undefined> {
  const { store, space, replay } = check;
  while (replay.revision < target) {
    const page = await store.log(space, replay.revision, PAGE);
    if (page.status === 'gone') throw new TrimmedMeanwhile();
    const wanted = page.entries.filter((entry) => entry.revision <= target);
    const finding = await checkEntries(check, wanted);
    if (finding !== undefined) return finding;
    if (wanted.length > 0) continue;
    if (!store.capabilities.gapless) return undefined;
    const revision = replay.revision + 1;
    const message = `The log ends at revision ${replay.revision}, the store is at ${target}.`;
    return unlessTrimmed(check, { rule: 'revision', message, revision });
  }
  return undefined;
}
