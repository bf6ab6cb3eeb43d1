// Addresses of resources: `entente://{space}/{id}`, with `?v=` for a version, and `entente://conflicts/{c}`. They are read
// by one expression without choices, and decoded exactly once: nothing that is sent in can stall it or mean two things.
import { EntenteError } from '../core/errors.ts';
import { parseResourceId, parseSpace, type ResourceId, type Space } from '../core/resource.ts';

const SCHEME = 'entente://';
/** The name that stands for the queue: resources of a space of this name have no address. */
const CONFLICTS = 'conflicts';
/** A space of 255 bytes and an id of 1,024, each percent-encoded. */
const MAX_CHARS = 4096;

export type Address =
  | { readonly kind: 'resource'; readonly space: Space; readonly id: ResourceId; readonly version?: number }
  | { readonly kind: 'conflict'; readonly conflictId: string };

/** The address of a resource; undefined for one that has none. */
export function resourceUri(space: string, id: string, version?: number): string | undefined {
  if (space === CONFLICTS) return undefined;
  const path = id.split('/').map(encodeURIComponent).join('/');
  return `${SCHEME}${encodeURIComponent(space)}/${path}${version === undefined ? '' : `?v=${version}`}`;
}

export function conflictUri(conflictId: string): string {
  return `${SCHEME}${CONFLICTS}/${encodeURIComponent(conflictId)}`;
}

function bad(): EntenteError {
  return new EntenteError('bad-id', 'The URI is no address of entente.', {
    next: 'Use entente://SPACE/ID, entente://SPACE/ID?v=VERSION or entente://conflicts/NUMBER.',
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad();
  }
}

/** `bad-id` for what is none. */
export function parseAddress(uri: string): Address {
  if (uri.length > MAX_CHARS) throw bad();
  const [, host = '', path = '', version] = /^entente:\/\/([^/?#]+)\/([^?#]+)(?:\?v=(\d{1,15}))?$/.exec(uri) ?? [];
  if (host === '' || path === '') throw bad();
  if (host === CONFLICTS) {
    if (version !== undefined) throw bad();
    return { kind: 'conflict', conflictId: decoded(path) };
  }
  const address = { kind: 'resource', space: parseSpace(decoded(host)), id: parseResourceId(decoded(path)) } as const;
  if (version === undefined) return address;
  if (Number(version) < 1) throw bad();
  return { ...address, version: Number(version) };
}
