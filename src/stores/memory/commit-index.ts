// Which revision landed under which commitId. It catches up with the log when it is asked: commits that nobody looks up
// never pay for it.
import type { LogRing } from './log-ring.ts';

export class CommitIndex {
  readonly #log: LogRing;
  readonly #revisions = new Map<string, number>();
  #indexedTo = 0;

  constructor(log: LogRing) {
    this.#log = log;
  }

  find(agent: string, commitId: string): number | undefined {
    const { last, trimmed } = this.#log;
    for (let revision = Math.max(this.#indexedTo, trimmed) + 1; revision <= last; revision += 1) {
      this.#revisions.set(this.#keyAt(revision), revision);
    }
    this.#indexedTo = last;
    return this.#revisions.get(commitKey(agent, commitId));
  }

  /** To be called before the log drops the entry at `revision`. */
  forget(revision: number): void {
    if (revision <= this.#indexedTo) this.#revisions.delete(this.#keyAt(revision));
  }

  #keyAt(revision: number): string {
    return commitKey(this.#log.agentOf(revision), this.#log.commitIdOf(revision));
  }
}

function commitKey(agent: string, commitId: string): string {
  return `${agent}\n${commitId}`;
}
