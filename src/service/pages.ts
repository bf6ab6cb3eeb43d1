// Pages of what a principal may see. What it may not see is left out here and not in the store, so that a page is filled
// up from as many as it takes, to a bound: then it ends early, with a cursor to go on from.
import type { Page, PageRequest } from '../core/page.ts';
import { openCursor, sealCursor } from './cursors.ts';
import type { Call } from './operation.ts';

const LIMIT = 100;
/** Items looked at for one page. */
const MAX_LOOKED = 10_000;

export interface PageInput {
  readonly cursor?: string;
  /** @default 100 */
  readonly limit?: number;
}

export interface Source<Item> {
  /** Which list, and with what filter: a cursor of another one is refused. */
  readonly of: string;
  read(page: PageRequest): Promise<Page<Item>>;
  sees(item: Item): boolean;
}

/** The next page of the items that the principal may see. */
export async function visiblePage<Item>(call: Call, input: PageInput, source: Source<Item>): Promise<Page<Item>> {
  const { limit = LIMIT } = input;
  let after = await openCursor(call, source.of, input.cursor);
  const items: Item[] = [];
  for (let looked = 0; looked < MAX_LOOKED; ) {
    // No more is asked for than there is room: then the end of a page of the store is the end of this one.
    const page = await source.read({ limit: limit - items.length, ...(after === undefined ? {} : { after }) });
    items.push(...page.items.filter((item) => source.sees(item)));
    looked += Math.max(1, page.items.length);
    if (page.next === undefined) return { items };
    after = page.next;
    if (items.length >= limit) break;
  }
  return { items, next: await sealCursor(call, source.of, after ?? '') };
}
