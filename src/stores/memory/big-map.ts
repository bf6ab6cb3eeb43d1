// A JavaScript Map fails at 2^24 entries. This one starts another Map before that, so a space may hold more.

const SHARD_LIMIT = 2 ** 24 - 1;

export class BigMap<K, V> {
  readonly #shards: Map<K, V>[];
  readonly #limit: number;
  #last: Map<K, V> = new Map();

  /** `limit`: entries in a shard; smaller in tests. */
  constructor(limit: number = SHARD_LIMIT) {
    this.#limit = limit;
    this.#shards = [this.#last];
  }

  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.size, 0);
  }

  get(key: K): V | undefined {
    if (this.#shards.length === 1) return this.#last.get(key);
    for (const shard of this.#shards) {
      const value = shard.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(key: K, value: V): void {
    if (this.#shards.length > 1 || this.#last.size >= this.#limit) {
      for (const shard of this.#shards) {
        if (shard.has(key)) {
          shard.set(key, value);
          return;
        }
      }
      if (this.#last.size >= this.#limit) {
        this.#last = new Map();
        this.#shards.push(this.#last);
      }
    }
    this.#last.set(key, value);
  }

  *keys(): IterableIterator<K> {
    for (const shard of this.#shards) yield* shard.keys();
  }
}
