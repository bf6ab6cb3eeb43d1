// The guard of one folder: all ways in, one after the other. Nothing here decides; it locates, takes its turn and calls.
import type { Controller } from '../controller/types.ts';
import { apply } from './apply.ts';
import { captureAll, captureSome, drain, type InTurn } from './captures.ts';
import { afterCommand, beforeCommand } from './commands.ts';
import { type Folder, idIn } from './disk/folder.ts';
import { canonicalId } from './disk/names.ts';
import { createIgnored } from './disk/reserved.ts';
import { follow } from './follow.ts';
import type { Ground, MergeAt, MovedIn } from './ground.ts';
import { locate, unfitName } from './locate.ts';
import { unfitNote } from './notes.ts';
import { isShared, withNews } from './presence.ts';
import { read, session } from './reads.ts';
import { recover, recoverable } from './recover.ts';
import { createBooks } from './spool/book.ts';
import { createDesk, hear } from './spool/desk.ts';
import { createDrafts } from './spool/drafts.ts';
import { expireDaily } from './spool/expire.ts';
import { createFollowFile, type Followed } from './spool/followed.ts';
import { createLock } from './spool/lock.ts';
import { createObjects } from './spool/objects.ts';
import { placesIn } from './spool/places.ts';
import { createStampFile, type Stamps } from './spool/stamps.ts';
import { trimDaily } from './spool/trim.ts';
import type { FileEvent, Guard, Verdict } from './types.ts';
import { after, before } from './writes.ts';

export interface GuardOptions {
  readonly folder: Folder;
  /** Where the guard keeps its own files; the same for all worktrees of a store. */
  readonly state: string;
  readonly space: string;
  readonly controller: Controller;
  readonly rehearsal: Controller;
  readonly merge: MergeAt;
  /** @default Date.now */
  readonly clock?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly movedIn: MovedIn;
  /** Where the feed of the space stands now. */
  readonly latest: () => Promise<Followed>;
  /** Whether reads are announced to others as drafts. @default false */
  readonly announces?: boolean;
  /** @default 8 MiB, what a store takes */
  readonly maxBytes?: number;
}

const SILENCE: Verdict = { do: 'nothing' };
const MIB = 1024 * 1024;

function groundOf(options: GuardOptions): Ground {
  const { folder, state, space, controller, rehearsal, merge, clock = Date.now, maxBytes = 8 * MIB } = options;
  const { announces = false, movedIn, latest } = options;
  const { sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options;
  const places = placesIn(state, space);
  return {
    ...{ folder, controller, rehearsal, merge, clock, sleep, maxBytes, announces, movedIn, latest },
    ...{ told: { left: [], folders: [''] }, followed: {} },
    trim: () => {
      expireDaily(places, clock());
      // By the clock of the file system, which says how old the bytes are.
      trimDaily(state, Date.now());
    },
    ignored: createIgnored(folder.root),
    objects: createObjects(places.objects),
    books: createBooks(places.books),
    desk: createDesk(places.desk, clock),
    drafts: createDrafts(places.drafts, clock),
    stampFile: createStampFile(places.stamps),
    followFile: createFollowFile(places.followed),
    alone: createLock(places.lock, { sleep }),
  };
}

export function createGuard(options: GuardOptions): Guard {
  const ground = groundOf(options);
  const stamps: Stamps = new Map();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time in this process, and alone among processes. */
  const inTurn: InTurn = (work) => {
    const next = last.then(() => ground.alone(work));
    last = next.catch(() => {});
    return next;
  };
  /** Work for an agent, which was heard from now. */
  const forAgent = <T>(agent: string, work: () => Promise<T>): Promise<T> =>
    inTurn(() => {
      hear(ground.desk, ground.desk.read(), agent, ground.clock());
      return work();
    });
  const onFile = ({ agent, path: given }: FileEvent, work: (path: string) => Promise<Verdict>): Promise<Verdict> =>
    forAgent(agent, async () => {
      const path = await locate(ground, given);
      return withNews(ground, agent, path === undefined ? SILENCE : await work(path));
    });
  /** Whether they are left alone is not asked here: of many, git is asked once. */
  const insideOf = async (paths: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(paths.map((path) => idIn(ground.folder.root, path)));
    return found.filter((id) => id !== undefined && canonicalId(id) !== undefined) as readonly string[];
  };

  return {
    session: ({ agent }) => forAgent(agent, async () => withNews(ground, agent, await session(ground, agent))),
    read: (event) => onFile(event, (path) => read(ground, path, event)),
    isShared: async ({ agent, path: given }) => {
      const [path] = await insideOf([given]);
      return path !== undefined && isShared(ground, path, agent);
    },
    before: (event) =>
      forAgent(event.agent, async () => {
        const path = await locate(ground, event.path);
        if (path !== undefined) return before(ground, path, event);
        const unfit = await unfitName(ground, event.path);
        return unfit === undefined ? SILENCE : { do: 'note', note: unfitNote(unfit) };
      }),
    after: (event) => onFile(event, (path) => after(ground, path, event)),
    beforeCommand: async (event) => {
      await forAgent(event.agent, async () => {});
      return beforeCommand(ground, stamps, inTurn, event);
    },
    afterCommand: async (event) => withNews(ground, event.agent, await afterCommand(ground, stamps, inTurn, event)),
    capture: async (paths) =>
      paths === undefined
        ? captureAll(ground, stamps, inTurn)
        : captureSome(ground, stamps, inTurn, await insideOf(paths)),
    follow: (given) => follow(ground, inTurn, given),
    leftOut: () => ground.told.left,
    folders: () => ground.told.folders,
    leftAlone: (paths) => ground.ignored.among(paths),
    recoverable: (path) => inTurn(() => recoverable(ground, path)),
    recover: (path, which) => inTurn(() => recover(ground, path, which)),
    apply: (given) => inTurn(() => apply(ground, given)),
    drain: async (paths) => drain(ground, inTurn, paths === undefined ? undefined : await insideOf(paths)),
    close: () => inTurn(async () => {}),
  };
}
