// Appending to the log: the commits of a transaction gather in one segment for each space, which becomes one row.
// Runs inside the caller's transaction.
import type { Head } from '../../core/version.ts';
import type { CommitRequest, Keep } from '../store.ts';
import type { SpaceState } from './connection.ts';
import type { Contents } from './contents.ts';
import type { Put } from './entries.ts';
import { INLINE_BYTES, packEntry } from './entries.ts';
import type { Statements } from './statements.ts';
import type { Segment, Tail } from './tail.ts';

/** Entries and characters in one row, so that to read one entry never means to read much more. */
const MAX_ENTRIES = 64;
const MAX_CHARACTERS = 64 * 1024;

interface Open {
  readonly segment: Segment;
  /** The space's counters follow its commits. */
  readonly state: SpaceState;
  /** The small contents. */
  readonly pieces: Uint8Array[];
  bytes: number;
  characters: number;
}

export interface Commit {
  readonly request: CommitRequest;
  readonly revision: number;
  readonly heads: readonly Head[];
  /** The heads that `heads` supersede, in the same order. */
  readonly priors: readonly (Head | undefined)[];
  /** Contents that changed conflicts named before, and those that conflicts name now. */
  readonly passed: readonly string[];
  readonly holds: readonly string[];
}

export class Appender {
  readonly #sql: Statements;
  readonly #contents: Contents;
  readonly #tail: Tail;
  readonly #open = new Map<number, Open>();

  constructor(sql: Statements, contents: Contents, tail: Tail) {
    this.#sql = sql;
    this.#contents = contents;
    this.#tail = tail;
  }

  /** Adds a commit to its space's segment. `state.revision` is the commit's; the other counters follow it. */
  add(state: SpaceState, { request, revision, heads, priors, passed, holds }: Commit): void {
    const open = this.#segmentFor(state, revision);
    const puts = this.#putAll(open, request);
    const line = packEntry({ request, heads, priors, puts, passed, holds });
    open.characters += line.length;
    const { agent, commitId } = request;
    this.#tail.add(open.segment, line, { revision, agent, commitId, heads, puts, holds });
  }

  /** Writes the rows of the open segments. */
  flush(): void {
    for (const open of this.#open.values()) this.#write(open);
    this.#open.clear();
  }

  /** The transaction was rolled back. */
  forget(): void {
    this.#open.clear();
    this.#tail.forget(0);
  }

  #segmentFor(state: SpaceState, revision: number): Open {
    const { sid } = state;
    const open = this.#open.get(sid);
    if (open !== undefined) {
      if (open.segment.entries.length < MAX_ENTRIES && open.characters < MAX_CHARACTERS) return open;
      this.#write(open);
    }
    const segment = this.#tail.open(sid, revision);
    const fresh: Open = { segment, state, pieces: [], bytes: 0, characters: 0 };
    this.#open.set(sid, fresh);
    return fresh;
  }

  #write({ segment, state, pieces }: Open): void {
    const { seq, sid, first, lines } = segment;
    const { resources, merged, escalated, open } = state;
    const last = first + lines.length - 1;
    const [piece = null] = pieces;
    const bytes = pieces.length > 1 ? Buffer.concat(pieces) : piece;
    const body = lines.length === 1 ? (lines[0] ?? '') : lines.join('\n');
    this.#sql.addLog.run(seq, sid, first, last, resources, merged, escalated, open, body, bytes);
    this.#tail.space(sid).counters = { revision: last, resources, merged, escalated, open };
  }

  #putAll(open: Open, { writes, keeps }: CommitRequest): Put[] {
    const puts: Put[] = [];
    for (const write of writes) if (write.kind === 'content') puts.push(this.#put(open, write));
    for (const keep of keeps) puts.push(this.#put(open, keep));
    return puts;
  }

  #put(open: Open, { hash, content }: Keep): Put {
    const size = content.length;
    if (size > INLINE_BYTES) return { hash, size, place: this.#placeOfLarge(hash, content), start: 0 };
    const put: Put = { hash, size, place: open.segment.seq, start: open.bytes };
    if (size > 0) open.pieces.push(content);
    open.bytes += size;
    return put;
  }

  /** A large content is stored once, however often it is put. */
  #placeOfLarge(hash: string, content: Uint8Array): number {
    const place = this.#tail.content(hash)?.place ?? this.#contents.find(hash)?.place;
    return place ?? Number(this.#sql.addBlob.run(content).lastInsertRowid);
  }
}
