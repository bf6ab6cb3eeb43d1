// Contents by hash with a count of who needs them: versions, keeps, and the sides of open conflicts. A conflict may hold
// a hash before its bytes are here; they are kept when they come.

interface Slot {
  bytes: Uint8Array | undefined;
  holders: number;
}

export class Contents {
  readonly #slots = new Map<string, Slot>();

  /** Holds a content; the bytes are copied the first time, so the caller's array stays the caller's. */
  put(hash: string, bytes: Uint8Array): void {
    const slot = this.#slot(hash);
    // Not slice: of a Buffer it would be another view of the same memory.
    slot.bytes ??= new Uint8Array(bytes);
    slot.holders += 1;
  }

  /** One more holder of a content that may be here. */
  hold(hash: string): void {
    this.#slot(hash).holders += 1;
  }

  release(hash: string): void {
    const slot = this.#slots.get(hash);
    if (slot === undefined) return;
    slot.holders -= 1;
    if (slot.holders === 0) this.#slots.delete(hash);
  }

  get(hash: string): Uint8Array | undefined {
    const bytes = this.#slots.get(hash)?.bytes;
    // Not slice: it would write zeros first.
    return bytes === undefined ? undefined : new Uint8Array(bytes);
  }

  #slot(hash: string): Slot {
    let slot = this.#slots.get(hash);
    if (slot === undefined) {
      slot = { bytes: undefined, holders: 0 };
      this.#slots.set(hash, slot);
    }
    return slot;
  }
}
