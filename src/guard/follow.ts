// Brings to disk what others commit: over HTTP or MCP, or in another process on the same store. What is told of is the log
// from a cursor that is kept, so that a guard which starts again goes on where it stopped. Each file goes the way that all
// go (`reconcile`): what lies on disk and is no version is taken first. A commit of the guard itself comes back here too,
// and a file that was put on disk comes back through the watcher: both find disk and head to be one, and end there.
import { isEntenteError } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import type { InTurn } from './captures.ts';
import { canonicalId, twinOf } from './disk/names.ts';
import { createStuck } from './follow-stuck.ts';
import type { Ground } from './ground.ts';
import { reconcile } from './reconcile.ts';
import type { Followed } from './spool/followed.ts';
import type { FollowOptions } from './types.ts';

const PAGE = 500;
const SOON_MS = 1000;

/** Ends with the signal, after the file that is under way. */
export async function follow(ground: Ground, inTurn: InTurn, options: FollowOptions): Promise<void> {
  const { signal, later, onFault } = options;
  const waiting = new Map<string, Head>();
  const stuck = createStuck(later, (heads) => {
    for (const head of heads) if (!waiting.has(head.resource)) waiting.set(head.resource, head);
    kick();
  });
  const saved = ground.followFile.load();
  if (saved !== undefined) ground.followed.revision = saved.revision;
  /** Everything up to here is on disk, or waits. */
  let reached: Followed | undefined = saved;
  let working: Promise<void> | undefined;

  const bringAll = async (): Promise<void> => {
    while (waiting.size > 0 && !signal.aborted) {
      const [heads, at] = [[...waiting.values()], reached];
      waiting.clear();
      for (const head of heads) {
        if (signal.aborted) return;
        try {
          await bring(ground, inTurn, head, options);
          stuck.free(head);
        } catch (error) {
          if (stuck.add(head, error)) onFault(error);
        }
      }
      // What could not be brought is told of again by a guard that starts anew.
      if (at !== undefined && stuck.isEmpty()) save(ground, at);
    }
  };
  const kick = (): void => {
    working ??= bringAll()
      .catch(onFault)
      .finally(() => {
        working = undefined;
        if (waiting.size > 0 && !signal.aborted) kick();
      });
  };

  while (!signal.aborted) {
    try {
      reached ??= await allOf(ground, waiting);
      kick();
      for await (const item of ground.controller.feed(reached.cursor, { signal })) {
        if (item.type === 'gone') {
          reached = await allOf(ground, waiting);
          break;
        }
        if (item.type !== 'commit') continue;
        reached = { cursor: item.cursor, revision: item.revision };
        for (const head of item.changes) waiting.set(head.resource, head);
        const decided = await heldHead(ground, item.about);
        if (decided !== undefined) waiting.set(decided.resource, decided);
        kick();
      }
    } catch (error) {
      if (isEntenteError(error) && ['gone', 'epoch-changed'].includes(error.code)) {
        // Revisions of another history say nothing of when something began.
        if (error.code === 'epoch-changed') delete ground.followed.revision;
        reached = undefined;
        continue;
      }
      onFault(error);
      await new Promise<void>((resolve) => {
        const cancel = later(SOON_MS, resolve);
        signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
      });
    }
  }
  stuck.close();
  await working;
  if (reached !== undefined && waiting.size === 0 && stuck.isEmpty()) save(ground, reached);
}

function save({ followFile, followed }: Ground, at: Followed): void {
  if (followed.revision === at.revision) return;
  followed.revision = at.revision;
  followFile.save(at);
}

/**
 * Where no cursor leads to the present: every resource that is a file, or was one, here. Others that were there before
 * anybody followed the space are no files, and stay none until somebody asks for them.
 */
async function allOf({ controller, books, followed, latest }: Ground, into: Map<string, Head>): Promise<Followed> {
  const at = await latest();
  let after: string | undefined;
  do {
    const page = await controller.list('', { deleted: true, limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const head of page.items) {
      const isNews = followed.revision !== undefined && head.born > followed.revision;
      if (isNews || books.open(head.resource).disk !== undefined) into.set(head.resource, head);
    }
    after = page.next;
  } while (after !== undefined);
  return at;
}

/** The head of a resource that a commit is about without writing it: where its file is held, its conflict may be decided. */
async function heldHead({ books, controller }: Ground, about: string | undefined): Promise<Head | undefined> {
  if (about === undefined || books.open(about).held === undefined) return undefined;
  return controller.getVersion(about);
}

/** Whether the file is to be brought to this head, and may not be there yet. */
async function isWanted(
  { books, ignored, maxBytes }: Ground,
  { resource, hash, deleted, size = 0 }: Head,
): Promise<boolean> {
  if (canonicalId(resource) === undefined || size > maxBytes) return false;
  const { disk, held } = books.open(resource);
  if (held === undefined && (disk === undefined ? deleted : disk === hash)) return false;
  return !(await ignored.among([resource])).has(resource);
}

async function bring(ground: Ground, inTurn: InTurn, head: Head, options: FollowOptions): Promise<void> {
  if (!(await isWanted(ground, head))) return;
  const { resource: path } = head;
  const isNew = ground.books.open(path).disk === undefined;
  const twin = isNew && !head.deleted ? twinOf(ground.folder.root, path) : undefined;
  if (twin !== undefined) return options.onTwin(path, twin);
  const { now, put, captured } = await inTurn(() => reconcile(ground, path));
  if (captured.length > 0) options.onCaptured(captured);
  if (!put || now.head === undefined) return;
  const { agent, version, deleted } = now.head;
  options.onArrived({ path, agent, version, hash: now.hash, deleted });
}
