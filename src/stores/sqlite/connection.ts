// One open database: its statements, its transactions, and what it knows of each space. What it knows is trusted only
// while PRAGMA data_version says that no other connection has written; heads are always read, under the lock.
import { EntenteError } from '../../core/errors.ts';
import type { Space } from '../../core/resource.ts';
import { Contents } from './contents.ts';
import type { SqliteDatabase } from './driver.ts';
import { faultOf, leavesNothing } from './errors.ts';
import { rollBack } from './open.ts';
import type { Statements } from './statements.ts';
import { prepareStatements } from './statements.ts';

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

/** A COMMIT failed in a way that leaves it open whether the transaction is stored. */
export class UnknownCommit extends Error {}

export class Connection {
  readonly sql: Statements;
  readonly contents: Contents;
  readonly place: string;
  readonly #db: SqliteDatabase;
  readonly #schema: number;
  readonly #spaces = new Map<Space, SpaceState>();
  #dataVersion = -1;
  #epoch = '';

  constructor(db: SqliteDatabase, place: string, schema: number) {
    this.#db = db;
    this.place = place;
    this.#schema = schema;
    this.sql = prepareStatements(db);
    this.contents = new Contents(this.sql);
  }

  /** Valid inside a transaction. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Valid inside a transaction; changes made to it stand when the transaction commits. */
  space(name: Space): SpaceState {
    let state = this.#spaces.get(name);
    if (state === undefined) {
      const row = this.sql.space.get(name);
      state =
        row === undefined
          ? { sid: 0, trimmed: 0, revision: 0, resources: 0, merged: 0, escalated: 0, open: 0 }
          : { ...row };
      this.#spaces.set(name, state);
    }
    return state;
  }

  /** The space's number, given when the first commit to it is applied. */
  sidFor(name: Space, state: SpaceState): number {
    if (state.sid === 0) state.sid = Number(this.sql.addSpace.run(name).lastInsertRowid);
    return state.sid;
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
    let result: T;
    try {
      this.#refresh();
      result = work();
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
    const version = this.dataVersion();
    if (version === this.#dataVersion) return;
    this.#spaces.clear();
    this.contents.expire();
    const row = this.sql.epoch.get();
    if (row === undefined) throw new EntenteError('store-corrupt', `${this.place} has lost its identity row.`);
    if (row.schema > this.#schema) {
      throw new EntenteError('store-newer', `${this.place} was brought to schema ${row.schema} by a newer entente.`, {
        next: 'Stop this process and start it again with the newer entente.',
      });
    }
    if (row.epoch !== this.#epoch) this.contents.forget();
    this.#epoch = row.epoch;
    this.#dataVersion = version;
  }

  #abandon(): void {
    rollBack(this.#db);
    this.#spaces.clear();
    this.contents.forget();
    this.#dataVersion = -1;
  }
}
