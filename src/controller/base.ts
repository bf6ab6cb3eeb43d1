// The base of a change: the version that the agent read, found again by its revision, with its bytes.
import { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { VersionEntry } from '../stores/store.ts';
import { isStill } from './begun.ts';
import type { Context } from './context.ts';

export interface Origin {
  readonly state: 'absent' | 'content' | 'hash-only' | 'gone';
  readonly head?: Head;
  readonly content?: Uint8Array;
  /** Entries of the log up to here were gone when it was looked up. */
  readonly trimmed?: number;
}

const PAGE = 100;
const ABSENT: Origin = { state: 'absent' };
const GONE: Origin = { state: 'gone' };

/** What the token read. */
export function originOf(context: Context, token: Token, moved: boolean = false): Promise<Origin> {
  return originAt(context, token.resource, token.revision, token.hash, token.version, moved);
}

/**
 * What the change was made on: for a refused content that comes again, what the first refusal was made on (rule A1).
 * `moved`: it is most likely not the head.
 */
export function originOfIntent(
  context: Context,
  { token, relapsed }: { readonly token: Token; readonly relapsed: boolean },
  moved: boolean = false,
): Promise<Origin> {
  const { repairs } = token;
  if (!relapsed || repairs === undefined) return originOf(context, token, moved);
  return originAt(context, token.resource, repairs.revision, repairs.hash);
}

/**
 * The version of a resource that had this revision and hash. Never found by hash alone: a hash that a caller made up
 * must not open somebody else's bytes (rule E6). `version`: which one it should be, so that a base far below the head is
 * found at once.
 */
export async function originAt(
  context: Context,
  resource: ResourceId,
  revision: number,
  hash: string,
  version?: number,
  moved: boolean = false,
): Promise<Origin> {
  if (revision === 0 || hash === '') return ABSENT;
  const key = JSON.stringify([resource, revision, hash, version]);
  const origin = await context.origins.ask(key, () => lookUp(context, { resource, revision, version, moved }, hash));
  // The bytes go different ways from here.
  return origin.content === undefined ? origin : { ...origin, content: new Uint8Array(origin.content) };
}

interface Sought {
  readonly resource: ResourceId;
  readonly revision: number;
  readonly version: number | undefined;
  readonly moved: boolean;
}

async function lookUp(context: Context, sought: Sought, hash: string): Promise<Origin> {
  const { resource, revision } = sought;
  const { head, trimmed } = await versionAt(context, sought);
  if (head === undefined) return GONE;
  if (head.hash !== hash) {
    throw new EntenteError('bad-token', `The token does not say what ${resource} was at revision ${revision}.`, {
      next: 'Begin again to get a new token.',
    });
  }
  if (!hasContent(head)) return { state: 'hash-only', head };
  const content = await context.store.content(head.hash);
  return content === undefined ? GONE : { state: 'content', head, content, trimmed };
}

interface Found {
  readonly head: Head | undefined;
  readonly trimmed: number;
}

/** Looks at the head first: most bases are it, or lie close below it. */
async function versionAt(context: Context, { resource, revision, version, moved }: Sought): Promise<Found> {
  const { store, space } = context;
  const above = version === undefined ? undefined : { after: String(version + 1), limit: 1 };
  const begun = context.begun.at(resource, revision);
  // Where the head has most likely moved, both questions are on their way at once.
  const early = moved && above !== undefined && begun === undefined ? store.history(space, resource, above) : undefined;
  const [snapshot, told] = await Promise.all([store.read(space, [resource]), early]);
  const { trimmed } = snapshot;
  const head = snapshot.heads[0];
  if (isStill(begun, snapshot)) return { head: begun.head, trimmed };
  if (head?.revision === revision) return { head, trimmed };
  if (above !== undefined && version !== undefined && head !== undefined && version < head.version) {
    const { items } = told ?? (await store.history(space, resource, above));
    if (items[0]?.head.revision === revision) return { head: items[0].head, trimmed };
  }
  return searched(context, { resource, revision }, head, trimmed);
}

async function searched(
  context: Context,
  { resource, revision }: Pick<Sought, 'resource' | 'revision'>,
  head: Head | undefined,
  trimmed: number,
): Promise<Found> {
  // A head that is older than what the token read comes from a read that lags (trap T8): the history starts above it.
  let page: PageRequest | undefined = { limit: PAGE };
  if (head !== undefined && head.revision > revision) page = { limit: PAGE, after: String(head.version) };
  while (page !== undefined) {
    const { items, next }: Page<VersionEntry> = await context.store.history(context.space, resource, page);
    const found = items.find((item) => item.head.revision <= revision);
    if (found !== undefined) return { head: found.head.revision === revision ? found.head : undefined, trimmed };
    page = next === undefined ? undefined : { limit: PAGE, after: next };
  }
  return { head: undefined, trimmed };
}

/** A head with its bytes, for a merge or a reader. */
export async function contentOf(context: Context, head: Head | undefined): Promise<Uint8Array | undefined> {
  return hasContent(head) ? context.store.content(head.hash) : undefined;
}
