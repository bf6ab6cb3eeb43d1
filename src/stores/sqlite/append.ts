// Appending to the log: the commits of a transaction gather in one segment for each space, which becomes one row.
// Runs inside the caller's transaction.
import type { Head } from '../../core/version.ts';
import type { CommitRequest, Keep } from '../store.ts';
import type { SpaceState } from './connection.ts';
import type { Contents } from './contents.ts';
import type { SqlValue } from './driver.ts';
import type { Put } from './entries.ts';
import { packEntry, SMALL_BYTES } from './entries.ts';
import type { Statements } from './statements.ts';
import type { Segment, Tail } from './tail.ts';

/** Entries, and characters and bytes, in one row: to read one entry should not mean to read much more. */
const MAX_ENTRIES = 64;
const MAX_SIZE = 64 * 1024;

interface Open {
  readonly segment: Segment;
  /** The space's counters follow its commits. */
  readonly state: SpaceState;
  readonly lines: string[];
  /** The small contents. */
  readonly pieces: Uint8Array[];
  bytes: number;
  /** Characters and bytes together. */
  size: number;
}

export interface Commit {
  readonly request: CommitRequest;
  readonly revision: number;
  readonly heads: readonly Head[];
  /** The heads that `heads` supersede, in the same order. */
  readonly priors: readonly (Head | undefined)[];
  /** Contents that changed conflicts named before. */
  readonly passed: readonly string[];
}

export class Appender {
  readonly #sql: Statements;
  readonly #contents: Contents;
  readonly #tail: Tail;
  /** By space. Replaced, never cleared: see tail.ts. */
  #open = new Map<number, Open>();

  constructor(sql: Statements, contents: Contents, tail: Tail) {
    this.#sql = sql;
    this.#contents = contents;
    this.#tail = tail;
  }

  /** Adds a commit to its space's segment. `state.revision` is the commit's; the other counters follow it. */
  add(state: SpaceState, { request, revision, heads, priors, passed }: Commit): void {
    const open = this.#segmentFor(state, revision);
    const puts = this.#putAll(open, request);
    const line = packEntry({ request, heads, priors, puts, passed });
    open.size += line.length;
    open.lines.push(line);
    const { agent, commitId } = request;
    this.#tail.add(open.segment, { revision, agent, commitId, heads, puts }, line.length);
  }

  /**
   * Writes the row of the only open segment, outside a transaction: the statement is one by itself. It throws SQLite's
   * refusal where the store is not as its row says (then the segment has no space) or somebody has written to the log
   * since (then its seq is taken); false where more than one segment is open.
   */
  flushIf(epoch: string, schema: number): boolean {
    const [open] = this.#open.values();
    if (open === undefined || this.#open.size > 1) return false;
    const [seq = 0, sid = 0, ...others] = this.#row(open);
    this.#sql.addLogIf.run(seq, sid, epoch, this.#tail.settled, schema, ...others);
    this.#open = new Map();
    return true;
  }

  /** Writes the rows of the open segments. */
  flush(): void {
    if (this.#open.size === 0) return;
    for (const open of this.#open.values()) this.#write(open);
    this.#open = new Map();
  }

  /** The transaction was rolled back. */
  forget(): void {
    this.#open = new Map();
    this.#tail.forget(0);
  }

  #segmentFor(state: SpaceState, revision: number): Open {
    const { sid } = state;
    const open = this.#open.get(sid);
    if (open !== undefined) {
      if (open.segment.entries.length < MAX_ENTRIES && open.size < MAX_SIZE) return open;
      this.#write(open);
    }
    const segment = this.#tail.open(sid, revision);
    const fresh: Open = { segment, state, lines: [], pieces: [], bytes: 0, size: 0 };
    this.#open.set(sid, fresh);
    return fresh;
  }

  #write(open: Open): void {
    this.#sql.addLog.run(...this.#row(open));
  }

  #row({ segment, state, lines, pieces, bytes }: Open): SqlValue[] {
    const { seq, sid, first } = segment;
    const { resources, merged, escalated, open } = state;
    const last = first + lines.length - 1;
    this.#tail.count(sid, { revision: last, resources, merged, escalated, open });
    return [seq, sid, first, last, resources, merged, escalated, open, lines.join('\n'), join(pieces, bytes)];
  }

  #putAll(open: Open, { writes, keeps }: CommitRequest): Put[] {
    const puts: Put[] = [];
    for (const write of writes) if (write.kind === 'content') this.#put(open, puts, write);
    for (const keep of keeps) this.#put(open, puts, keep);
    return puts;
  }

  #put(open: Open, puts: Put[], { hash, content }: Keep): void {
    const size = content.length;
    if (size > SMALL_BYTES) {
      this.#contents.put(hash, content);
      return;
    }
    puts.push({ hash, size, start: open.bytes });
    if (size > 0) open.pieces.push(content);
    open.bytes += size;
    open.size += size;
  }
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array | null {
  const [first] = pieces;
  if (first === undefined || pieces.length === 1) return first ?? null;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
