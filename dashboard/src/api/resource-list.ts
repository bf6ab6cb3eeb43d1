// The list of resources.
import { ask } from './request.ts';
import type { Head, Page } from './types.ts';

/** By id, up to `most`, and whether there are more. `filter`: what ids begin with, or a pattern with * or ?. */
export async function listResources(
  filter: string,
  most: number,
  signal: AbortSignal,
): Promise<{ readonly items: readonly Head[]; readonly more: boolean }> {
  const what = /[*?]/.test(filter) ? { pattern: filter } : { prefix: filter === '' ? undefined : filter };
  const items: Head[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Head> = await ask<Page<Head>>({
      path: '/resources',
      query: { ...what, cursor, limit: 200 },
      signal,
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < most);
  return { items, more: cursor !== undefined };
}
