// Files that could not be brought to disk: tried again after a while that grows, each fault told once.
import type { Head } from '../core/version.ts';
import type { FollowOptions } from './types.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

export interface Stuck {
  /** False where the same fault of the same file was told already. */
  add(head: Head, error: unknown): boolean;
  free(head: Head): void;
  isEmpty(): boolean;
  close(): void;
}

export function createStuck(later: FollowOptions['later'], again: (heads: readonly Head[]) => void): Stuck {
  const heads = new Map<string, { readonly head: Head; readonly message: string }>();
  let pause = FIRST_MS;
  let cancel: (() => void) | undefined;
  const plan = (): void => {
    cancel ??= later(pause, () => {
      cancel = undefined;
      pause = Math.min(LONGEST_MS, pause * 2);
      again([...heads.values()].map(({ head }) => head));
    });
  };
  return {
    add: (head, error) => {
      const message = error instanceof Error ? error.message : String(error);
      const told = heads.get(head.resource)?.message === message;
      heads.set(head.resource, { head, message });
      plan();
      return !told;
    },
    free: ({ resource }) => {
      heads.delete(resource);
      if (heads.size === 0) pause = FIRST_MS;
    },
    isEmpty: () => heads.size === 0,
    close: () => cancel?.(),
  };
}
