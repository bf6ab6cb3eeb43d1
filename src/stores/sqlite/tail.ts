// The newest part of the log, in memory: what the derived tables (heads, commits, contents, segments) do not know yet.
// Every connection has the same tail, read from the log itself, so that a commit has to write nothing but its segment.
// settle.ts brings the tables forward and empties the tail.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { Entry } from './entries.ts';
import { entryOf } from './entries.ts';
import type { SegmentRow } from './statements.ts';

/** Heads that are kept after they were settled or looked up, of all spaces together. */
const KNOWN = 8192;

/** A row of the log: the commits of one transaction to one space, or a part of them. */
export interface Segment {
  readonly seq: number;
  readonly sid: number;
  readonly first: number;
  readonly entries: Entry[];
}

/** A small content in a segment's bytes. */
export interface Place {
  readonly seq: number;
  readonly size: number;
  readonly start: number;
}

/** A space's counters after its newest commit. */
export interface Counters {
  readonly revision: number;
  readonly resources: number;
  readonly merged: number;
  readonly escalated: number;
  readonly open: number;
}

// Maps and arrays are replaced, never cleared: a cleared Map leads from its old table to the new one, and through a table
// that the garbage collector has moved to the old generation everything behind it would stay until a full collection.
class TailSpace {
  /** Heads that stand in no table yet. */
  readonly fresh: Map<ResourceId, Head> = new Map();
  /** Heads from the table. They stay true: whoever changes one writes to the log, which is read first. */
  known: Map<ResourceId, Head>;
  /** Revisions by agent, then by commitId. */
  readonly commits: Map<string, Map<string, number>> = new Map();
  readonly segments: Segment[] = [];
  counters: Counters | undefined;

  constructor(known: Map<ResourceId, Head> = new Map()) {
    this.known = known;
  }
}

/** What the tail says of a space that it does not know. Nobody writes to it. */
const NOTHING = new TailSpace();

export class Tail {
  segments: Segment[] = [];
  /** The log up to this seq is in the tables, and the tail goes on to `last`. */
  settled = 0;
  last = 0;
  entries = 0;
  characters = 0;
  #spaces = new Map<number, TailSpace>();
  #known = 0;
  /** Segments by the hashes of the small contents that they brought. */
  #contents = new Map<string, Place>();
  #looked = 0;

  /** What the tail says of a space, for reading. */
  space(sid: number): TailSpace {
    return this.#spaces.get(sid) ?? NOTHING;
  }

  #own(sid: number): TailSpace {
    let space = this.#spaces.get(sid);
    if (space === undefined) {
      space = new TailSpace();
      this.#spaces.set(sid, space);
    }
    return space;
  }

  /** All that it knows of, by sid. */
  spaces(): Iterable<readonly [sid: number, space: TailSpace]> {
    return this.#spaces;
  }

  /** The counters after the newest commit of the tail. */
  count(sid: number, counters: Counters): void {
    this.#own(sid).counters = counters;
  }

  /** Remembers a head of the table. */
  know(sid: number, head: Head): Head {
    if (this.#known >= KNOWN) this.#forgetKnown();
    this.#known += 1;
    this.#own(sid).known.set(head.resource, head);
    return head;
  }

  #forgetKnown(): void {
    this.#known = 0;
    for (const [sid, space] of this.#spaces) {
      if (space.segments.length === 0) this.#spaces.delete(sid);
      else space.known = new Map();
    }
  }

  /** Forgets everything: the tail is to be read anew after `settled`. */
  forget(settled: number): void {
    this.#spaces = new Map();
    this.#known = 0;
    this.#begin(settled);
  }

  /** The tables have come up to the end of the tail; the heads are still known. */
  settle(): void {
    let known = this.#known;
    for (const { fresh } of this.#spaces.values()) known += fresh.size;
    const spaces = new Map<number, TailSpace>();
    for (const [sid, space] of this.#spaces) {
      // Too many: the newest are kept.
      const heads = known > KNOWN ? space.fresh : space.known;
      if (heads === space.known) for (const [resource, head] of space.fresh) heads.set(resource, head);
      if (heads.size > 0) spaces.set(sid, new TailSpace(heads));
    }
    this.#known = 0;
    for (const space of spaces.values()) this.#known += space.known.size;
    this.#spaces = spaces;
    this.#begin(this.last);
  }

  #begin(settled: number): void {
    this.segments = [];
    this.settled = settled;
    this.last = settled;
    this.entries = 0;
    this.characters = 0;
    this.#contents = new Map();
    this.#looked = 0;
  }

  /** A row that another connection has added. */
  load(row: SegmentRow): void {
    const { seq, sid, first, last, body, ...counters } = row;
    const segment = this.open(sid, first, seq);
    for (const line of body.split('\n')) {
      this.add(segment, entryOf(line, first + segment.entries.length), line.length);
    }
    this.count(sid, { revision: last, ...counters });
  }

  /** A new segment at the end; its row is the caller's to write. */
  open(sid: number, first: number, seq: number = this.last + 1): Segment {
    const segment: Segment = { seq, sid, first, entries: [] };
    this.segments.push(segment);
    this.#own(sid).segments.push(segment);
    this.last = seq;
    return segment;
  }

  /** `characters`: of its line in the log. */
  add(segment: Segment, entry: Entry, characters: number): void {
    const { fresh, commits } = this.#own(segment.sid);
    segment.entries.push(entry);
    for (const head of entry.heads) fresh.set(head.resource, head);
    const { agent, commitId, revision } = entry;
    const own = commits.get(agent);
    if (own === undefined) commits.set(agent, new Map([[commitId, revision]]));
    else if (!own.has(commitId)) own.set(commitId, revision);
    this.entries += 1;
    this.characters += characters;
  }

  /** The row of the log that has an entry, or undefined where it is not in the tail. */
  seqOf(sid: number, revision: number): number | undefined {
    const { segments } = this.space(sid);
    for (let index = segments.length - 1; index >= 0; index -= 1) {
      const segment = segments[index];
      if (segment !== undefined && segment.first <= revision) return segment.seq;
    }
    return undefined;
  }

  landed(sid: number, agent: string, commitId: string): number | undefined {
    return this.space(sid).commits.get(agent)?.get(commitId);
  }

  /** Where a small content is that the tail brought; not while segments grow. Few are asked for: they are put in order then. */
  content(hash: string): Place | undefined {
    for (; this.#looked < this.segments.length; this.#looked += 1) this.#look(this.segments[this.#looked]);
    return this.#contents.get(hash);
  }

  #look(segment: Segment | undefined): void {
    if (segment === undefined) return;
    for (const { puts } of segment.entries) {
      for (const { hash, size, start } of puts) this.#contents.set(hash, { seq: segment.seq, size, start });
    }
  }
}
