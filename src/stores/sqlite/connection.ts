// One open database: its statements, its transactions, and what it knows of the newest log and of each space. What it
// knows is trusted only while PRAGMA data_version says that no other connection has written; then the rows that those have
// added to the log are read.
// Longer than most: what is known of the file is right or wrong as a whole, and each way into a transaction has to keep it so.
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import type { ResourceId, Space } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { Appender } from './append.ts';
import { Contents } from './contents.ts';
import type { SqliteDatabase } from './driver.ts';
import { faultOf, isOfStatement, leavesNothing } from './errors.ts';
import { rollBack } from './open.ts';
import { bytesAt, findPlace } from './places.ts';
import { headOf } from './rows.ts';
import { isDue, settle } from './settle.ts';
import type { Statements } from './statements.ts';
import { prepareStatements } from './statements.ts';
import { Tail } from './tail.ts';
import { Young } from './young.ts';

/** A space's counters, inside and after the transaction that changes them. */
export interface SpaceState {
  /** 0: nothing is stored yet. */
  sid: number;
  trimmed: number;
  revision: number;
  resources: number;
  merged: number;
  escalated: number;
  open: number;
}

/** How many transactions without one of another connection make us alone on the file. */
const ALONE = 64;

/** Spaces of which the counters are kept. */
const SPACES = 4096;

/** A COMMIT failed in a way that leaves it open whether the transaction is stored. */
export class UnknownCommit extends Error {}

export class Connection {
  readonly sql: Statements;
  readonly contents: Contents;
  readonly tail: Tail = new Tail();
  readonly log: Appender;
  readonly young: Young;
  readonly place: string;
  readonly #db: SqliteDatabase;
  readonly #schema: number;
  #spaces = new Map<Space, SpaceState>();
  #dataVersion = -1;
  #epoch = '';
  /** Transactions of ours until the last one of another connection counts as long ago. */
  #shared = 0;

  constructor(db: SqliteDatabase, place: string, schema: number) {
    this.#db = db;
    this.place = place;
    this.#schema = schema;
    this.sql = prepareStatements(db);
    this.contents = new Contents(this.sql);
    this.log = new Appender(this.sql, this.contents, this.tail);
    this.young = new Young(this.sql);
  }

  /** Valid inside a transaction. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Others have written to the file a short while ago. */
  get shared(): boolean {
    return this.#shared > 0;
  }

  /** Valid inside a transaction; changes made to it stand when the transaction commits. */
  space(name: Space): SpaceState {
    let state = this.#spaces.get(name);
    if (state === undefined) {
      const row = this.sql.space.get(name);
      state =
        row === undefined
          ? { sid: 0, trimmed: 0, revision: 0, resources: 0, merged: 0, escalated: 0, open: 0 }
          : { ...row, ...this.tail.space(row.sid).counters };
      this.#spaces.set(name, state);
    }
    return state;
  }

  /** The space's number, given when the first commit to it is applied. */
  sidFor(name: Space, state: SpaceState): number {
    if (state.sid === 0) state.sid = Number(this.sql.addSpace.run(name).lastInsertRowid);
    return state.sid;
  }

  /** A current head. It is this connection's own: callers outside get a copy. */
  head(sid: number, resource: ResourceId): Head | undefined {
    const { fresh, known } = this.tail.space(sid);
    const head = fresh.get(resource) ?? known.get(resource);
    if (head !== undefined) return head;
    const row = this.sql.head.get(sid, resource);
    if (row === undefined) return undefined;
    return this.tail.know(sid, headOf(row));
  }

  /** Whether no other connection has written since this one looked. Where that cannot be told, a transaction will say why. */
  isCurrent(): boolean {
    try {
      return this.#dataVersion !== -1 && this.dataVersion() === this.#dataVersion;
    } catch {
      return false;
    }
  }

  /**
   * A space with some of its heads, where all of them are known; true while this connection is current. That takes one
   * statement instead of a transaction of three. Undefined where it takes the transaction.
   */
  standing(
    name: Space,
    ids: readonly ResourceId[],
  ): { readonly space: SpaceState; readonly heads: readonly Head[] } | undefined {
    const space = this.#spaces.get(name);
    if (space === undefined) return undefined;
    const { fresh, known } = this.tail.space(space.sid);
    const heads: Head[] = [];
    for (const id of ids) {
      const head = fresh.get(id) ?? known.get(id);
      if (head === undefined) return undefined;
      heads.push(head);
    }
    return { space, heads };
  }

  /** The bytes with this hash. */
  content(hash: string): Uint8Array | undefined {
    const place = this.tail.content(hash);
    if (place !== undefined) return bytesAt(this.sql, place);
    const bytes = this.contents.get(hash);
    if (bytes !== undefined) return bytes;
    const settled = findPlace(this.sql, this.young, hash);
    return settled === undefined ? undefined : bytesAt(this.sql, settled);
  }

  /** Brings the derived tables up to the end of the log. */
  settle(): void {
    this.log.flush();
    settle(this.sql, this.tail, this.young);
  }

  /** What other connections have committed; a number that changes. */
  dataVersion(): number {
    return this.sql.dataVersion.get()?.data_version ?? 0;
  }

  /** Runs `work` on one snapshot. Throws the driver's error when refused for a lock. */
  read<T>(work: () => T): T {
    this.sql.begin.run();
    try {
      this.#refresh();
      const result = work();
      this.sql.commit.run();
      return result;
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  /**
   * Runs `work` under the write lock and commits. It throws the driver's error when the lock is not to be had, or
   * when `work` or a harmless COMMIT failed, with nothing stored; `UnknownCommit` when it may be stored.
   */
  write<T>(work: () => T): T {
    this.sql.beginWrite.run();
    if (this.#shared > 0) this.#shared -= 1;
    let result: T;
    try {
      this.#refresh();
      result = work();
      this.log.flush();
      if (isDue(this.tail, 0)) settle(this.sql, this.tail, this.young);
    } catch (error) {
      this.#abandon();
      throw error;
    }
    try {
      this.sql.commit.run();
    } catch (error) {
      this.#abandon();
      if (leavesNothing(error)) throw error;
      throw new UnknownCommit('COMMIT failed', { cause: faultOf(error, this.place) });
    }
    return result;
  }

  /**
   * Runs `work` and stores what it has appended to the log, in one statement instead of a transaction of four. The log
   * tells whether that was right: a row has the next seq or is refused, so nobody can have committed since we looked.
   * `work` may append to one space that is there already, write nothing else, and answers undefined to give up. Then,
   * or when somebody was quicker, the answer is undefined and nothing has happened: the way is \`write\`.
   */
  writeAtOnce<T>(work: () => T | undefined): T | undefined {
    if (this.#dataVersion === -1 || this.#shared > 0 || isDue(this.tail, 1)) return undefined;
    try {
      const result = work();
      if (result === undefined) return undefined;
      if (this.log.flushIf(this.#epoch, this.#schema)) return result;
    } catch (error) {
      this.#shared = ALONE;
      this.#abandon();
      // What is the request's own fault, or nobody's, shows again on the other way; all else may have been the COMMIT.
      if (isOfStatement(error) || leavesNothing(error) || isEntenteError(error)) return undefined;
      throw new UnknownCommit('COMMIT failed', { cause: faultOf(error, this.place) });
    }
    this.#shared = ALONE;
    this.#abandon();
    return undefined;
  }

  /**
   * Brings the write-ahead log into the file first: a driver may keep the connection half open until its statements
   * are collected, and nobody should find a file without its newest commits then.
   */
  close(): void {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Somebody else is at work, or nothing can be written here: the log stays beside the file, where it is read.
    }
    this.#db.close();
  }

  #refresh(): void {
    if (this.#spaces.size > SPACES) this.#spaces = new Map();
    const version = this.dataVersion();
    if (version === this.#dataVersion) return;
    if (this.#dataVersion !== -1) this.#shared = ALONE;
    this.#spaces = new Map();
    this.young.forget();
    const row = this.sql.store.get();
    if (row === undefined) throw new EntenteError('store-corrupt', `${this.place} has lost its identity row.`);
    if (row.schema > this.#schema) {
      throw new EntenteError('store-newer', `${this.place} was brought to schema ${row.schema} by a newer entente.`, {
        next: 'Stop this process and start it again with the newer entente.',
      });
    }
    const { tail } = this;
    if (row.epoch !== this.#epoch || row.settled !== tail.settled) tail.forget(row.settled);
    for (const segment of this.sql.tail.all(tail.last)) tail.load(segment);
    this.#epoch = row.epoch;
    this.#dataVersion = version;
  }

  #abandon(): void {
    rollBack(this.#db);
    this.#spaces = new Map();
    this.log.forget();
    this.young.forget();
    this.#epoch = '';
    this.#dataVersion = -1;
  }
}
