// The calls about resources, and about the space as a whole.
import { isFault } from './fault.ts';
import { ask } from './request.ts';
import type { Found, OpenDraft, Page, Stats, Version } from './types.ts';

const maybe = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/** The head of a resource, with its content where asked; undefined for what never was or may not be seen. */
export async function readHead(
  id: string,
  {
    content = false,
    version,
    signal,
  }: { readonly content?: boolean; readonly version?: number; readonly signal?: AbortSignal } = {},
): Promise<Found | undefined> {
  try {
    return await ask<Found>({
      path: '/resource/head',
      query: { id, version, content: content ? 1 : undefined },
      ...maybe(signal),
    });
  } catch (error) {
    if (isFault(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Newest first. */
export function readVersions(
  id: string,
  more: { readonly cursor?: string; readonly limit?: number; readonly signal?: AbortSignal } = {},
): Promise<Page<Version>> {
  const { cursor, limit = 50, signal } = more;
  return ask<Page<Version>>({ path: '/resource/versions', query: { id, cursor, limit }, ...maybe(signal) });
}

/** What agents said that they are about to change; of one resource, or of all. */
export function readDrafts(id?: string, signal?: AbortSignal): Promise<Page<OpenDraft>> {
  return ask<Page<OpenDraft>>({ path: '/drafts', query: { id, limit: 200 }, ...maybe(signal) });
}

export function readStats(signal?: AbortSignal): Promise<Stats> {
  return ask<Stats>({ path: '/stats', ...maybe(signal) });
}

/** Makes an earlier version the newest again, as a new version, on exactly what is there now (`etag`). */
export function undoTo(id: string, version: number, etag: string, note: string): Promise<unknown> {
  return ask({ method: 'POST', path: '/resource/undo', headers: { 'if-match': etag }, body: { id, version, note } });
}
