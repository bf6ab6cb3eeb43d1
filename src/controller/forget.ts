// The kept decisions of a space: listed, newest first, and forgotten by a commit like any other.
import { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { RecordedDecision } from '../core/recorded.ts';
import { type AgentId, parseAgentId } from '../core/resource.ts';
import type { LogEntry, StoredRecord } from '../stores/store.ts';
import { parseCommitId, parseNote } from './checks.ts';
import type { Context } from './context.ts';
import { fingerprintOf } from './intent.ts';
import { RECORDED, readRecorded, recordedOf } from './recorded.ts';
import { requestOf } from './requests.ts';
import { Mismatch, mismatchError, submit } from './submit.ts';
import type { ForgetOptions, Forgotten } from './types.ts';

/** Records looked at at once: each may hold a text of 64 KiB. */
const PAGE = 200;
/** How many are forgotten in one commit. */
const MAX_IDS = 500;

type Place = Pick<StoredRecord, 'revision' | 'id'>;

/**
 * Looks at all that are kept for each page: a store lists records by their age, not by their last change. So what is not
 * to be seen is left out here, and costs no further pages.
 */
export async function listRecorded(
  { store, space }: Pick<Context, 'store' | 'space'>,
  { limit = 100, after }: PageRequest,
  sees: (resource: string) => boolean = () => true,
): Promise<Page<RecordedDecision>> {
  const start = after === undefined ? undefined : parsePlace(after);
  let newest: readonly StoredRecord[] = [];
  let from: string | undefined;
  do {
    const found = await store.records(
      space,
      RECORDED,
      {},
      { limit: PAGE, ...(from === undefined ? {} : { after: from }) },
    );
    const left = found.items.filter(
      (record) => (start === undefined || newestFirst(start, record) < 0) && sees(recordedOf(record).resource),
    );
    newest = [...newest, ...left].sort(newestFirst).slice(0, limit + 1);
    from = found.next;
  } while (from !== undefined);
  const items = newest.slice(0, limit).map(recordedOf);
  const last = items.at(-1);
  return newest.length > limit && last !== undefined ? { items, next: `${last.revision}:${last.id}` } : { items };
}

function newestFirst(left: Place, right: Place): number {
  if (left.revision !== right.revision) return right.revision - left.revision;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

function parsePlace(after: string): Place {
  const [, revision, id] = /^(\d{1,16}):(.+)$/.exec(after) ?? [];
  if (revision !== undefined && id !== undefined) return { revision: Number(revision), id };
  throw new EntenteError('misuse', `${JSON.stringify(after.slice(0, 80))} is no place in the recorded decisions.`, {
    next: 'Use the `next` of the page before, or none to begin with the newest.',
  });
}

/** Takes kept decisions out: all of those that are named, or none. `not-found` where one is not there. */
export async function forget(
  context: Context,
  given: string | readonly string[],
  options: ForgetOptions,
): Promise<Forgotten> {
  const agent = parseAgentId(options?.agent);
  const ids = parseIds(given);
  const reason = parseNote(options.reason);
  const ownId = options.commitId === undefined;
  const commitId = ownId ? context.newId() : parseCommitId(options.commitId);
  const fingerprint = fingerprintOf('forget', agent, ids.join(','), '');
  try {
    for (let losses = 0; losses < context.limits.swaps; losses += 1) {
      const landed = ownId ? undefined : await context.store.commitStatus(context.space, agent, commitId);
      if (landed?.status === 'committed') {
        if (landed.entry.fingerprint !== fingerprint) throw new Mismatch();
        return toldAgain(landed.entry, ids);
      }
      const done = await forgetOnce(context, ids, {
        agent,
        commitId,
        fingerprint,
        reason,
        principal: options.principal,
      });
      if (done !== undefined) return done;
    }
  } catch (error) {
    throw mismatchError(error, false);
  }
  throw new EntenteError('store-unavailable', 'The recorded decisions could not be forgotten: they keep changing.', {
    next: 'Try again.',
  });
}

function parseIds(given: string | readonly string[]): readonly string[] {
  const ids = typeof given === 'string' ? [given] : given;
  const isList = Array.isArray(ids) && ids.length > 0 && ids.length <= MAX_IDS;
  if (isList && ids.every((id) => typeof id === 'string' && id !== '' && id.length <= 128)) return [...new Set(ids)];
  throw new EntenteError('misuse', `What is forgotten is named by 1 to ${MAX_IDS} ids of recorded decisions.`, {
    next: 'Take them from recorded() or `entente recorded list`.',
  });
}

interface Sent {
  readonly agent: AgentId;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly reason: string | undefined;
  readonly principal: string | undefined;
}

/** Undefined: one of them changed meanwhile; look again. */
async function forgetOnce(context: Context, ids: readonly string[], sent: Sent): Promise<Forgotten | undefined> {
  const { agent, commitId, fingerprint, reason, principal } = sent;
  const { epoch, revision: asOf } = await context.store.read(context.space, []);
  const kept = await Promise.all(ids.map((id) => readRecorded(context, id)));
  const missing = ids.find((_, i) => kept[i] === undefined);
  if (missing !== undefined) {
    throw new EntenteError('not-found', `There is no recorded decision ${JSON.stringify(missing.slice(0, 80))} here.`, {
      next: 'List them with recorded() or `entente recorded list`.',
    });
  }
  const resources = new Set(kept.map((decision) => decision?.resource));
  const [resource] = resources;
  const behind = principal === undefined ? {} : { principal };
  const sender = { agent, commitId, fingerprint, reads: [], token: { epoch, asOf }, ...behind };
  const request = requestOf(context, sender, {
    guards: [],
    records: ids.map((id, i) => ({ kind: RECORDED, id, value: null, expected: kept[i]?.revision ?? 0 })),
    meta: {
      outcome: 'recorded',
      reason: 'forgotten',
      ...(reason === undefined ? {} : { note: reason }),
      extra: { forgotten: ids, ...(resources.size === 1 ? { resource } : {}) },
    },
  });
  const reply = await submit(context, request);
  switch (reply.status) {
    case 'unknown':
      return { status: 'unknown', commitId };
    case 'replayed':
      return toldAgain(reply.entry, ids);
    case 'stale':
      return undefined;
    case 'committed':
      return { status: 'forgotten', commitId, ids, revision: reply.revision };
  }
}

function toldAgain({ commitId, revision }: LogEntry, ids: readonly string[]): Forgotten {
  return { status: 'forgotten', commitId, ids, revision, replayed: true };
}
