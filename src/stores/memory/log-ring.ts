// The log of a space: the last N entries, in rows. By far most commits write one resource under that resource's own
// guard; such an entry is a row of plain values in two arrays that exist already, and keeps no object alive. Everything
// else (several writes, premises, records, keeps, no write at all) is an Entry object in its row.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import { HASH_ONLY } from '../direct.ts';
import type { CommitRequest, EntryMeta, LogEntry } from '../store.ts';
import { type Facts, headOf, type Live } from './live.ts';

export interface Entry extends LogEntry {
  /** What each write replaced, in the order of the heads. */
  readonly bases: readonly (Facts | undefined)[];
  /** Hashes that the entry keeps. The request itself is not held: it would hold the caller's bytes. */
  readonly keeps: readonly string[];
}

/** Who committed, and what the log keeps of it; a request is one. */
export type Signature = Pick<CommitRequest, 'agent' | 'commitId' | 'fingerprint' | 'meta' | 'at'>;

/** What a plain commit makes of a resource. A deletion has an empty hash; `size` is −1 where there is no content. */
export type Written = Pick<Facts, 'hash' | 'size' | 'mediaType' | 'deleted'>;

const DROPPED: EntryMeta = { outcome: 'committed' };

// A row's values lie side by side, so that writing one touches two or three cache lines. Names of the places in it:
const CELLS = 11;
const ENTRY = 0;
const COMMIT_ID = 1;
const FINGERPRINT = 2;
const META = 3;
const RESOURCE = 4;
const AGENT = 5;
const HASH = 6;
const MEDIA_TYPE = 7;
const BASE_AGENT = 8;
const BASE_HASH = 9;
const BASE_MEDIA_TYPE = 10;
const NUMBERS = 10;
const VERSION = 0;
const BORN = 1;
const SIZE = 2;
const AT = 3;
const BASE_REVISION = 4;
const BASE_BORN = 5;
const BASE_SIZE = 6;
const BASE_AT = 7;

// A commitId of twelve plain characters (every token's own id is one) is kept as its bytes behind the numbers. As strings,
// 10,000 of them would outlive their commits by some collections each, and copying them would cost more than all else here.
const WORDS = NUMBERS * 2;
const ID = 16;

const FIRST_ROWS = 64;

export class LogRing {
  readonly #max: number;
  #last = 0;
  #trimmed = 0;
  readonly #cells: unknown[] = [];
  #numbers = new Float64Array(0);
  /** The same bytes as the numbers. */
  #words = new Uint32Array(0);

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
    const cell = this.#row(entry.revision) * CELLS;
    for (let place = this.#cells.length; place < cell + CELLS; place += 1) this.#cells.push(undefined);
    this.#cells[cell + ENTRY] = entry;
  }

  /** A row for a commit that wrote `live` next; called while `live` still tells what is replaced. */
  addPlain(revision: number, live: Live, commit: Signature, version: Written): void {
    this.#last = revision;
    const row = this.#row(revision);
    const cells = this.#cells;
    const cell = row * CELLS;
    for (let place = cells.length; place < cell + CELLS; place += 1) cells.push(undefined);
    cells[cell + ENTRY] = undefined;
    // Of a hash-only commit it is the hash itself, and each reference to a young string costs a collection's work.
    cells[cell + FINGERPRINT] = commit.fingerprint === version.hash ? undefined : commit.fingerprint;
    cells[cell + META] = commit.meta;
    cells[cell + RESOURCE] = live.resource;
    cells[cell + AGENT] = commit.agent;
    cells[cell + HASH] = version.hash;
    cells[cell + MEDIA_TYPE] = version.mediaType;
    cells[cell + BASE_AGENT] = live.agent;
    cells[cell + BASE_HASH] = live.hash;
    cells[cell + BASE_MEDIA_TYPE] = live.mediaType;
    const place = row * NUMBERS;
    const numbers = place < this.#numbers.length ? this.#numbers : this.#grow();
    numbers[place + VERSION] = live.version + 1;
    numbers[place + BORN] = live.deleted ? revision : live.born;
    numbers[place + SIZE] = version.size;
    numbers[place + AT] = commit.at;
    numbers[place + BASE_REVISION] = live.revision;
    numbers[place + BASE_BORN] = live.born;
    numbers[place + BASE_SIZE] = live.size;
    numbers[place + BASE_AT] = live.at;
    const { commitId } = commit;
    cells[cell + COMMIT_ID] = writeId(this.#words, row * WORDS, commitId) ? undefined : commitId;
  }

  #grow(): Float64Array<ArrayBuffer> {
    const rows = Math.min(this.#max, Math.max(FIRST_ROWS, (this.#row(this.#last) + 1) * 2));
    const numbers = new Float64Array(rows * NUMBERS);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.#words = new Uint32Array(numbers.buffer);
    return numbers;
  }

  #cell<T>(row: number, place: number): T {
    return this.#cells[row * CELLS + place] as T;
  }

  #number(row: number, place: number): number {
    return this.#numbers[row * NUMBERS + place] as number;
  }

  #entryAt(row: number): Entry | undefined {
    return this.#cell<Entry | undefined>(row, ENTRY);
  }

  #idAt(row: number): string {
    return this.#cell<string | undefined>(row, COMMIT_ID) ?? readId(this.#words, row * WORDS);
  }

  agentOf(revision: number): AgentId {
    const row = this.#row(revision);
    return this.#entryAt(row)?.agent ?? this.#cell<AgentId>(row, AGENT);
  }

  commitIdOf(revision: number): string {
    if (!this.#kept(revision)) return '';
    const row = this.#row(revision);
    return this.#entryAt(row)?.commitId ?? this.#idAt(row);
  }

  metaOf(revision: number): EntryMeta {
    if (!this.#kept(revision)) return DROPPED;
    const row = this.#row(revision);
    return this.#entryAt(row)?.meta ?? this.#cell<EntryMeta>(row, META);
  }

  entry(revision: number): LogEntry | undefined {
    if (!this.#kept(revision)) return undefined;
    const row = this.#row(revision);
    const entry = this.#entryAt(row);
    if (entry !== undefined) {
      const { bases: _bases, keeps: _keeps, ...told } = entry;
      return { ...told, heads: told.heads.map((head) => ({ ...head })) };
    }
    const resource = this.#cell<ResourceId>(row, RESOURCE);
    const base = { resource, revision: this.#number(row, BASE_REVISION), hash: this.#cell<string>(row, BASE_HASH) };
    return {
      revision,
      agent: this.#cell<AgentId>(row, AGENT),
      commitId: this.#idAt(row),
      fingerprint: this.#cell<string | undefined>(row, FINGERPRINT) ?? this.#cell<string>(row, HASH),
      at: this.#number(row, AT),
      heads: [headOf(resource, this.#written(revision, row))],
      guards: [base],
      meta: this.#cell<EntryMeta>(row, META),
    };
  }

  #written(revision: number, row: number): Facts {
    const hash = this.#cell<string>(row, HASH);
    return {
      version: this.#number(row, VERSION),
      revision,
      born: this.#number(row, BORN),
      hash,
      size: this.#number(row, SIZE),
      mediaType: this.#cell<string | undefined>(row, MEDIA_TYPE),
      agent: this.#cell<AgentId>(row, AGENT),
      at: this.#number(row, AT),
      deleted: hash === '',
    };
  }

  /** The version that `resource` had before the commit at `revision`, while that entry is kept. */
  baseOf(revision: number, resource: ResourceId): Facts | undefined {
    if (!this.#kept(revision)) return undefined;
    const row = this.#row(revision);
    const entry = this.#entryAt(row);
    if (entry !== undefined) return entry.bases[entry.heads.findIndex((head) => head.resource === resource)];
    if (this.#number(row, BASE_REVISION) === 0) return undefined;
    const hash = this.#cell<string>(row, BASE_HASH);
    return {
      version: this.#number(row, VERSION) - 1,
      revision: this.#number(row, BASE_REVISION),
      born: this.#number(row, BASE_BORN),
      hash,
      size: this.#number(row, BASE_SIZE),
      mediaType: this.#cell<string | undefined>(row, BASE_MEDIA_TYPE),
      agent: this.#cell<AgentId>(row, BASE_AGENT),
      at: this.#number(row, BASE_AT),
      deleted: hash === '',
    };
  }

  /** Drops the oldest entry, which moves the trim point; `release` hears every content that only it held. */
  dropOldest(release: (hash: string) => void): void {
    const revision = this.#trimmed + 1;
    const row = this.#row(revision);
    const entry = this.#entryAt(row);
    if (entry === undefined) {
      if (this.#number(row, BASE_SIZE) !== HASH_ONLY) release(this.#cell<string>(row, BASE_HASH));
    } else {
      for (const hash of entry.keeps) release(hash);
      for (const base of entry.bases) if (base !== undefined && base.size !== HASH_ONLY) release(base.hash);
      this.#cells[row * CELLS + ENTRY] = undefined;
    }
    this.#trimmed = revision;
  }
}

/** False, and nothing that counts is written, where the id is another kind. Unrolled: a loop takes twice as long. */
function writeId(words: Uint32Array, place: number, id: string): boolean {
  if (id.length !== 12) return false;
  const first = fourBytes(id, 0);
  const second = fourBytes(id, 4);
  const third = fourBytes(id, 8);
  if (((first | second | third) & NOT_ASCII) !== 0) return false;
  words[place + ID] = first;
  words[place + ID + 1] = second;
  words[place + ID + 2] = third;
  return true;
}

/** Four characters; one above 255 spills into its neighbours, so that wide ones are caught by their own high bits. */
function fourBytes(id: string, at: number): number {
  const a = id.charCodeAt(at);
  const b = id.charCodeAt(at + 1);
  const c = id.charCodeAt(at + 2);
  const d = id.charCodeAt(at + 3);
  return (a | b | c | d) > 127 ? NOT_ASCII : a | (b << 8) | (c << 16) | (d << 24);
}

const NOT_ASCII = 0x80;

function readId(words: Uint32Array, place: number): string {
  const bytes = new Uint8Array(words.buffer, (place + ID) * 4, 12);
  return String.fromCharCode(...bytes);
}
