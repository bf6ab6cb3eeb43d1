// Heads that this process has seen. A head at one revision never changes, so what a guard names by its revision need not
// be asked again: the version and the life that a write goes on from. What is current, etcd alone decides.
import type { Head } from '../../core/version.ts';

const MAX_HEADS = 50_000;

export class KnownHeads {
  readonly #heads = new Map<string, Head>();

  put(space: string, head: Head): void {
    const name = `${space}\0${head.resource}`;
    const known = this.#heads.get(name);
    if (known !== undefined && known.revision >= head.revision) return;
    this.#heads.delete(name);
    this.#heads.set(name, head);
    if (this.#heads.size <= MAX_HEADS) return;
    const [oldest] = this.#heads.keys();
    if (oldest !== undefined) this.#heads.delete(oldest);
  }

  /** The head with this very revision, if it was seen. */
  get(space: string, resource: string, revision: number): Head | undefined {
    const head = this.#heads.get(`${space}\0${resource}`);
    return head?.revision === revision ? head : undefined;
  }

  /** The history has changed: revisions may mean something else. */
  clear(): void {
    this.#heads.clear();
  }
}
