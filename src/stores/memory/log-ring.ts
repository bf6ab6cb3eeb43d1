// The log of a space: the last N entries, in rows. By far most commits write one resource under that resource's own
// guard; such an entry is a row of plain values in two arrays that exist already, and keeps no object alive. Everything
// else (several writes, premises, records, keeps, no write at all) is an Entry object in its row.
// Longer than most files: who writes a row and who reads it go by the same places in it.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
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

const COMMITTED: EntryMeta = { outcome: 'committed' };

// A row says by itself that a hash took the place of a hash, or of nothing, and no more was said. Its values lie side by
// side and are few, so that writing one touches two cache lines; what else there is to say stands in an object beside.
interface Aside {
  /** Where it is not kept as bytes. */
  readonly commitId: string | undefined;
  readonly fingerprint: string;
  readonly meta: EntryMeta;
  readonly size: number;
  readonly mediaType: string | undefined;
  readonly baseSize: number;
  readonly baseMediaType: string | undefined;
}

/** Of a row that stands for itself. Its fingerprint is the hash. */
const SILENT: Omit<Aside, 'fingerprint'> = {
  commitId: undefined,
  meta: COMMITTED,
  size: HASH_ONLY,
  mediaType: undefined,
  baseSize: HASH_ONLY,
  baseMediaType: undefined,
};

// Names of the places in a row:
const CELLS = 6;
/** An Entry, an Aside, or undefined. */
const MORE = 0;
const RESOURCE = 1;
const AGENT = 2;
const HASH = 3;
const BASE_AGENT = 4;
const BASE_HASH = 5;
const NUMBERS = 7;
const VERSION = 0;
const AT = 1;
const BASE_REVISION = 2;
const BASE_BORN = 3;
const BASE_AT = 4;

// A commitId of twelve plain characters (every token's own id is one) is kept as its bytes behind the numbers. As strings,
// 10,000 of them would outlive their commits by some collections each, and copying them would cost more than all else here.
const WORDS = NUMBERS * 2;
const ID = 10;

const FIRST_ROWS = 64;

export class LogRing {
  readonly #max: number;
  #last = 0;
  #trimmed = 0;
  /** The rows of the next entry and of the oldest one: to divide for each would cost as much as to fill half a row. */
  #next = 0;
  #oldest = 0;
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

  /** The row of the next entry, which becomes the last one. */
  #append(): number {
    const row = this.#next;
    this.#next = row + 1 === this.#max ? 0 : row + 1;
    this.#last += 1;
    const end = (row + 1) * CELLS;
    while (this.#cells.length < end) this.#cells.push(undefined);
    return row;
  }

  /** `entry.revision` is one more than the last. */
  addEntry(entry: Entry): void {
    this.#cells[this.#append() * CELLS + MORE] = entry;
  }

  /** A row for a commit that wrote `live` next, and its revision; called while `live` still tells what is replaced. */
  addPlain(live: Live, commit: Signature, { hash, size, mediaType }: Written): number {
    const { agent, commitId, fingerprint, meta, at } = commit;
    const row = this.#append();
    const isNamed = this.#fill(row, live, agent, commitId, hash, at);
    const { size: baseSize, mediaType: baseMediaType } = live;
    const id = isNamed ? undefined : commitId;
    this.#aside(row, { commitId: id, fingerprint, meta, size, mediaType, baseSize, baseMediaType });
    return this.#last;
  }

  /** The same for a hash under a token's own id. */
  addSwap(live: Live, { id, agent }: Pick<Token, 'id' | 'agent'>, hash: string, at: number): number {
    const row = this.#append();
    const isNamed = this.#fill(row, live, agent, id, hash, at);
    const { size: baseSize, mediaType: baseMediaType } = live;
    if (isNamed && baseSize === HASH_ONLY) this.#cells[row * CELLS + MORE] = undefined;
    else {
      const commitId = isNamed ? undefined : id;
      const version = { size: HASH_ONLY, mediaType: undefined };
      this.#aside(row, { commitId, fingerprint: hash, meta: COMMITTED, ...version, baseSize, baseMediaType });
    }
    return this.#last;
  }

  #aside(row: number, aside: Aside): void {
    this.#cells[row * CELLS + MORE] = aside;
  }

  /** What every row has. False where the id is no one that fits in, and has to be kept beside. */
  #fill(row: number, live: Live, agent: AgentId, commitId: string, hash: string, at: number): boolean {
    const cells = this.#cells;
    const cell = row * CELLS;
    cells[cell + RESOURCE] = live.resource;
    cells[cell + AGENT] = agent;
    cells[cell + HASH] = hash;
    cells[cell + BASE_AGENT] = live.agent;
    cells[cell + BASE_HASH] = live.hash;
    const place = row * NUMBERS;
    const numbers = place < this.#numbers.length ? this.#numbers : this.#grow(row);
    numbers[place + VERSION] = live.version + 1;
    numbers[place + AT] = at;
    numbers[place + BASE_REVISION] = live.revision;
    numbers[place + BASE_BORN] = live.born;
    numbers[place + BASE_AT] = live.at;
    return writeId(this.#words, row * WORDS, commitId);
  }

  #grow(row: number): Float64Array<ArrayBuffer> {
    const rows = Math.min(this.#max, Math.max(FIRST_ROWS, (row + 1) * 2));
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
    const more = this.#cell<Entry | Aside | undefined>(row, MORE);
    return more !== undefined && 'heads' in more ? more : undefined;
  }

  /** What is said beside a row that is no Entry. */
  #asideAt(row: number): Aside {
    const more = this.#cell<Aside | undefined>(row, MORE);
    return more ?? { ...SILENT, fingerprint: this.#cell<string>(row, HASH) };
  }

  #idAt(row: number): string {
    return this.#asideAt(row).commitId ?? readId(this.#words, row * WORDS);
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
    if (!this.#kept(revision)) return COMMITTED;
    const row = this.#row(revision);
    return this.#entryAt(row)?.meta ?? this.#asideAt(row).meta;
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
    const { fingerprint, meta } = this.#asideAt(row);
    return {
      revision,
      agent: this.#cell<AgentId>(row, AGENT),
      commitId: this.#idAt(row),
      fingerprint,
      at: this.#number(row, AT),
      heads: [headOf(resource, this.#written(revision, row))],
      guards: [base],
      meta,
    };
  }

  #written(revision: number, row: number): Facts {
    const hash = this.#cell<string>(row, HASH);
    const { size, mediaType } = this.#asideAt(row);
    return {
      version: this.#number(row, VERSION),
      revision,
      // What took the place of a deleted version, or of none, began a life.
      born: this.#cell<string>(row, BASE_HASH) === '' ? revision : this.#number(row, BASE_BORN),
      hash,
      size,
      mediaType,
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
    const { baseSize, baseMediaType } = this.#asideAt(row);
    return {
      version: this.#number(row, VERSION) - 1,
      revision: this.#number(row, BASE_REVISION),
      born: this.#number(row, BASE_BORN),
      hash,
      size: baseSize,
      mediaType: baseMediaType,
      agent: this.#cell<AgentId>(row, BASE_AGENT),
      at: this.#number(row, BASE_AT),
      deleted: hash === '',
    };
  }

  /** Drops the oldest entry, which moves the trim point; `release` hears every content that only it held. */
  dropOldest(release: (hash: string) => void): void {
    const row = this.#oldest;
    this.#oldest = row + 1 === this.#max ? 0 : row + 1;
    this.#trimmed += 1;
    const more = this.#cell<Entry | Aside | undefined>(row, MORE);
    if (more === undefined) return;
    if (!('heads' in more)) {
      if (more.baseSize !== HASH_ONLY) release(this.#cell<string>(row, BASE_HASH));
    } else {
      for (const hash of more.keeps) release(hash);
      for (const base of more.bases) if (base !== undefined && base.size !== HASH_ONLY) release(base.hash);
    }
    this.#cells[row * CELLS + MORE] = undefined;
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
