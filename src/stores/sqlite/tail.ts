// The newest part of the log, in memory: what the derived tables (heads, commits, contents, segments) do not know yet.
// Every connection has the same tail, read from the log itself, so that a commit has to write nothing but its segment.
// settle.ts brings the tables forward and empties the tail.
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { Entry } from './entries.ts';
import { entryOf } from './entries.ts';
import type { SegmentRow } from './statements.ts';

/** Heads of a space that are kept after they were settled or looked up. */
const KNOWN = 8192;

/** A row of the log: the commits of one transaction to one space, or a part of them. */
export interface Segment {
  readonly seq: number;
  readonly sid: number;
  readonly first: number;
  readonly lines: string[];
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

class TailSpace {
  /** Heads that stand in no table yet. */
  readonly fresh: Map<ResourceId, Head> = new Map();
  /** Heads from the table. They stay true: whoever changes one writes to the log, which is read first. */
  readonly known: Map<ResourceId, Head> = new Map();
  /** Revisions by agent and commitId. */
  readonly commits: Map<string, number> = new Map();
  readonly segments: Segment[] = [];
  counters: Counters | undefined;
}

export class Tail {
  readonly segments: Segment[] = [];
  /** The log up to this seq is in the tables, and the tail goes on to `last`. */
  settled = 0;
  last = 0;
  entries = 0;
  characters = 0;
  readonly #spaces = new Map<number, TailSpace>();
  /** Segments by the hashes of the small contents that they brought. */
  readonly #contents = new Map<string, Place>();
  #looked = 0;

  space(sid: number): TailSpace {
    let space = this.#spaces.get(sid);
    if (space === undefined) {
      space = new TailSpace();
      this.#spaces.set(sid, space);
    }
    return space;
  }

  /** Remembers a head of the table. */
  know(sid: number, head: Head): Head {
    const { known } = this.space(sid);
    if (known.size >= KNOWN) known.clear();
    known.set(head.resource, head);
    return head;
  }

  /** Forgets everything: the tail is to be read anew after `settled`. */
  forget(settled: number): void {
    this.#spaces.clear();
    this.#empty(settled);
  }

  /** The tables have come up to the end of the tail; the heads are still known. */
  settle(): void {
    for (const space of this.#spaces.values()) {
      if (space.known.size + space.fresh.size > KNOWN) space.known.clear();
      for (const [resource, head] of space.fresh) space.known.set(resource, head);
      space.fresh.clear();
      space.commits.clear();
      space.segments.length = 0;
      space.counters = undefined;
    }
    this.#empty(this.last);
  }

  #empty(settled: number): void {
    this.segments.length = 0;
    this.settled = settled;
    this.last = settled;
    this.entries = 0;
    this.characters = 0;
    this.#contents.clear();
    this.#looked = 0;
  }

  /** A row that another connection has added. */
  load(row: SegmentRow): void {
    const { seq, sid, first, last, body, ...counters } = row;
    const segment = this.open(sid, first, seq);
    for (const line of body.split('\n')) {
      this.add(segment, line, entryOf(line, first + segment.entries.length));
    }
    this.space(sid).counters = { revision: last, ...counters };
  }

  /** A new segment at the end; its row is the caller's to write. */
  open(sid: number, first: number, seq: number = this.last + 1): Segment {
    const segment: Segment = { seq, sid, first, lines: [], entries: [] };
    this.segments.push(segment);
    this.space(sid).segments.push(segment);
    this.last = seq;
    return segment;
  }

  add(segment: Segment, line: string, entry: Entry): void {
    const { fresh, commits } = this.space(segment.sid);
    segment.lines.push(line);
    segment.entries.push(entry);
    for (const head of entry.heads) fresh.set(head.resource, head);
    const key = commitKey(entry.agent, entry.commitId);
    if (!commits.has(key)) commits.set(key, entry.revision);
    this.entries += 1;
    this.characters += line.length;
  }

  /** The text of an entry, or undefined where it is not in the tail. */
  line(sid: number, revision: number): string | undefined {
    const { segments } = this.space(sid);
    for (let index = segments.length - 1; index >= 0; index -= 1) {
      const segment = segments[index];
      if (segment !== undefined && segment.first <= revision) return segment.lines[revision - segment.first];
    }
    return undefined;
  }

  landed(sid: number, agent: string, commitId: string): number | undefined {
    return this.space(sid).commits.get(commitKey(agent, commitId));
  }

  /** Where a small content is that the tail brought. Few are asked for: they are put in order when one is. */
  content(hash: string): Place | undefined {
    // The last segment may have grown since.
    for (; this.#looked < this.segments.length; this.#looked += 1) this.#look(this.segments[this.#looked]);
    if (this.#looked > 0) this.#look(this.segments[this.#looked - 1]);
    return this.#contents.get(hash);
  }

  #look(segment: Segment | undefined): void {
    if (segment === undefined) return;
    for (const { puts } of segment.entries) {
      for (const { hash, size, start } of puts) this.#contents.set(hash, { seq: segment.seq, size, start });
    }
  }
}

/** Lengths make it unambiguous whatever the two hold. */
function commitKey(agent: string, commitId: string): string {
  return `${agent.length} ${agent}${commitId}`;
}
