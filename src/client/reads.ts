// What changes nothing: drafts, heads, contents and lists.
import type { Making } from '../controller/making.ts';
import type { BeginOptions, Draft, DraftFilter, OpenDraft } from '../controller/types.ts';
import { EntenteError, isEntenteError } from '../core/errors.ts';
import type { Page, PageRequest } from '../core/page.ts';
import type { Conflict } from '../core/resolution.ts';
import { parseAgentId, parseResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import { decodeContent, type WireContent } from '../core/wire.ts';
import type { LogEntry, VersionEntry } from '../stores/store.ts';
import type { Answer, Asked, Connection } from './connection.ts';
import { readToken } from './tokens.ts';
import { conflictOf, contentIn } from './values.ts';
import { conflictPath } from './writes.ts';

/** The answer, or undefined where nothing is there (or nothing that the key may see). */
async function find(connection: Connection, asked: Asked, ...codes: readonly string[]): Promise<Answer | undefined> {
  try {
    return await connection.ask(asked);
  } catch (error) {
    if (isEntenteError(error) && ['not-found', ...codes].includes(error.code)) return undefined;
    throw error;
  }
}

interface WireDraft extends Partial<WireContent> {
  readonly token: string;
  readonly head?: Head;
  readonly others?: readonly OpenDraft[];
}

export async function begin(
  connection: Connection,
  resource: string,
  options: BeginOptions & { readonly at?: number },
  signal?: AbortSignal,
): Promise<Draft> {
  const id = parseResourceId(resource);
  const { note, at, announce = false } = options ?? {};
  const body = { id, agent: parseAgentId(options?.agent), note, at, announce };
  const answer = await connection.ask({ method: 'POST', path: '/drafts', body, signal });
  const wire = answer.body as WireDraft;
  const content = contentIn(wire);
  return {
    token: readToken(wire.token),
    ...(wire.head === undefined ? {} : { head: wire.head }),
    ...(content === undefined ? {} : { content }),
    ...(announce && at === undefined ? { others: wire.others ?? [] } : {}),
  };
}

export async function drafts(
  connection: Connection,
  { resource }: DraftFilter = {},
  page: PageRequest = {},
): Promise<Page<OpenDraft>> {
  const id = resource === undefined ? undefined : parseResourceId(resource);
  return gather<OpenDraft>(page, (cursor, limit) => pageOf(connection, '/drafts', { id, cursor, limit }));
}

async function headOf(
  connection: Connection,
  query: NonNullable<Asked['query']>,
): Promise<(Partial<WireContent> & { readonly head: Head }) | undefined> {
  const answer = await find(connection, { method: 'GET', path: '/resource/head', query });
  return answer?.body as (Partial<WireContent> & { readonly head: Head }) | undefined;
}

export async function read(
  connection: Connection,
  resource: string,
  { version }: { readonly version?: number } = {},
): Promise<{ head: Head; content?: Uint8Array } | undefined> {
  if (version !== undefined && (!Number.isSafeInteger(version) || version < 1))
    throw new EntenteError('misuse', 'A version is a whole number of at least 1.', {
      next: 'Look at the history for the versions there are.',
    });
  const found = await headOf(connection, { id: parseResourceId(resource), version, content: true });
  if (found === undefined) return undefined;
  const content = contentIn(found);
  return { head: found.head, ...(content === undefined ? {} : { content }) };
}

export async function getVersion(connection: Connection, resource: string): Promise<Head | undefined> {
  return (await headOf(connection, { id: parseResourceId(resource) }))?.head;
}

export async function making(connection: Connection, resource: string, version: number): Promise<Making | undefined> {
  const path = `/resource/versions/${encodeURIComponent(version)}/making`;
  const asked: Asked = { method: 'GET', path, query: { id: parseResourceId(resource) } };
  const answer = await find(connection, asked, 'gone');
  if (answer === undefined) return undefined;
  const { sent, ...told } = answer.body as Omit<Making, 'sent'> & { readonly sent?: WireContent };
  return { ...told, ...(sent === undefined ? {} : { sent: decodeContent(sent) }) };
}

/** What a server gives at most in one page. */
const PAGE = 200;
const LIMIT = 100;
const MOST = 1000;

export function limitOf(page: PageRequest): number {
  const { limit = LIMIT } = page;
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new EntenteError('misuse', 'A page has 1 to 1,000 items.', {
    next: 'Use the `next` of a page to get the following one.',
  });
}

/** One page of the library out of as many of the server as it takes. */
async function gather<Item>(
  page: PageRequest,
  fetchPage: (cursor: string | undefined, limit: number) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const limit = limitOf(page);
  const items: Item[] = [];
  let cursor = page.after;
  for (;;) {
    const got = await fetchPage(cursor, Math.min(PAGE, limit - items.length));
    items.push(...got.items);
    if (got.next === undefined) return { items };
    cursor = got.next;
    if (items.length >= limit) return { items, next: cursor };
  }
}

async function pageOf<Item>(
  connection: Connection,
  path: string,
  query: NonNullable<Asked['query']>,
): Promise<Page<Item>> {
  const answer = await connection.ask({ method: 'GET', path, query });
  return answer.body as Page<Item>;
}

export function list(
  connection: Connection,
  prefix: string = '',
  page: PageRequest & { readonly deleted?: boolean } = {},
): Promise<Page<Head>> {
  const deleted = page.deleted === true ? true : undefined;
  return gather(page, (cursor, limit) => pageOf(connection, '/resources', { prefix, deleted, cursor, limit }));
}

/** A cursor of the library is the number of the last version; one that a server signed goes on too. */
export async function history(
  connection: Connection,
  resource: string,
  page: PageRequest = {},
): Promise<Page<VersionEntry>> {
  const id = parseResourceId(resource);
  const found = await gather<VersionEntry>(page, (cursor, limit) => {
    const numbered = cursor !== undefined && /^\d{1,16}$/.test(cursor);
    const place = numbered ? { after: cursor } : { cursor };
    return pageOf<VersionEntry>(connection, '/resource/versions', { id, limit, ...place });
  }).catch((error: unknown) => {
    if (isEntenteError(error) && error.code === 'not-found') return { items: [] };
    throw error;
  });
  const last = found.items.at(-1);
  return 'next' in found && last !== undefined ? { items: found.items, next: String(last.head.version) } : found;
}

export function log(
  connection: Connection,
  cursor?: string,
  page: PageRequest = {},
): Promise<Page<LogEntry & { readonly cursor: string }>> {
  const after = page.after ?? cursor;
  return gather({ ...page, ...(after === undefined ? {} : { after }) }, (at, limit) =>
    pageOf(connection, '/audit', { cursor: at, limit }),
  );
}

export async function conflicts(
  connection: Connection,
  filter: { readonly state?: 'open' | 'resolved'; readonly pattern?: string } = {},
  page: PageRequest = {},
): Promise<Page<Conflict>> {
  const { state, pattern } = filter;
  const found = await gather<unknown>(page, (cursor, limit) =>
    pageOf(connection, '/conflicts', { state, pattern, cursor, limit }),
  );
  return { ...found, items: found.items.map(conflictOf) };
}

export async function conflict(connection: Connection, id: string): Promise<Conflict | undefined> {
  const answer = await find(connection, { method: 'GET', path: conflictPath(id) });
  return answer === undefined ? undefined : conflictOf(answer.body);
}

export async function conflictContent(
  connection: Connection,
  id: string,
  side: 'base' | 'current' | 'proposed',
): Promise<Uint8Array | undefined> {
  const asked: Asked = { method: 'GET', path: `${conflictPath(id)}/content`, query: { side } };
  return (await find(connection, asked, 'no-content'))?.bytes;
}

export { gather, pageOf };
