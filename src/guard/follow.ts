// Brings to disk what others commit: over HTTP or MCP, or in another process on the same store. What is told of is the log
// from a cursor that is kept, so that a guard which starts again goes on where it stopped. Each file goes the way that all
// go (`reconcile`): what lies on disk and is no version is taken first. A commit of the guard itself comes back here too,
// and a file that was put on disk comes back through the watcher: both find disk and head to be one, and end there.
import { isEntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import { type Bringing, createBringing } from './bring.ts';
import type { InTurn } from './captures.ts';
import type { Ground } from './ground.ts';
import type { Followed } from './spool/followed.ts';
import type { FollowOptions } from './types.ts';

const PAGE = 500;
const SOON_MS = 1000;

/** Ends with the signal, after the file that is under way. */
export async function follow(ground: Ground, inTurn: InTurn, options: FollowOptions): Promise<void> {
  const { signal, later, onFault } = options;
  const bringing = createBringing(ground, inTurn, options);
  let from = ground.followFile.load();
  if (from !== undefined) ground.followed.revision = from.revision;
  while (!signal.aborted) {
    try {
      from ??= await lookAtAll(ground, bringing);
      from = await followFrom(ground, bringing, from, signal);
    } catch (error) {
      if (isEntenteError(error) && ['gone', 'epoch-changed'].includes(error.code)) {
        // Revisions of another history say nothing of when something began.
        if (error.code === 'epoch-changed') delete ground.followed.revision;
        from = undefined;
        continue;
      }
      onFault(error);
      await pause(later, signal);
    }
  }
  await bringing.end();
}

/** Where it stopped: undefined where the log no longer reaches back to it. After a fault it begins where this one began. */
async function followFrom(
  ground: Ground,
  bringing: Bringing,
  from: Followed,
  signal: AbortSignal,
): Promise<Followed | undefined> {
  let reached = from;
  for await (const item of ground.controller.feed(from.cursor, { signal })) {
    if (item.type === 'gone') return undefined;
    if (item.type !== 'commit') continue;
    reached = { cursor: item.cursor, revision: item.revision };
    const decided = await heldHead(ground, item.about);
    bringing.add(decided === undefined ? item.changes : [...item.changes, decided], reached);
  }
  return reached;
}

function pause(later: FollowOptions['later'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = later(SOON_MS, resolve);
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Where no cursor leads to the present: every resource that is a file, or was one, here. Others that were there before
 * anybody followed the space are no files, and stay none until somebody asks for them.
 */
async function lookAtAll({ controller, books, followed, latest }: Ground, bringing: Bringing): Promise<Followed> {
  const at = await latest();
  const heads: Head[] = [];
  let after: string | undefined;
  do {
    const page = await controller.list('', { deleted: true, limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const head of page.items) {
      const isNews = followed.revision !== undefined && head.born > followed.revision;
      if (isNews || books.open(head.resource).disk !== undefined) heads.push(head);
    }
    after = page.next;
  } while (after !== undefined);
  bringing.add(heads, at);
  return at;
}

/** The head of a resource that a commit is about without writing it: where its file is held, its conflict may be decided. */
async function heldHead({ books, controller }: Ground, about: string | undefined): Promise<Head | undefined> {
  if (about === undefined || books.open(about).held === undefined) return undefined;
  return controller.getVersion(about);
}
