// A list of integers that grows, four bytes each: what is kept for each value of a large document.

export class Ints {
  #items: Int32Array = new Int32Array(256);
  length = 0;

  /** Puts it at the end; gives its index. */
  push(value: number): number {
    if (this.length === this.#items.length) {
      const grown = new Int32Array(Math.ceil(this.length * 1.5));
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.length] = value;
    this.length += 1;
    return this.length - 1;
  }

  /** The one at an index below `length`. */
  at(index: number): number {
    return this.#items[index] as number;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** All of them, in an array of just that size. */
  all(): Int32Array {
    return this.#items.slice(0, this.length);
  }
}
