// One space in memory: heads with their earlier versions, the ring of log entries, records and contents. Everything
// here is synchronous, which is what makes a commit atomic.
import type { Page, PageRequest } from '../../core/page.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type {
  CommitReply,
  CommitRequest,
  CommitStatus,
  Counts,
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
import type { Contents } from './contents.ts';
import { Records } from './records.ts';
import { SortedIds } from './sorted-ids.ts';

/** A version and the one before it, as far back as the log reaches. */
interface Version {
  readonly head: Head;
  prior: Version | undefined;
  entry: Entry | undefined;
}

/** A log entry with what it holds: dropped with it. */
interface Entry extends LogEntry {
  readonly versions: readonly Version[];
  /** Hashes that the entry keeps. The request itself is not held: it would hold the caller's bytes. */
  readonly keeps: readonly string[];
  indexed: boolean;
}

const NO_HEADS: readonly Head[] = [];
const NO_VERSIONS: readonly Version[] = [];
const NO_KEEPS: readonly string[] = [];

export class MemorySpace {
  readonly #max: number;
  readonly #current = new BigMap<ResourceId, Version>();
  readonly #ids = new SortedIds();
  readonly #contents: Contents;
  readonly #records = new Records();
  readonly #ring: (Entry | undefined)[] = [];
  readonly #byCommit = new Map<string, Entry>();
  #indexedTo = 0;
  #revision = 0;
  #trimmed = 0;
  #resources = 0;
  #merged = 0;
  #escalated = 0;

  constructor(max: number, contents: Contents) {
    this.#max = max;
    this.#contents = contents;
  }

  get revision(): number {
    return this.#revision;
  }

  commit(request: CommitRequest): CommitReply {
    const holds = this.#guardsHold(request.guards);
    // Guards on the very token that names the commit cannot hold after it landed (rule A5), so the look-up is only
    // needed when they do not, or when the caller chose the commitId.
    if (!(holds && request.tokenBound)) {
      const landed = this.#find(request.agent, request.commitId);
      if (landed !== undefined) {
        if (landed.fingerprint !== request.fingerprint) return { status: 'mismatch' };
        return { status: 'replayed', entry: entryOf(landed) };
      }
    }
    const staleRecords = request.records.length === 0 ? [] : this.#staleRecords(request.records);
    if (!holds || staleRecords.length > 0) {
      if (request.asOf < this.#trimmed) return { status: 'expired', trimmed: this.#trimmed };
      return { status: 'stale', revision: this.#revision, heads: this.#guarded(request.guards), staleRecords };
    }
    return this.#apply(request);
  }

  #guardsHold(guards: readonly Guard[]): boolean {
    for (const guard of guards) {
      const head = this.#current.get(guard.resource)?.head;
      if (head === undefined) {
        if (guard.revision !== 0) return false;
      } else if (head.revision !== guard.revision || head.hash !== guard.hash) return false;
    }
    return true;
  }

  #staleRecords(records: readonly RecordWrite[]): string[] {
    return records
      .filter((write) => (this.#records.get(write.kind, write.id)?.revision ?? 0) !== write.expected)
      .map((write) => write.id);
  }

  #guarded(guards: readonly Guard[]): Head[] {
    const seen = new Map<ResourceId, Head>();
    for (const guard of guards) {
      const head = this.#current.get(guard.resource)?.head;
      if (head !== undefined) seen.set(guard.resource, head);
    }
    return [...seen.values()];
  }

  #apply(request: CommitRequest): CommitReply {
    const revision = this.#revision + 1;
    this.#revision = revision;
    const { writes } = request;
    let heads = NO_HEADS;
    let versions = NO_VERSIONS;
    if (writes.length === 1) {
      const version = this.#write(writes[0] as Write, request, revision);
      versions = [version];
      heads = [version.head];
    } else if (writes.length > 1) {
      versions = writes.map((write) => this.#write(write, request, revision));
      heads = versions.map((version) => version.head);
    }
    let keeps = NO_KEEPS;
    if (request.keeps.length > 0) {
      for (const keep of request.keeps) this.#contents.put(keep.hash, keep.content);
      keeps = request.keeps.map((keep) => keep.hash);
    }
    for (const record of request.records) this.#putRecord(record, revision);
    if (request.meta.outcome === 'merged') this.#merged += 1;
    else if (request.meta.outcome === 'escalated') this.#escalated += 1;
    const { agent, commitId, fingerprint, at, guards, meta } = request;
    this.#remember({
      revision,
      agent,
      commitId,
      fingerprint,
      at,
      heads,
      guards,
      meta,
      versions,
      keeps,
      indexed: false,
    });
    return { status: 'committed', revision, heads };
  }

  #write(write: Write, request: CommitRequest, revision: number): Version {
    const prior = this.#current.get(write.resource);
    const before = prior?.head;
    const head = nextHead(write, request, revision, before);
    if (write.kind === 'content') this.#contents.put(write.hash, write.content);
    const lived = before !== undefined && !before.deleted;
    if (lived && head.deleted) this.#resources -= 1;
    else if (!lived && !head.deleted) this.#resources += 1;
    if (before === undefined) this.#ids.add(write.resource);
    const version: Version = { head, prior, entry: undefined };
    this.#current.set(write.resource, version);
    return version;
  }

  #putRecord(write: RecordWrite, revision: number): void {
    const before = this.#records.put(write, revision);
    if (write.kind !== 'conflict') return;
    for (const hash of openHashes(this.#records.get(write.kind, write.id))) this.#contents.hold(hash);
    for (const hash of openHashes(before)) this.#contents.release(hash);
  }

  #remember(entry: Entry): void {
    for (const version of entry.versions) version.entry = entry;
    const slot = entry.revision % this.#max;
    const dropped = this.#ring[slot];
    if (dropped !== undefined) this.#drop(dropped);
    this.#ring[slot] = entry;
  }

  #entry(revision: number): Entry | undefined {
    const entry = this.#ring[revision % this.#max];
    return entry?.revision === revision ? entry : undefined;
  }

  #drop(entry: Entry): void {
    this.#trimmed = entry.revision;
    if (entry.indexed) this.#byCommit.delete(commitKey(entry.agent, entry.commitId));
    for (const hash of entry.keeps) this.#contents.release(hash);
    for (const version of entry.versions) {
      version.entry = undefined;
      const { prior } = version;
      if (prior !== undefined) {
        version.prior = undefined;
        if (prior.head.size !== undefined) this.#contents.release(prior.head.hash);
      }
    }
  }

  #find(agent: string, commitId: string): Entry | undefined {
    // The index catches up when it is asked: commits that nobody looks up never pay for it.
    for (let revision = Math.max(this.#indexedTo, this.#trimmed) + 1; revision <= this.#revision; revision += 1) {
      const entry = this.#entry(revision);
      if (entry === undefined) continue;
      this.#byCommit.set(commitKey(entry.agent, entry.commitId), entry);
      entry.indexed = true;
    }
    this.#indexedTo = this.#revision;
    return this.#byCommit.get(commitKey(agent, commitId));
  }

  commitStatus(agent: string, commitId: string): CommitStatus {
    const landed = this.#find(agent, commitId);
    if (landed === undefined) return { status: 'absent', trimmed: this.#trimmed };
    return { status: 'committed', entry: entryOf(landed) };
  }

  read(epoch: string, ids: readonly ResourceId[]): Snapshot {
    const heads =
      ids.length === 1 ? [this.#current.get(ids[0] as ResourceId)?.head] : ids.map((id) => this.#current.get(id)?.head);
    return { epoch, revision: this.#revision, trimmed: this.#trimmed, heads };
  }

  list(prefix: string, page: PageRequest): Page<Head> {
    const limit = page.limit ?? 100;
    const items: Head[] = [];
    for (const id of this.#ids.from(prefix, page.after)) {
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: last.resource };
      const head = this.#current.get(id)?.head;
      if (head !== undefined) items.push(head);
    }
    return { items };
  }

  history(id: ResourceId, page: PageRequest): Page<VersionEntry> {
    const limit = page.limit ?? 100;
    const below = page.after === undefined ? Number.POSITIVE_INFINITY : Number(page.after);
    const items: VersionEntry[] = [];
    for (let version = this.#current.get(id); version !== undefined; version = version.prior) {
      if (version.head.version >= below) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, next: String(last.head.version) };
      items.push(versionEntry(version));
    }
    return { items };
  }

  record(kind: string, id: string): StoredRecord | undefined {
    return structuredClone(this.#records.get(kind, id));
  }

  records(kind: string, state: string | undefined, page: PageRequest): Page<StoredRecord> {
    return structuredClone(this.#records.page(kind, state, page));
  }

  counts(): Counts {
    return {
      revision: this.#revision,
      resources: this.#resources,
      commits: this.#revision,
      merged: this.#merged,
      escalated: this.#escalated,
      open: this.#records.count('conflict', 'open'),
    };
  }

  log(after: number, limit: number): LogPage {
    if (after < this.#trimmed) return { status: 'gone', oldest: this.#trimmed };
    const entries: LogEntry[] = [];
    for (let revision = after + 1; revision <= this.#revision && entries.length < limit; revision += 1) {
      const entry = this.#entry(revision);
      if (entry !== undefined) entries.push(entryOf(entry));
    }
    return { status: 'ok', entries, revision: this.#revision };
  }

  trim(before: number): number {
    const to = Math.min(before, this.#revision);
    for (let revision = this.#trimmed + 1; revision <= to; revision += 1) {
      const entry = this.#entry(revision);
      if (entry === undefined) continue;
      this.#drop(entry);
      this.#ring[revision % this.#max] = undefined;
    }
    return this.#trimmed;
  }
}

function nextHead(write: Write, request: CommitRequest, revision: number, before: Head | undefined): Head {
  const { resource } = write;
  const { agent, at } = request;
  const version = before === undefined ? 1 : before.version + 1;
  const born = before === undefined || before.deleted ? revision : before.born;
  if (write.kind === 'delete') return { resource, version, revision, born, hash: '', agent, at, deleted: true };
  const { hash } = write;
  if (write.kind === 'hash') return { resource, version, revision, born, hash, agent, at, deleted: false };
  const size = write.content.length;
  const { mediaType } = write;
  if (mediaType === undefined) return { resource, version, revision, born, hash, size, agent, at, deleted: false };
  return { resource, version, revision, born, hash, size, mediaType, agent, at, deleted: false };
}

function commitKey(agent: string, commitId: string): string {
  return `${agent}\n${commitId}`;
}

function entryOf(entry: Entry): LogEntry {
  const { revision, agent, commitId, fingerprint, at, heads, guards, meta } = entry;
  return { revision, agent, commitId, fingerprint, at, heads, guards, meta };
}

function versionEntry(version: Version): VersionEntry {
  const { entry } = version;
  if (entry === undefined) return { head: version.head, commitId: '', outcome: 'committed' };
  const { note, strategy, outcome } = entry.meta;
  return {
    head: version.head,
    commitId: entry.commitId,
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

/** The contents that an open conflict keeps alive. */
function openHashes(record: StoredRecord | undefined): string[] {
  if (record === undefined || record.state !== 'open') return [];
  const value = record.value as { readonly [side: string]: { readonly hash?: unknown } | undefined };
  return ['base', 'current', 'proposed'].flatMap((side) => {
    const hash = value[side]?.hash;
    return typeof hash === 'string' && hash !== '' ? [hash] : [];
  });
}
