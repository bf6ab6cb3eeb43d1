// One space in memory: current versions, the ring of log entries, records and contents. Everything here is synchronous,
// which is what makes a commit atomic.
// Longer than most files: the parts lie in files of their own; what a commit does to all of them at once, and the short ways
// through it, share fields that nobody else may touch.
import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Head } from '../../core/version.ts';
import { guardHolds, guardsHeld } from '../check.ts';
import { HASH_ONLY } from '../direct.ts';
import { openHashes } from '../open-hashes.ts';
import type {
  CommitReply,
  CommitRequest,
  CommitStatus,
  Counts,
  EntryMeta,
  Guard,
  LogEntry,
  LogPage,
  RecordWrite,
  Snapshot,
  StoredRecord,
  VersionEntry,
  Write,
} from '../store.ts';
import { BigMap } from './big-map.ts';
import { CommitIndex } from './commit-index.ts';
import type { Contents } from './contents.ts';
import { type Facts, factsOf, headOf, Live } from './live.ts';
import { LogRing, type Signature, type Written } from './log-ring.ts';
import { Records } from './records.ts';
import { SortedIds } from './sorted-ids.ts';

export class MemorySpace {
  readonly #current = new BigMap<ResourceId, Live>();
  /** The one looked up last: a commit mostly follows the read of its resource. None is ever taken out of the map. */
  #lastLive: Live | undefined;
  readonly #ids = new SortedIds();
  readonly #contents: Contents;
  readonly #records = new Records();
  readonly #log: LogRing;
  readonly #byCommit: CommitIndex;
  readonly #release: (hash: string) => void;
  #resources = 0;
  #merged = 0;
  #escalated = 0;

  constructor(max: number, contents: Contents) {
    this.#log = new LogRing(max);
    this.#byCommit = new CommitIndex(this.#log);
    this.#contents = contents;
    this.#release = (hash) => contents.release(hash);
  }

  get revision(): number {
    return this.#log.last;
  }

  /**
   * The commit of a plain request. Guards on the very token that names the commit cannot hold after it landed (rule
   * A5), so the look-up of its id is only needed when they do not, or when the caller chose the id.
   */
  commitPlain(request: CommitRequest): CommitReply {
    if (request.tokenBound) {
      const guard = request.guards[0] as Guard;
      const live = this.#liveAt(guard.resource);
      if (guardHolds(guard, live)) return this.#commitOne(request, live);
    }
    return this.commit(request);
  }

  /** The current version, to be read at once: the next commit changes it in place. */
  look(id: string): Live | undefined {
    return this.#liveAt(id as ResourceId);
  }

  /** A hash-only commit on the head that the token names; see ../direct.ts. */
  swap(token: Token, hash: string, at: number): Live | undefined {
    const live = this.#liveAt(token.resource);
    if (live === undefined || live.revision !== token.revision || live.hash !== token.hash) return undefined;
    if (this.#log.full) this.#dropOldest();
    const revision = this.#log.addSwap(live, token, hash, at);
    // As #change has it, without an object to carry it.
    if (live.deleted) {
      live.born = revision;
      live.deleted = false;
      this.#resources += 1;
    }
    live.version += 1;
    live.revision = revision;
    live.agent = token.agent;
    live.at = at;
    live.hash = hash;
    live.size = HASH_ONLY;
    live.mediaType = undefined;
    return live;
  }

  commit(request: CommitRequest): CommitReply {
    const guarded = this.#guardsHold(request.guards);
    if (!(guarded && request.tokenBound)) {
      const landed = this.#find(request.agent, request.commitId);
      if (landed !== undefined) {
        return landed.fingerprint === request.fingerprint
          ? { status: 'replayed', entry: landed }
          : { status: 'mismatch' };
      }
    }
    const staleRecords = request.records.length === 0 ? [] : this.#staleRecords(request.records);
    if (!guarded || staleRecords.length > 0) {
      const { last, trimmed } = this.#log;
      if (request.asOf < trimmed) return { status: 'expired', trimmed };
      return { status: 'stale', revision: last, heads: this.#guarded(request.guards), staleRecords };
    }
    return this.#apply(request);
  }

  #guardsHold(guards: readonly Guard[]): boolean {
    for (const guard of guards) if (!guardHolds(guard, this.#liveAt(guard.resource))) return false;
    return true;
  }

  #staleRecords(records: readonly RecordWrite[]): string[] {
    return records
      .filter((write) => (this.#records.get(write.kind, write.id)?.revision ?? 0) !== write.expected)
      .map((write) => write.id);
  }

  #guarded(guards: readonly Guard[]): Head[] {
    const seen = new Map<ResourceId, Head>();
    for (const { resource } of guards) {
      const live = this.#liveAt(resource);
      if (live !== undefined) seen.set(resource, headOf(resource, live));
    }
    return [...seen.values()];
  }

  #commitOne(request: CommitRequest, known: Live | undefined): CommitReply {
    const write = request.writes[0] as Write;
    const live = known ?? this.#liveOf(write, request);
    const { agent, commitId, fingerprint, meta, at } = request;
    // Always an object of the same kind: the compiled code for one that it knows leaves the object out.
    this.#applyPlain({ agent, commitId, fingerprint, meta, at }, live, writtenBy(write));
    if (write.kind === 'content') this.#contents.put(write.hash, write.content);
    return { status: 'committed', revision: live.revision, heads: [headOf(live.resource, live)] };
  }

  #applyPlain(commit: Signature, live: Live, version: Written): void {
    if (this.#log.full) this.#dropOldest();
    const revision = this.#log.addPlain(live, commit, version);
    this.#change(live, commit, version, revision);
    this.#count(commit.meta.outcome);
  }

  #apply(request: CommitRequest): CommitReply {
    if (this.#log.full) this.#dropOldest();
    const revision = this.#log.last + 1;
    const { agent, commitId, fingerprint, at, meta } = request;
    const guards = guardsHeld(request.guards, ({ resource }) => this.#liveAt(resource));
    const bases: (Facts | undefined)[] = [];
    const heads: Head[] = [];
    for (const write of request.writes) {
      const live = this.#liveOf(write, request);
      bases.push(factsOf(live));
      this.#change(live, { agent, at }, writtenBy(write), revision);
      if (write.kind === 'content') this.#contents.put(write.hash, write.content);
      heads.push(headOf(live.resource, live));
    }
    for (const keep of request.keeps) this.#contents.put(keep.hash, keep.content);
    // What a conflict held is held by the entry that closed it from now on (rule E4).
    const released = request.records.flatMap((record) => this.#putRecord(record, revision));
    const keeps = [...request.keeps.map((keep) => keep.hash), ...released];
    this.#log.addEntry({ revision, agent, commitId, fingerprint, at, heads, guards, meta, bases, keeps });
    this.#count(meta.outcome);
    return { status: 'committed', revision, heads: heads.map((head) => ({ ...head })) };
  }

  #liveAt(id: ResourceId): Live | undefined {
    const last = this.#lastLive;
    if (last !== undefined && last.resource === id) return last;
    const live = this.#current.get(id);
    if (live !== undefined) this.#lastLive = live;
    return live;
  }

  #liveOf(write: Write, request: CommitRequest): Live {
    const known = this.#liveAt(write.resource);
    if (known !== undefined) return known;
    const live = new Live(write.resource, request.agent);
    this.#current.set(write.resource, live);
    this.#ids.add(write.resource);
    return live;
  }

  #change(live: Live, { agent, at }: Pick<Signature, 'agent' | 'at'>, version: Written, revision: number): void {
    const { hash, size, mediaType, deleted } = version;
    if (live.deleted) {
      live.born = revision;
      if (!deleted) this.#resources += 1;
    } else if (deleted) this.#resources -= 1;
    live.version += 1;
    live.revision = revision;
    live.agent = agent;
    live.at = at;
    live.deleted = deleted;
    live.hash = hash;
    live.size = size;
    live.mediaType = mediaType;
  }

  #count(outcome: EntryMeta['outcome']): void {
    if (outcome === 'merged') this.#merged += 1;
    else if (outcome === 'escalated') this.#escalated += 1;
  }

  /** Answers the holds that the record had before and does not answer for any more. */
  #putRecord(write: RecordWrite, revision: number): string[] {
    const before = this.#records.put(write, revision);
    if (write.kind !== 'conflict') return [];
    for (const hash of openHashes('conflict', this.#records.get(write.kind, write.id))) this.#contents.hold(hash);
    return openHashes('conflict', before);
  }

  #dropOldest(): void {
    this.#byCommit.forget(this.#log.trimmed + 1);
    this.#log.dropOldest(this.#release);
  }

  #find(agent: string, commitId: string): LogEntry | undefined {
    const revision = this.#byCommit.find(agent, commitId);
    return revision === undefined ? undefined : this.#log.entry(revision);
  }

  commitStatus(agent: string, commitId: string): CommitStatus {
    const entry = this.#find(agent, commitId);
    return entry === undefined ? { status: 'absent', trimmed: this.#log.trimmed } : { status: 'committed', entry };
  }

  read(epoch: string, ids: readonly ResourceId[]): Snapshot {
    const { last: revision, trimmed } = this.#log;
    const first = ids[0];
    const heads = ids.length === 1 && first !== undefined ? [this.#head(first)] : ids.map((id) => this.#head(id));
    return { epoch, revision, trimmed, heads };
  }

  #head(id: ResourceId): Head | undefined {
    const live = this.#liveAt(id);
    return live === undefined ? undefined : headOf(live.resource, live);
  }

  list(prefix: string, page: PageRequest): Page<Head> {
    const limit = page.limit ?? 100;
    const items: Head[] = [];
    for (const id of this.#ids.from(prefix, page.after)) {
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: last.resource };
      const head = this.#head(id);
      if (head !== undefined) items.push(head);
    }
    return { items };
  }

  history(id: ResourceId, page: PageRequest): Page<VersionEntry> {
    const limit = page.limit ?? 100;
    const below = page.after === undefined ? Number.POSITIVE_INFINITY : Number(page.after);
    const items: VersionEntry[] = [];
    let facts: Facts | undefined = this.#liveAt(id);
    for (; facts !== undefined; facts = this.#log.baseOf(facts.revision, id)) {
      if (facts.version >= below) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: String(last.head.version) };
      items.push(this.#versionEntry(id, facts));
    }
    return { items };
  }

  #versionEntry(id: ResourceId, facts: Facts): VersionEntry {
    const { outcome, note, strategy } = this.#log.metaOf(facts.revision);
    return {
      head: headOf(id, facts),
      commitId: this.#log.commitIdOf(facts.revision),
      outcome,
      ...(note === undefined ? {} : { note }),
      ...(strategy === undefined ? {} : { strategy }),
    };
  }

  record(kind: string, id: string): StoredRecord | undefined {
    return structuredClone(this.#records.get(kind, id));
  }

  records(kind: string, state: string | undefined, page: PageRequest): Page<StoredRecord> {
    return structuredClone(this.#records.page(kind, state, page));
  }

  counts(): Counts {
    return {
      revision: this.#log.last,
      resources: this.#resources,
      commits: this.#log.last,
      merged: this.#merged,
      escalated: this.#escalated,
      open: this.#records.count('conflict', 'open'),
    };
  }

  log(after: number, limit: number): LogPage {
    const { last, trimmed } = this.#log;
    if (after < trimmed) return { status: 'gone', oldest: trimmed };
    const entries: LogEntry[] = [];
    for (let revision = after + 1; revision <= last && entries.length < limit; revision += 1) {
      const entry = this.#log.entry(revision);
      if (entry !== undefined) entries.push(entry);
    }
    return { status: 'ok', entries, revision: last };
  }

  trim(before: number): number {
    const to = Math.min(before, this.#log.last);
    while (this.#log.trimmed < to) this.#dropOldest();
    return this.#log.trimmed;
  }
}

function writtenBy(write: Write): Written {
  if (write.kind === 'delete') return { hash: '', size: HASH_ONLY, mediaType: undefined, deleted: true };
  const { hash } = write;
  if (write.kind === 'hash') return { hash, size: HASH_ONLY, mediaType: undefined, deleted: false };
  return { hash, size: write.content.length, mediaType: write.mediaType, deleted: false };
}

/** The request is no more than its one write under that write's own guard. */
export function isPlain(request: CommitRequest): boolean {
  const { writes, guards, keeps, records } = request;
  if (writes.length !== 1 || guards.length !== 1 || keeps.length > 0 || records.length > 0) return false;
  return guards[0]?.resource === writes[0]?.resource;
}
