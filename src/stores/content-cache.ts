// Contents that this process committed or read lately. They never change, being named by their hash, so that keeping
// them is sound; a merge wants the base and the current text of a hot resource again and again.

/** Contents beyond a quarter of the bound are not kept. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What keeping one costs beside its bytes: the hash, the array and the place in the map. Small ones are mostly that. */
const ENTRY_BYTES = 256;

export class ContentCache {
  /** In the order of use, the longest unused first. */
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  /** Keeps the bytes as they are: nobody else may hold them. */
  put(hash: string, bytes: Uint8Array): void {
    if (bytes.length > MAX_BYTES / 4 || this.#kept.has(hash)) return;
    this.#kept.set(hash, bytes);
    this.#bytes += bytes.length + ENTRY_BYTES;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#kept.delete(oldest);
      this.#bytes -= length + ENTRY_BYTES;
    }
  }

  /** A copy. */
  get(hash: string): Uint8Array | undefined {
    const bytes = this.#kept.get(hash);
    if (bytes === undefined) return undefined;
    this.#kept.delete(hash);
    this.#kept.set(hash, bytes);
    return new Uint8Array(bytes);
  }

  /** Something was trimmed: what is gone must not be given any more. */
  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
