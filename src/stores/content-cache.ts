// Contents that this process committed or read lately. They never change, being named by their hash, so that keeping
// them is sound; a merge wants the base and the current text of a hot resource again and again.

/** Contents beyond a quarter of the bound are not kept. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What keeping one costs beside its bytes: the hash, the array and the place in the map. Small ones are mostly that. */
const ENTRY_BYTES = 256;

/**
 * In two generations: what is used goes into the younger one, and when that has half of the bound it becomes the older one,
 * whose contents go. One map in the order of use would be searched from its first place, over all that were taken out since.
 */
export class ContentCache {
  #young = new Map<string, Uint8Array>();
  #old = new Map<string, Uint8Array>();
  #bytes = 0;

  /** Keeps the bytes as they are: nobody else may hold them. */
  put(hash: string, bytes: Uint8Array): void {
    if (bytes.length > MAX_BYTES / 4 || this.#young.has(hash)) return;
    this.#young.set(hash, bytes);
    this.#bytes += bytes.length + ENTRY_BYTES;
    if (this.#bytes <= MAX_BYTES / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#bytes = 0;
  }

  /** A copy. */
  get(hash: string): Uint8Array | undefined {
    let bytes = this.#young.get(hash);
    if (bytes === undefined) {
      bytes = this.#old.get(hash);
      if (bytes === undefined) return undefined;
      this.put(hash, bytes);
    }
    return new Uint8Array(bytes);
  }

  /** Something was trimmed: what is gone must not be given any more. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#bytes = 0;
  }
}
