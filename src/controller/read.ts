// Reading: drafts to work on, heads, versions and lists.
import { EntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import { type AgentId, parseResourceId, type ResourceId } from '../core/resource.ts';
import { type Head, hasContent, type ResourceVersion } from '../core/version.ts';
import { type Direct, HASH_ONLY, type Standing } from '../stores/direct.ts';
import type { Awaitable, Snapshot, VersionEntry } from '../stores/store.ts';
import { parseNote } from './checks.ts';
import { type Context, headToken, tokenOn } from './context.ts';
import { announce } from './presence.ts';
import type { BeginOptions, Draft } from './types.ts';

/** Holds nothing open: the token is the whole state of the draft. */
export function begin(context: Context, resource: string, options: BeginOptions): Promise<Draft> {
  try {
    if (options?.announce === true) return beginAloud(context, resource, options);
    const live = lookDirect(context, resource);
    if (live === undefined) return Promise.resolve(beginNow(context, resource, options));
    const { token, head } = directDraft(context, live, checkedAgent(context, options));
    // Where the engine sees the object made, it need not look for a `then` in it at every call.
    return Promise.resolve({ token, head });
  } catch (error) {
    return Promise.reject(error);
  }
}

async function beginAloud(context: Context, resource: string, options: BeginOptions): Promise<Draft> {
  const draft = await beginNow(context, resource, options);
  return { ...draft, others: await announce(context, draft.token, options.note) };
}

/** The draft itself where the store answers at once and there is no content to fetch; throws what `begin` rejects with. */
export function beginNow(context: Context, resource: string, options: BeginOptions): Awaitable<Draft> {
  const id = parseResourceId(resource);
  const agent = checkedAgent(context, options);
  const live = lookDirect(context, id);
  if (live !== undefined) return directDraft(context, live, agent);
  const answer = context.store.read(context.space, [id]);
  if (answer instanceof Promise) return answer.then((snapshot) => draftOf(context, id, agent, snapshot));
  return draftOf(context, id, agent, answer);
}

/** A head without content by the store's short way; a name under which there is one needs no check. */
function lookDirect({ direct }: Context, resource: string): Standing | undefined {
  const live = direct?.look(resource);
  return live === undefined || live.size !== HASH_ONLY ? undefined : live;
}

/** As `draftOf` has it. */
function directDraft(context: Context, live: Standing, agent: AgentId): Required<Pick<Draft, 'token' | 'head'>> {
  const { epoch, revision: newest } = context.direct as Direct;
  const { resource, version, revision, born, hash, at, deleted } = live;
  const token = headToken(context, live, agent, epoch, newest(), context.clock());
  return { token, head: { resource, version, revision, born, hash, agent: live.agent, at, deleted } };
}

function checkedAgent(context: Context, options: BeginOptions): AgentId {
  const agent = context.agents.parse(options?.agent);
  if (options.note !== undefined) parseNote(options.note);
  return agent;
}

function draftOf(
  context: Context,
  id: ResourceId,
  agent: AgentId,
  snapshot: Snapshot,
  tries: number = 0,
): Awaitable<Draft> {
  const head = snapshot.heads[0];
  const { epoch, revision: asOf } = snapshot;
  const at = context.clock();
  if (head === undefined) return { token: tokenOn(context, id, agent, head, { epoch, asOf, at }) };
  const token = headToken(context, head, agent, epoch, asOf, at);
  if (!hasContent(head)) return { token, head };
  // A store that answers at once is asked sooner than anything is remembered.
  if (context.direct === undefined) context.begun.add(head, snapshot);
  return context.store
    .content(head.hash)
    .then((content) => (content === undefined ? draftAgain(context, head, agent, tries) : { token, head, content }));
}

const READS = 10;

/** Between the two reads the head was superseded and its bytes were trimmed: the newer one has its own. */
async function draftAgain(context: Context, missed: Head, agent: AgentId, tries: number): Promise<Draft> {
  const snapshot = await context.store.read(context.space, [missed.resource]);
  if (snapshot.heads[0]?.revision === missed.revision) throw contentMissing(missed);
  if (tries === READS) throw movedOn(missed);
  return draftOf(context, missed.resource, agent, snapshot, tries + 1);
}

function contentMissing(head: Head): EntenteError {
  return new EntenteError('store-corrupt', `The content of ${head.resource} (version ${head.version}) is missing.`, {
    next: 'Run `entente verify`, and restore from a backup.',
  });
}

function movedOn(head: Head): EntenteError {
  return new EntenteError('base-gone', `${head.resource} moved on while it was read.`, { next: 'Read it again.' });
}

/** A head's bytes are always kept, so that missing ones are a fault of the store. */
async function contentOrFault(context: Context, head: Head): Promise<Uint8Array> {
  const content = await context.store.content(head.hash);
  if (content !== undefined) return content;
  // Between the two reads the head may have been superseded and trimmed: then the newer one has its bytes.
  const again = (await context.store.read(context.space, [head.resource])).heads[0];
  throw again?.revision === head.revision ? contentMissing(head) : movedOn(head);
}

export async function read(
  context: Context,
  resource: string,
  options: { readonly version?: number } = {},
): Promise<{ head: Head; content?: Uint8Array } | undefined> {
  const id = parseResourceId(resource);
  const head = await headAt(context, id, options.version);
  if (head === undefined) return undefined;
  return hasContent(head) ? { head, content: await contentOrFault(context, head) } : { head };
}

async function headAt(
  context: Context,
  id: ReturnType<typeof parseResourceId>,
  version: number | undefined,
): Promise<Head | undefined> {
  const current = (await context.store.read(context.space, [id])).heads[0];
  if (version === undefined || current?.version === version) return current;
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new EntenteError('misuse', 'A version is a whole number of at least 1.', {
      next: 'Look at the history for the versions there are.',
    });
  }
  if (current === undefined || version > current.version) return undefined;
  const page = await context.store.history(context.space, id, { after: String(version + 1), limit: 1 });
  const found = page.items[0]?.head;
  if (found?.version === version) return found;
  throw new EntenteError('gone', `Version ${version} of ${id} is no longer kept.`, {
    next: 'Look at the history for the versions there are.',
  });
}

export async function getVersion(context: Context, resource: string): Promise<ResourceVersion | undefined> {
  return (await context.store.read(context.space, [parseResourceId(resource)])).heads[0];
}

export async function hasChanged(context: Context, resource: string, sinceVersion: number): Promise<boolean> {
  const head = await getVersion(context, resource);
  return head !== undefined && head.version > sinceVersion;
}

export async function history(context: Context, resource: string, page: PageRequest = {}): Promise<Page<VersionEntry>> {
  const checked = checkPage(page);
  if (checked.after !== undefined && !/^\d{1,16}$/.test(checked.after)) {
    throw new EntenteError('misuse', 'A history goes on after a version number.', {
      next: 'Use the `next` of a page to get the following one.',
    });
  }
  return context.store.history(context.space, parseResourceId(resource), checked);
}

const MAX_PREFIX = 1024;

export async function list(
  context: Context,
  prefix: string = '',
  page: PageRequest & { readonly deleted?: boolean } = {},
): Promise<Page<Head>> {
  if (typeof prefix !== 'string' || prefix.length > MAX_PREFIX)
    throw new EntenteError('bad-id', 'A prefix is a text of at most 1,024 characters.');
  const { deleted, ...request } = checkPage(page);
  const checked: PageRequest = request;
  const limit = checked.limit ?? 100;
  const items: Head[] = [];
  let after = checked.after;
  // Tombstones are left out here and not in the store: a page is filled up from as many as it takes.
  for (;;) {
    const found = await context.store.list(context.space, prefix, { limit, ...(after === undefined ? {} : { after }) });
    for (const head of found.items) {
      if (deleted !== true && head.deleted) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.resource ?? '' };
      items.push(head);
    }
    if (found.next === undefined) return { items };
    if (items.length === limit) return { items, next: found.next };
    after = found.next;
  }
}

export function checkPage<T extends PageRequest>(page: T): T {
  if (typeof page !== 'object' || page === null)
    throw new EntenteError('misuse', 'A page is an object with a limit and a place to start after, both if you like.');
  const { limit, after } = page;
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000)) {
    throw new EntenteError('misuse', 'A page has 1 to 1,000 items.', {
      next: 'Use the `next` of a page to get the following one.',
    });
  }
  if (after !== undefined && typeof after !== 'string')
    throw new EntenteError('misuse', 'A page starts after the `next` of another page.');
  return page;
}
