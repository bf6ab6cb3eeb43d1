// Bounded concurrency over a stream of work: many commits at once share one flush of the store.

/** Runs `work` on each item, `size` at a time. The first fault stops the rest once what runs has ended. */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T>,
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let fault: { readonly error: unknown } | undefined;
  try {
    for await (const item of items) {
      const task = work(item).catch((error: unknown) => {
        fault ??= { error };
      });
      const tracked = task.finally(() => running.delete(tracked));
      running.add(tracked);
      if (running.size >= size) await Promise.race(running);
      if (fault !== undefined) break;
    }
  } finally {
    // What has begun is let finish, also when the items themselves end in an error.
    await Promise.all(running);
  }
  if (fault !== undefined) throw fault.error;
}
