// The calls of the queue: list, look, merge, take, decide.
import { faultOf, isFault } from './fault.ts';
import { ask, send } from './request.ts';
import type {
  Choice,
  Composition,
  Conflict,
  ConflictView,
  Decision,
  Outcome,
  Page,
  QueueItem,
  SideName,
} from './types.ts';

const PAGE = 200;
const pathOf = (id: string): string => `/conflicts/${encodeURIComponent(id)}`;

/** Conflicts, oldest first; all pages up to `most`, and whether there are more. */
export async function listConflicts(
  state: 'open' | 'resolved',
  most: number,
  signal?: AbortSignal,
): Promise<{ readonly items: readonly QueueItem[]; readonly more: boolean }> {
  const items: QueueItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask<Page<QueueItem>>({
      path: '/conflicts',
      query: { state, limit: PAGE, cursor, detail: 1 },
      ...(signal === undefined ? {} : { signal }),
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < most);
  return { items, more: cursor !== undefined };
}

export function readConflict(id: string, signal?: AbortSignal): Promise<ConflictView> {
  return ask<ConflictView>({ path: `${pathOf(id)}/view`, ...(signal === undefined ? {} : { signal }) });
}

/** The result that some choices make, put together by the server; stores nothing. */
export function composeConflict(id: string, choices: readonly Choice[], signal?: AbortSignal): Promise<Composition> {
  return ask<Composition>({
    ...{ method: 'POST', path: `${pathOf(id)}/composition`, body: { choices } },
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function sideContent(id: string, side: SideName): Promise<Blob> {
  const response = await send({ path: `${pathOf(id)}/content`, query: { side } });
  if (!response.ok) throw faultOf(response.status, await response.json().catch(() => undefined));
  return response.blob();
}

/**
 * Decides a conflict as it was seen (`etag`). An outcome that stored nothing is an answer like every other; a conflict that
 * moved since is one too: `moved`.
 */
export async function resolveConflict(
  { id, etag }: Pick<Conflict, 'id' | 'etag'>,
  decision: Decision & { readonly reason?: string },
): Promise<Outcome> {
  try {
    return await ask<Outcome>({
      ...{ method: 'POST', path: `${pathOf(id)}/resolution`, body: decision },
      headers: { 'if-match': etag },
    });
  } catch (error) {
    if (isFault(error, 'precondition-failed')) return { status: 'moved', reason: error.message };
    if (isFault(error) && typeof (error.outcome as Outcome | undefined)?.status === 'string')
      return error.outcome as Outcome;
    throw error;
  }
}

export function claimConflict(id: string): Promise<unknown> {
  return ask({ method: 'POST', path: `${pathOf(id)}/claim`, body: {} });
}

export function releaseConflict(id: string): Promise<unknown> {
  return ask({ method: 'DELETE', path: `${pathOf(id)}/claim` });
}
