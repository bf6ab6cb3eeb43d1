// The last N of something, oldest first. Adding is constant work; a list that shifts would be linear.

export class Ring<T> {
  readonly #max: number;
  #items: T[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(item: T): void {
    if (this.#max === 0) return;
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#max;
  }

  clear(): void {
    this.#items = [];
    this.#next = 0;
  }

  toArray(): T[] {
    if (this.#items.length < this.#max) return this.#items.slice();
    return [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
  }
}
