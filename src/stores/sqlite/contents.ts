// Contents that do not stand in the log, by hash, with a count of who needs them: versions, keeps of log entries, and
// sides of open conflicts. The count makes trimming cost what it trims, not what there is. Small contents come here only
// when they outlive the entry that brought them. Runs inside the caller's transaction.
import type { Statements } from './statements.ts';

export class Contents {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Stores a content, or counts one more holder of it. */
  put(hash: string, bytes: Uint8Array): void {
    const row = this.#sql.content.get(hash);
    if (row === undefined) {
      const blob = Number(this.#sql.addBlob.run(bytes).lastInsertRowid);
      this.#sql.addContent.run(hash, bytes.length, blob);
      return;
    }
    this.#sql.setRefs.run(row.refs + 1, hash);
    if (row.blob === null) this.#setBytes(hash, bytes);
  }

  /** One more holder of a content, whether its bytes are here (yet) or not. */
  hold(hash: string): void {
    const row = this.#sql.content.get(hash);
    if (row === undefined) this.#sql.addContent.run(hash, null, null);
    else this.#sql.setRefs.run(row.refs + 1, hash);
  }

  /** True where the content is needed and its bytes are not here. */
  lacks(hash: string): boolean {
    return this.#sql.content.get(hash)?.blob === null;
  }

  /** Bytes for a content of which only the name was held. */
  #setBytes(hash: string, bytes: Uint8Array): void {
    const blob = Number(this.#sql.addBlob.run(bytes).lastInsertRowid);
    this.#sql.setBlob.run(bytes.length, blob, hash);
  }

  /** Bytes from an entry that goes, if somebody beside the entry needs them. */
  save(hash: string, read: () => Uint8Array): void {
    if (this.lacks(hash)) this.#setBytes(hash, read());
  }

  release(hash: string): void {
    const row = this.#sql.content.get(hash);
    if (row === undefined) return;
    if (row.refs > 1) {
      this.#sql.setRefs.run(row.refs - 1, hash);
      return;
    }
    this.#sql.dropContent.run(hash);
    if (row.blob !== null) this.#sql.dropBlob.run(row.blob);
  }

  get(hash: string): Uint8Array | undefined {
    const blob = this.#sql.content.get(hash)?.blob ?? null;
    const bytes = blob === null ? undefined : this.#sql.blob.get(blob)?.bytes;
    return bytes === undefined ? undefined : new Uint8Array(bytes);
  }
}
