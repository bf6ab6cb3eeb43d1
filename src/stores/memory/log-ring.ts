// The log of a space: the last N entries, in columns. By far most commits write one resource under that resource's own
// guard; such an entry is a row of plain values in arrays that exist already, and keeps no object alive. Everything
// else (several writes, premises, records, keeps, no write at all) is an Entry object in its row.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { CommitRequest, EntryMeta, LogEntry } from '../store.ts';
import { type Facts, HASH_ONLY, headOf, type Live } from './live.ts';

export interface Entry extends LogEntry {
  /** What each write replaced, in the order of the heads. */
  readonly bases: readonly (Facts | undefined)[];
  /** Hashes that the entry keeps. The request itself is not held: it would hold the caller's bytes. */
  readonly keeps: readonly string[];
}

const DROPPED: EntryMeta = { outcome: 'committed' };

export class LogRing {
  readonly #max: number;
  #last = 0;
  #trimmed = 0;
  readonly #entries: (Entry | undefined)[] = [];
  readonly #commitIds: string[] = [];
  readonly #fingerprints: string[] = [];
  readonly #metas: EntryMeta[] = [];
  readonly #resources: (ResourceId | undefined)[] = [];
  // The version that was written.
  readonly #versions: number[] = [];
  readonly #borns: number[] = [];
  readonly #hashes: string[] = [];
  readonly #sizes: number[] = [];
  readonly #mediaTypes: (string | undefined)[] = [];
  readonly #agents: AgentId[] = [];
  readonly #ats: number[] = [];
  // The version that it replaced; its ordinal is one less.
  readonly #baseRevisions: number[] = [];
  readonly #baseBorns: number[] = [];
  readonly #baseHashes: string[] = [];
  readonly #baseSizes: number[] = [];
  readonly #baseMediaTypes: (string | undefined)[] = [];
  readonly #baseAgents: AgentId[] = [];
  readonly #baseAts: number[] = [];
  readonly #baseDeleted: boolean[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get last(): number {
    return this.#last;
  }

  /** Entries up to here are gone. */
  get trimmed(): number {
    return this.#trimmed;
  }

  /** True when the next entry needs the row of the oldest one: drop that first. */
  get full(): boolean {
    return this.#last - this.#trimmed >= this.#max;
  }

  #row(revision: number): number {
    return (revision - 1) % this.#max;
  }

  #kept(revision: number): boolean {
    return revision > this.#trimmed && revision <= this.#last;
  }

  addEntry(entry: Entry): void {
    this.#last = entry.revision;
    this.#entries[this.#row(entry.revision)] = entry;
  }

  /** A row for a commit that wrote `live` next; called while `live` still tells what is replaced. */
  addPlain(
    revision: number,
    request: CommitRequest,
    live: Live,
    hash: string,
    size: number,
    mediaType: string | undefined,
  ): void {
    this.#last = revision;
    const row = this.#row(revision);
    this.#entries[row] = undefined;
    this.#commitIds[row] = request.commitId;
    this.#fingerprints[row] = request.fingerprint;
    this.#metas[row] = request.meta;
    this.#resources[row] = live.resource;
    this.#versions[row] = live.version + 1;
    this.#borns[row] = live.deleted ? revision : live.born;
    this.#hashes[row] = hash;
    this.#sizes[row] = size;
    this.#mediaTypes[row] = mediaType;
    this.#agents[row] = request.agent;
    this.#ats[row] = request.at;
    this.#baseRevisions[row] = live.revision;
    this.#baseBorns[row] = live.born;
    this.#baseHashes[row] = live.hash;
    this.#baseSizes[row] = live.size;
    this.#baseMediaTypes[row] = live.mediaType;
    this.#baseAgents[row] = live.agent;
    this.#baseAts[row] = live.at;
    this.#baseDeleted[row] = live.deleted;
  }

  agentOf(revision: number): AgentId {
    const row = this.#row(revision);
    return this.#entries[row]?.agent ?? (this.#agents[row] as AgentId);
  }

  commitIdOf(revision: number): string {
    if (!this.#kept(revision)) return '';
    const row = this.#row(revision);
    return this.#entries[row]?.commitId ?? (this.#commitIds[row] as string);
  }

  metaOf(revision: number): EntryMeta {
    if (!this.#kept(revision)) return DROPPED;
    const row = this.#row(revision);
    return this.#entries[row]?.meta ?? (this.#metas[row] as EntryMeta);
  }

  entry(revision: number): LogEntry | undefined {
    if (!this.#kept(revision)) return undefined;
    const row = this.#row(revision);
    const entry = this.#entries[row];
    if (entry !== undefined) {
      const { bases: _bases, keeps: _keeps, ...told } = entry;
      return { ...told, heads: told.heads.map((head) => ({ ...head })) };
    }
    const resource = this.#resources[row] as ResourceId;
    const agent = this.#agents[row] as AgentId;
    const at = this.#ats[row] as number;
    const base = { resource, revision: this.#baseRevisions[row] as number, hash: this.#baseHashes[row] as string };
    return {
      revision,
      agent,
      commitId: this.#commitIds[row] as string,
      fingerprint: this.#fingerprints[row] as string,
      at,
      heads: [headOf(resource, this.#written(revision, row))],
      guards: [base],
      meta: this.#metas[row] as EntryMeta,
    };
  }

  #written(revision: number, row: number): Facts {
    const hash = this.#hashes[row] as string;
    return {
      version: this.#versions[row] as number,
      revision,
      born: this.#borns[row] as number,
      hash,
      size: this.#sizes[row] as number,
      mediaType: this.#mediaTypes[row],
      agent: this.#agents[row] as AgentId,
      at: this.#ats[row] as number,
      deleted: hash === '',
    };
  }

  /** The version that `resource` had before the commit at `revision`, while that entry is kept. */
  baseOf(revision: number, resource: ResourceId): Facts | undefined {
    if (!this.#kept(revision)) return undefined;
    const row = this.#row(revision);
    const entry = this.#entries[row];
    if (entry !== undefined) return entry.bases[entry.heads.findIndex((head) => head.resource === resource)];
    if (this.#baseRevisions[row] === 0) return undefined;
    return {
      version: (this.#versions[row] as number) - 1,
      revision: this.#baseRevisions[row] as number,
      born: this.#baseBorns[row] as number,
      hash: this.#baseHashes[row] as string,
      size: this.#baseSizes[row] as number,
      mediaType: this.#baseMediaTypes[row],
      agent: this.#baseAgents[row] as AgentId,
      at: this.#baseAts[row] as number,
      deleted: this.#baseDeleted[row] as boolean,
    };
  }

  /** Drops the oldest entry, which moves the trim point; `release` hears every content that only it held. */
  dropOldest(release: (hash: string) => void): void {
    const revision = this.#trimmed + 1;
    const row = this.#row(revision);
    const entry = this.#entries[row];
    if (entry === undefined) {
      if (this.#baseSizes[row] !== HASH_ONLY) release(this.#baseHashes[row] as string);
    } else {
      for (const hash of entry.keeps) release(hash);
      for (const base of entry.bases) if (base !== undefined && base.size !== HASH_ONLY) release(base.hash);
      this.#entries[row] = undefined;
    }
    this.#trimmed = revision;
  }
}
