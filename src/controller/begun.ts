// Versions that drafts of this process were begun from. A change comes back to the one that it was made on, which has mostly
// been replaced by then: what was read once need not be looked for in the history.
import type { ResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { Snapshot } from '../stores/store.ts';

/** A version that was there when this was read. It is still there while nothing was trimmed since, in the same epoch. */
export interface Begun {
  readonly head: Head;
  readonly epoch: string;
  readonly trimmed: number;
}

/** Many times as many as are worked on at once; then all are forgotten, which costs a look each. */
const MAX_BEGUN = 1000;

export class BegunVersions {
  readonly #versions = new Map<string, Begun>();

  add(head: Head, { epoch, trimmed }: Pick<Snapshot, 'epoch' | 'trimmed'>): void {
    if (this.#versions.size >= MAX_BEGUN) this.#versions.clear();
    // The caller's draft has the head too.
    this.#versions.set(keyOf(head.resource, head.revision), { head: { ...head }, epoch, trimmed });
  }

  at(resource: ResourceId, revision: number): Begun | undefined {
    return this.#versions.get(keyOf(resource, revision));
  }
}

export function isStill(begun: Begun | undefined, { epoch, trimmed }: Snapshot): begun is Begun {
  return begun?.epoch === epoch && begun.trimmed === trimmed;
}

function keyOf(resource: ResourceId, revision: number): string {
  return `${revision} ${resource}`;
}
