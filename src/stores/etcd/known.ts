// Heads that this process has seen. A head at one revision never changes, so what a guard names by its revision need not
// be asked again: the version and the life that a write goes on from. What is current, etcd alone decides.
import type { Head } from '../../core/version.ts';
import type { Guard } from '../store.ts';

const MAX_HEADS = 50_000;

/** Whether a guard means this very head: by its revision, or by its version where that is not known. */
export function isNamed({ revision, version }: Guard, head: Head): boolean {
  return version === undefined ? head.revision === revision : head.version === version;
}

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

  /** The head that a guard names, if it was seen. */
  get(space: string, guard: Guard): Head | undefined {
    const head = this.#heads.get(`${space}\0${guard.resource}`);
    return head !== undefined && isNamed(guard, head) ? head : undefined;
  }

  /** The history has changed: revisions may mean something else. */
  clear(): void {
    this.#heads.clear();
  }
}
