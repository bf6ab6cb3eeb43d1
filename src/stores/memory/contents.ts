// Contents by hash with a count of who needs them: versions, keeps, and the sides of open conflicts.

interface Slot {
  readonly bytes: Uint8Array;
  holders: number;
}

export class Contents {
  readonly #slots = new Map<string, Slot>();

  /** Holds a content; the bytes are copied the first time, so the caller's array stays the caller's. */
  put(hash: string, bytes: Uint8Array): void {
    const slot = this.#slots.get(hash);
    if (slot === undefined) this.#slots.set(hash, { bytes: bytes.slice(), holders: 1 });
    else slot.holders += 1;
  }

  /** One more holder of a content that may be here. */
  hold(hash: string): void {
    const slot = this.#slots.get(hash);
    if (slot !== undefined) slot.holders += 1;
  }

  release(hash: string): void {
    const slot = this.#slots.get(hash);
    if (slot === undefined) return;
    slot.holders -= 1;
    if (slot.holders === 0) this.#slots.delete(hash);
  }

  get(hash: string): Uint8Array | undefined {
    return this.#slots.get(hash)?.bytes.slice();
  }
}
