// The other half of a store check: what the store says now (heads, list, open conflicts, counts) is what the log led
// to. Everything may move while we look, so each answer is compared at the revision that it was given at.
import type { StoreFinding } from '../core/report.ts';
import type { Conflict, StoredSide } from '../core/resolution.ts';
import type { ResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { StoredRecord } from '../stores/store.ts';
import { PAGE, replayTo } from './check-log.ts';
import { shown } from './replay.ts';
import { checkHeadContent, contentFault, type StoreCheck, unlessTrimmed } from './store-check.ts';

export async function checkHeads(check: StoreCheck): Promise<StoreFinding | undefined> {
  const since = check.replay.revision;
  let after: string | undefined;
  do {
    const page = await check.store.list(
      check.space,
      '',
      after === undefined ? { limit: PAGE } : { after, limit: PAGE },
    );
    const ids = page.items.map((head) => head.resource);
    const finding = await compareHeads(check, ids);
    if (finding !== undefined) return finding;
    after = page.next;
  } while (after !== undefined);
  return checkUnlisted(check, since);
}

/** Heads at one revision, after the log was replayed to exactly there. */
async function compareHeads(check: StoreCheck, ids: readonly ResourceId[]): Promise<StoreFinding | undefined> {
  const snapshot = await check.store.read(check.space, ids);
  const behind = await replayTo(check, snapshot.revision);
  if (behind !== undefined) return behind;
  for (const [index, resource] of ids.entries()) {
    const head = snapshot.heads[index];
    if (head === undefined) return { rule: 'list', message: `${resource} is listed, but cannot be read.`, resource };
    const old = !check.replay.known.has(resource);
    const finding = compareHead(check, head) ?? (old ? await checkHeadContent(check, head) : undefined);
    if (finding !== undefined) return finding;
    check.replay.learn(head);
  }
  return undefined;
}

function compareHead(check: StoreCheck, head: Head): StoreFinding | undefined {
  const { resource } = head;
  const state = check.replay.known.get(resource);
  const at = { rule: 'head', revision: head.revision, resource } as const;
  if (state === undefined) {
    if (head.revision <= check.trimmed) return undefined;
    return { ...at, message: `${resource} is at revision ${head.revision}, but the log has no commit of it.` };
  }
  const { version = head.version, born = head.born, deleted = head.deleted, revision, hash } = state;
  const told = [head.version, head.revision, head.born, head.hash, head.deleted];
  if ([version, revision, born, hash, deleted].every((value, index) => value === told[index])) return undefined;
  const message =
    `${resource} is version ${head.version} at revision ${head.revision} (${shown(head.hash)}), ` +
    `but the log says version ${version} at revision ${revision} (${shown(hash)}).`;
  return { ...at, message };
}

/** What the log made, the list shows; what was made after the listing began may be missing from it. */
async function checkUnlisted(check: StoreCheck, since: number): Promise<StoreFinding | undefined> {
  for (const { listed, revision, resource } of check.replay.known.values()) {
    if (listed || revision === 0) continue;
    const [head] = (await check.store.read(check.space, [resource])).heads;
    if (head !== undefined && head.born > since) continue;
    const [rule, where] =
      head === undefined ? (['head', 'cannot be read'] as const) : (['list', 'is not listed'] as const);
    return { rule, message: `${resource} is in the log at revision ${revision}, but ${where}.`, revision, resource };
  }
  return undefined;
}

/** Open conflicts hold the bytes of their sides, and the store counts them rightly. */
export async function checkConflicts(check: StoreCheck): Promise<StoreFinding | undefined> {
  const { store, space } = check;
  const before = await store.counts(space);
  let after: string | undefined;
  let open = 0;
  do {
    const request = after === undefined ? { limit: PAGE } : { after, limit: PAGE };
    const page = await store.records(space, 'conflict', { state: 'open' }, request);
    for (const record of page.items) {
      open += 1;
      const finding = await checkConflict(check, record);
      if (finding !== undefined) return finding;
    }
    after = page.next;
  } while (after !== undefined);
  const counts = await store.counts(space);
  if (counts.revision !== before.revision || counts.open === open) return undefined;
  return { rule: 'counts', message: `The store counts ${counts.open} open conflicts; there are ${open}.` };
}

async function checkConflict(check: StoreCheck, record: StoredRecord): Promise<StoreFinding | undefined> {
  check.tally.conflicts += 1;
  const conflict = record.value as Conflict;
  const sides: readonly (StoredSide | undefined)[] = [conflict.base, conflict.current, conflict.proposed];
  for (const [index, side] of sides.entries()) {
    // No size: a tombstone, a hash-only version, or a base that was gone before the conflict arose (rule C9).
    if (side?.size === undefined) continue;
    const where = `side ${['base', 'current', 'proposed'][index]} of conflict ${record.created}`;
    const message = await contentFault(check, side.hash, side.size, where);
    check.tally.contents += 1;
    if (message === undefined) continue;
    // Settled while we looked: its sides may go.
    const now = await check.store.record(check.space, 'conflict', record.id);
    if (now?.revision !== record.revision) return undefined;
    return { rule: 'conflict', message, revision: record.created, resource: conflict.resource };
  }
  return undefined;
}

export async function checkCounts(check: StoreCheck): Promise<StoreFinding | undefined> {
  const { store, space, replay } = check;
  const counts = await store.counts(space);
  const behind = await replayTo(check, counts.revision);
  if (behind !== undefined) return behind;
  let live = 0;
  for (const state of replay.known.values()) if (state.revision > 0 && state.deleted === false) live += 1;
  if (live !== counts.resources) {
    const message = `The store counts ${counts.resources} resources; there are ${live}.`;
    return unlessTrimmed(check, { rule: 'counts', message });
  }
  if (store.capabilities.gapless && counts.commits !== counts.revision) {
    return { rule: 'counts', message: `The store counts ${counts.commits} commits at revision ${counts.revision}.` };
  }
  return undefined;
}
