// What the fast path wrote down and let through without the store: made versions, in its order, before anything else is
// decided about their file.
import { isEntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { linesOf, settleIntent } from './announced.ts';
import { FileFault } from './disk/way.ts';
import { EXTERNAL, type Ground } from './ground.ts';
import { settle } from './settle.ts';
import type { Book, Pending, Sight } from './spool/book.ts';
import { nowAt } from './versions.ts';
import { lost, noteCapture, type Work } from './work.ts';

/** What the fast path saw and let land, in its order. */
export async function drain(work: Work): Promise<void> {
  const { ground, path } = work;
  const book = ground.books.open(path);
  const { pending } = book;
  if (pending.length === 0) return;
  for (const one of pending) await drainOne(work, book, one);
  // The guard may have put something there meanwhile, before or after what was seen: what lies there tells.
  const hash = await hashThere(ground, path);
  const h = hash !== undefined && pending.some((one) => one.h === hash) ? hash : (book.disk ?? hash ?? '');
  ground.books.append(path, [...linesOf(work), { t: 'disk', h, n: pending.length }]);
  work.settled.splice(0);
}

/** Undefined where that cannot be read, a link for one: what was written down before is a version all the same. */
async function hashThere({ folder }: Ground, path: string): Promise<string | undefined> {
  try {
    const disk = await folder.read(path);
    return disk === undefined ? '' : hashOf(disk);
  } catch (error) {
    if (error instanceof FileFault || (isEntenteError(error) && error.code === 'bad-id')) return undefined;
    throw error;
  }
}

async function drainOne(work: Work, book: Book, pending: Pending): Promise<void> {
  const { ground, path } = work;
  if (pending.t === 'landed') {
    const intent = book.intents.find(({ agent, call }) => agent === pending.a && call === pending.c);
    // One that is settled was found on disk before its report was written down.
    return intent === undefined ? undefined : settleIntent(work, intent, undefined);
  }
  const content = pending.h === '' ? null : ground.objects.get(pending.h);
  if (content === undefined) throw lost(path);
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: pending.b ?? now.hash };
  noteCapture(work, EXTERNAL, now, await settle(ground, { path, agent: EXTERNAL, sight, content }));
}
