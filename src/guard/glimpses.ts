// A hook is asked before its host reads, so that an agent may have read what came to lie on disk right after: a version
// that others made meanwhile, or somebody's stale file before it was put right. A whole file that the agent writes then
// tells which of them it was made from.
import { bytesOf } from '../core/hash.ts';
import { textOf } from './edits.ts';
import type { Ground } from './ground.ts';
import type { Book, Sight } from './spool/book.ts';
import { bytesWith } from './versions.ts';

/** How often each line stands in a text, blanks apart. */
type Count = ReadonlyMap<string, number>;

interface Whole {
  readonly agent: string;
  /** What lay there as the host was about to read. */
  readonly sight: Sight;
  readonly change: { readonly content: string | Uint8Array };
}

/** What a whole file was made from: what was there as its author was about to read, unless its lines say otherwise. */
export async function madeFrom(ground: Ground, book: Book, { agent, sight, change }: Whole): Promise<Sight> {
  const glimpses = book.glimpses.get(agent) ?? [];
  const countOf = async ({ hash }: Sight): Promise<Count | undefined> =>
    countLines((await bytesWith(ground, book.path, hash)) ?? undefined);
  const content = countLines(bytesOf(change.content));
  const asked = glimpses.length === 0 ? undefined : await countOf(sight);
  if (content === undefined || asked === undefined) return sight;
  let best = { sight, far: apart(content, asked) };
  for (const one of glimpses) {
    const count = await countOf(one);
    const far = count === undefined ? Number.POSITIVE_INFINITY : apart(content, count);
    if (count !== undefined && far < best.far && hasAllOf(content, count, asked)) best = { sight: one, far };
  }
  return best.sight;
}

function countLines(bytes: Uint8Array | undefined): Count | undefined {
  const text = bytes === undefined ? '' : textOf(bytes);
  if (text === undefined) return undefined;
  const count = new Map<string, number>();
  for (const line of text.split('\n')) {
    const dense = line.replace(/\s+/g, '');
    count.set(dense, (count.get(dense) ?? 0) + 1);
  }
  return count;
}

/** How many lines two texts do not share. */
function apart(one: Count, other: Count): number {
  let sum = 0;
  for (const [line, times] of one) sum += Math.abs(times - (other.get(line) ?? 0));
  for (const [line, times] of other) if (!one.has(line)) sum += times;
  return sum;
}

/**
 * Whether a text has all that came with `seen`, and nothing of what went with it. Where it has some of it alone, it was made
 * from something between the two that nobody saw: the older base merges with what came since, a newer one would undo it.
 */
function hasAllOf(content: Count, seen: Count, asked: Count): boolean {
  for (const [line, times] of seen) {
    if (times > (asked.get(line) ?? 0) && (content.get(line) ?? 0) < times) return false;
  }
  for (const [line, times] of asked) {
    const left = seen.get(line) ?? 0;
    if (left < times && (content.get(line) ?? 0) > left) return false;
  }
  return true;
}
