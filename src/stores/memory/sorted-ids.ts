// Ids in order, for prefix lists. Creating a resource costs nothing here: new ids wait and are sorted in at the next
// list, so that a commit stays flat however many resources there are.
import type { ResourceId } from '../../core/resource.ts';

/** Order of the UTF-8 bytes: what SQLite's BINARY collation and etcd use too, so that pages agree between stores. */
export function compareIds(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      // Surrogates (code points above U+FFFF) sort after all other units in UTF-8.
      const highA = a >= 0xd800 && a <= 0xdfff;
      const highB = b >= 0xd800 && b <= 0xdfff;
      if (highA !== highB) return highA ? 1 : -1;
      return a - b;
    }
  }
  return left.length - right.length;
}

export class SortedIds {
  #sorted: ResourceId[] = [];
  #waiting: ResourceId[] = [];

  add(id: ResourceId): void {
    this.#waiting.push(id);
  }

  /** Ids greater than `after` (or from `prefix` on) that start with `prefix`, in order. */
  *from(prefix: string, after: string | undefined): Generator<ResourceId> {
    this.#settle();
    const start =
      after !== undefined && compareIds(after, prefix) >= 0 ? this.#above(after, true) : this.#above(prefix, false);
    for (let index = start; index < this.#sorted.length; index += 1) {
      const id = this.#sorted[index];
      if (id === undefined || !id.startsWith(prefix)) return;
      yield id;
    }
  }

  #above(bound: string, exclusive: boolean): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareIds(this.#sorted[middle] ?? '', bound);
      if (order < 0 || (exclusive && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #settle(): void {
    if (this.#waiting.length === 0) return;
    const added = this.#waiting.sort(compareIds);
    this.#waiting = [];
    const old = this.#sorted;
    const merged: ResourceId[] = [];
    let next = 0;
    for (const id of added) {
      while (next < old.length && compareIds(old[next] ?? '', id) < 0) {
        merged.push(old[next] as ResourceId);
        next += 1;
      }
      merged.push(id);
    }
    while (next < old.length) {
      merged.push(old[next] as ResourceId);
      next += 1;
    }
    this.#sorted = merged;
  }
}
