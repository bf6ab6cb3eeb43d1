// Sessions and reads: what an agent knows from now on, and what it should hear, once.
import type { Ground } from './ground.ts';
import { overNote } from './notes.ts';
import { reconcile } from './reconcile.ts';
import type { Book } from './spool/book.ts';
import type { FileEvent, Verdict } from './types.ts';
import { bytesWith, type Now } from './versions.ts';

export async function read(ground: Ground, path: string, { agent }: FileEvent): Promise<Verdict> {
  const { now, found } = await reconcile(ground, path);
  const book = ground.books.open(path);
  // What it reads is what lay there when it was asked, never what was put right meanwhile.
  const hash = found === undefined ? '' : ground.objects.keep(found);
  const news = await newsFor(ground, book, agent, now);
  const old = book.sights.get(agent);
  const sight = hash === now.hash ? { hash } : { hash, as: now.hash, root: book.disk ?? now.hash };
  if (old?.hash !== hash || old.as !== sight.as) ground.books.append(path, [{ t: 'sight', a: agent, s: sight }]);
  return news === undefined ? { do: 'nothing' } : { do: 'note', note: news };
}

/** Whether others went over places that this agent changed: its change can no longer be taken back without a clash. */
async function newsFor(ground: Ground, book: Book, agent: string, now: Now): Promise<string | undefined> {
  const own = book.own.get(agent);
  if (own === undefined || own.h === now.hash) return undefined;
  const { path } = book;
  const [base, proposed] = [await bytesWith(ground, path, own.h), await bytesWith(ground, path, own.b)];
  // Said, or not to be said: either way not looked at again until the agent writes anew.
  ground.books.append(path, [{ t: 'own', a: agent, h: now.hash, b: now.hash }]);
  if (base === undefined || proposed === undefined || own.h === own.b) return undefined;
  const back = await ground.merge(path, { base, current: now.content ?? null, proposed });
  return back === undefined ? overNote(ground, { path, agent, sight: { hash: own.h } }) : undefined;
}

/** The revision of the space, as a session begins. */
export async function session(ground: Ground, agent: string): Promise<Verdict> {
  const { revision } = await ground.controller.stats();
  ground.desk.session(agent, { revision });
  return { do: 'nothing' };
}
