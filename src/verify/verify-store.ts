// Replays a space's log from its trim point and holds everything that the store says now against it. It only reads,
// page by page, and may run while others write.
import { EntenteError } from '../core/errors.ts';
import type { StoreFinding, StoreReport } from '../core/report.ts';
import {
  DEFAULT_SPACE,
  MIGRATION_SPACE,
  parseSpace,
  SERVICE_SPACE,
  type Space,
  TRIAL_SPACE,
} from '../core/resource.ts';
import type { Store } from '../stores/store.ts';
import { replayTo } from './check-log.ts';
import { checkConflicts, checkCounts, checkHeads } from './check-state.ts';
import { createStoreCheck, type StoreCheck, TrimmedMeanwhile } from './store-check.ts';

const RESTARTS = 5;
/** Those of entente itself have logs like any other, though no caller can name them. */
const OWN_SPACES: readonly Space[] = [SERVICE_SPACE, TRIAL_SPACE, MIGRATION_SPACE];

/**
 * Checks one space of a store and names the first thing that is wrong, if anything is. Reads the whole log and every
 * content in it, so its time grows with both; its memory grows with the number of resources only. Throws what the
 * store throws, and `gone` when the log is trimmed faster than it can be read.
 */
export async function verifyStore(store: Store, space: string = DEFAULT_SPACE): Promise<StoreReport> {
  const name = OWN_SPACES.find((own) => own === space) ?? parseSpace(space);
  for (let attempt = 0; attempt < RESTARTS; attempt += 1) {
    try {
      const { trimmed } = await store.read(name, []);
      return await report(createStoreCheck(store, name, trimmed));
    } catch (error) {
      if (!(error instanceof TrimmedMeanwhile)) throw error;
    }
  }
  throw new EntenteError('gone', 'The log was trimmed again and again while it was being checked.', {
    next: 'Pause trimming, then check again.',
  });
}

async function report(check: StoreCheck): Promise<StoreReport> {
  const first = await firstWrong(check);
  const { replay, space, trimmed, tally } = check;
  const resources = [...replay.known.values()].filter((state) => state.revision > 0).length;
  const seen = { space, revision: replay.revision, trimmed, entries: replay.entries, resources, ...tally };
  return first === undefined ? { ok: true, ...seen } : { ok: false, ...seen, first };
}

async function firstWrong(check: StoreCheck): Promise<StoreFinding | undefined> {
  const { revision } = await check.store.read(check.space, []);
  const replayed = await replayTo(check, revision);
  return replayed ?? (await checkHeads(check)) ?? (await checkConflicts(check)) ?? (await checkCounts(check));
}
