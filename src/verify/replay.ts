// Replays a log entry by entry and holds each against what must follow from the entries before it: guards, versions,
// lives. Memory grows with the number of resources, never with the number of commits.
import type { StoreFinding, StoreRule } from '../core/report.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { Guard, LogEntry } from '../stores/store.ts';

/** What the replay knows of one resource. */
export interface Known {
  readonly resource: ResourceId;
  /** Undefined: taken from a guard after the trim point, where only revision and hash are told. */
  readonly version: number | undefined;
  readonly revision: number;
  readonly born: number | undefined;
  readonly hash: string;
  readonly deleted: boolean | undefined;
  readonly agent?: AgentId;
  /** The store's list has shown it. */
  readonly listed: boolean;
}

export interface Replay {
  /** The revision that is replayed. */
  readonly revision: number;
  readonly entries: number;
  readonly known: ReadonlyMap<ResourceId, Known>;
  /** Undefined when the entry follows from what came before. */
  apply(entry: LogEntry): Promise<StoreFinding | undefined>;
  /** Takes a head as the store tells it, where it agrees with the log or is older than the log. */
  learn(head: Head): void;
}

export interface ReplayOptions {
  /** The trim point: what was before is not in the log. */
  readonly trimmed: number;
  readonly gapless: boolean;
  /** The version before `version`, from the store's history: the state at the trim point, kept with its bytes. */
  readonly prior: (resource: ResourceId, version: number) => Promise<Head | undefined>;
}

export function knownOf(head: Head): Known {
  const { resource, version, revision, born, hash, deleted, agent } = head;
  return { resource, version, revision, born, hash, deleted, agent, listed: false };
}

const NEVER = { version: 0, revision: 0, born: 0, hash: '', deleted: true } as const;

/** The first of several checks that fails. */
type Check = readonly [failed: boolean, rule: StoreRule, message: string];

export function createReplay(options: ReplayOptions): Replay {
  const { trimmed, gapless, prior } = options;
  const known = new Map<ResourceId, Known>();
  let revision = trimmed;
  let entries = 0;

  /** What a resource was before this entry. Before the trim point, its first guard in the log tells it. */
  async function before(guard: Guard | undefined, head: Head | undefined, id: ResourceId): Promise<Known> {
    const seen = known.get(id);
    if (seen !== undefined && (seen.version !== undefined || head === undefined)) return seen;
    if (head !== undefined && trimmed > 0 && head.version > 1) {
      const older = await prior(id, head.version);
      if (older !== undefined) return { ...knownOf(older), listed: seen?.listed ?? false };
    }
    if (guard === undefined || trimmed === 0 || guard.revision === 0 || guard.revision > trimmed) {
      return { resource: id, ...NEVER, listed: false };
    }
    const { revision: at, hash } = guard;
    return { resource: id, version: undefined, revision: at, born: undefined, hash, deleted: undefined, listed: false };
  }

  async function checkEntry(entry: LogEntry): Promise<StoreFinding | undefined> {
    const order = checkRevision(entry.revision, revision, gapless);
    if (order !== undefined) return order;
    const heads = new Map(entry.heads.map((head) => [head.resource, head]));
    const guarded = new Set<ResourceId>();
    const next: Known[] = [];
    for (const guard of entry.guards) {
      const head = heads.get(guard.resource);
      const was = await before(guard, head, guard.resource);
      const finding = checkGuard(guard, was, entry) ?? (head && checkHead(head, was, entry));
      if (finding !== undefined) return finding;
      guarded.add(guard.resource);
      next.push(head === undefined ? was : { ...knownOf(head), listed: was.listed });
    }
    for (const head of entry.heads) {
      if (guarded.has(head.resource)) continue;
      const message = `Revision ${entry.revision} wrote ${head.resource} without a guard.`;
      return { rule: 'guard', message, revision: entry.revision, resource: head.resource };
    }
    for (const state of next) known.set(state.resource, state);
    return undefined;
  }

  return {
    known,
    get revision() {
      return revision;
    },
    get entries() {
      return entries;
    },
    learn(head) {
      known.set(head.resource, { ...knownOf(head), listed: true });
    },
    async apply(entry) {
      const finding = await checkEntry(entry);
      if (finding !== undefined) return finding;
      revision = entry.revision;
      entries += 1;
      return undefined;
    },
  };
}

function checkRevision(revision: number, last: number, gapless: boolean): StoreFinding | undefined {
  if (!Number.isSafeInteger(revision) || revision <= last) {
    return { rule: 'revision', message: `Revision ${revision} stands after revision ${last} in the log.`, revision };
  }
  if (gapless && revision !== last + 1) {
    return { rule: 'revision', message: `Revision ${last + 1} is missing: ${revision} follows ${last}.`, revision };
  }
  return undefined;
}

/** The guard is what the resource was before this commit: nothing was written over unseen. */
function checkGuard(guard: Guard, was: Known, entry: LogEntry): StoreFinding | undefined {
  if (guard.revision === was.revision && guard.hash === was.hash) return undefined;
  const { revision } = entry;
  const expected = `revision ${guard.revision} (${shown(guard.hash)})`;
  const message =
    `Revision ${revision} by ${entry.agent} expected ${guard.resource} at ${expected}, ` +
    `but it was at revision ${was.revision} (${shown(was.hash)}).`;
  return { rule: 'guard', message, revision, resource: guard.resource };
}

function checkHead(head: Head, was: Known, entry: LogEntry): StoreFinding | undefined {
  const { revision } = entry;
  const version = was.version === undefined ? head.version : was.version + 1;
  const fresh = was.version === 0 || was.deleted === true;
  const born = fresh ? revision : (was.born ?? head.born);
  const checks: readonly Check[] = [
    [head.revision !== revision, 'head', `carries revision ${head.revision}`],
    [head.agent !== entry.agent, 'head', `names ${head.agent} as its author, the entry ${entry.agent}`],
    [head.version !== version, 'version', `has version ${head.version} after version ${version - 1}`],
    [head.born !== born, 'born', `has born ${head.born} where its life began at revision ${born}`],
    [head.deleted && head.hash !== '', 'head', 'is deleted and has a hash'],
  ];
  const failed = checks.find(([wrong]) => wrong);
  if (failed === undefined) return undefined;
  const [, rule, text] = failed;
  return { rule, message: `At revision ${revision}, ${head.resource} ${text}.`, revision, resource: head.resource };
}

/** A hash for the eye. */
export function shown(hash: string): string {
  return hash === '' ? 'absent' : hash.slice(0, 12);
}
