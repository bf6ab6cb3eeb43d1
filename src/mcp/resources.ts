// Resources of the protocol: the contents of a space and its conflicts, by address. What is not there and what may not be
// seen are the same: not found.
import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
  type Server,
} from '@modelcontextprotocol/server';
import { isEntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import { type Call, perform } from '../service/operation.ts';
import { conflict } from '../service/operations/conflict.ts';
import { list } from '../service/operations/list.ts';
import { read } from '../service/operations/read.ts';
import { shownConflict } from './conflict-text.ts';
import { clean, quoted } from './say.ts';
import type { Session } from './session.ts';
import { type Address, conflictUri, parseAddress, resourceUri } from './uris.ts';

const PAGE = 100;
const TEXT = 'text/plain';
const BYTES = 'application/octet-stream';
/** What clients and caches are told: contents are somebody's own, and are asked for anew. */
const FRESH = { ttlMs: 0, cacheScope: 'private' } as const;

const TEMPLATES: readonly ResourceTemplateType[] = [
  {
    uriTemplate: 'entente://{space}/{+id}{?v}',
    name: 'resource',
    description: 'A resource as it is now, or with ?v= at a version that is still kept.',
  },
  {
    uriTemplate: 'entente://conflicts/{c}',
    name: 'conflict',
    description: 'A conflict with its base and its two sides.',
    mimeType: 'application/json',
  },
];

function resourceOf(space: string, { resource, size, mediaType, version, agent }: Head): Resource | undefined {
  const uri = resourceUri(space, resource);
  if (uri === undefined) return undefined;
  return {
    ...{ uri, name: resource, description: `v${version} by ${quoted(agent)}` },
    ...(size === undefined ? {} : { size }),
    ...(mediaType === undefined ? {} : { mimeType: mediaType }),
  };
}

function notFound(uri: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, 'Resource not found.', { uri: clean(uri, 1000) });
}

async function readContent(
  call: Call,
  uri: string,
  address: Address & { readonly kind: 'resource' },
): Promise<ReadResourceResult> {
  const { id, version } = address;
  const found = await perform(read, call, { id, ...(version === undefined ? {} : { version }) });
  const { head, content, encoding } = found;
  // A tombstone and a version that is a hash alone have nothing to be read.
  if (content === undefined) throw notFound(uri);
  // Whose the content is stands beside it: it is data of theirs.
  const marks = { 'entente/untrusted': true, 'entente/by': clean(head.agent, 255), 'entente/version': head.version };
  const part =
    encoding === 'base64'
      ? { uri, mimeType: head.mediaType ?? BYTES, blob: content, _meta: marks }
      : { uri, mimeType: head.mediaType ?? TEXT, text: content, _meta: marks };
  return { contents: [part], ...FRESH };
}

async function readConflict(call: Call, uri: string, conflictId: string): Promise<ReadResourceResult> {
  const found = await perform(conflict, call, { conflictId });
  const { sides, regions, truncated } = shownConflict(call, found, true);
  const { id, resource, state, revision } = found;
  const shown = { conflict_id: id, id: resource, state, version: revision, regions, truncated, untrusted: sides };
  const text = JSON.stringify(shown, null, 2);
  return { contents: [{ uri, mimeType: 'application/json', text, _meta: { 'entente/untrusted': true } }], ...FRESH };
}

async function readUri(session: Session, uri: string, signal: AbortSignal): Promise<ReadResourceResult> {
  try {
    const address = parseAddress(uri);
    if (address.kind === 'conflict') return await readConflict(session.call({ signal }), uri, address.conflictId);
    return await readContent(session.call({ signal, space: address.space }), uri, address);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (!isEntenteError(error)) {
      session.fault(error);
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'The server could not read this.');
    }
    if (['not-found', 'bad-id', 'no-content'].includes(error.code)) throw notFound(uri);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, clean(error.message, 500), { code: error.code });
  }
}

async function listed(
  session: Session,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<{
  readonly resources: Resource[];
  readonly nextCursor?: string;
}> {
  const call = session.call({ signal });
  try {
    const { items, next } = await perform(list, call, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    const resources = items.flatMap((head) => resourceOf(call.space, head) ?? []);
    return { resources, ...(next === undefined ? {} : { nextCursor: next }) };
  } catch (error) {
    if (isEntenteError(error))
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, clean(error.message, 500), { code: error.code });
    throw error;
  }
}

/** The address of what changed, as a client may have asked for it. */
export function urisOf(space: string, ids: readonly string[], conflictId: string | undefined): readonly string[] {
  const uris = ids.flatMap((id) => resourceUri(space, id) ?? []);
  return conflictId === undefined ? uris : [...uris, conflictUri(conflictId)];
}

export function serveResources(server: Server, session: Session): void {
  server.setRequestHandler('resources/list', ({ params }, { mcpReq }) =>
    listed(session, params?.cursor, mcpReq.signal),
  );
  server.setRequestHandler('resources/templates/list', async () => ({ resourceTemplates: [...TEMPLATES] }));
  server.setRequestHandler('resources/read', ({ params }, { mcpReq }) => readUri(session, params.uri, mcpReq.signal));
}
