// Sessions and reads: what an agent knows from now on, and what it should hear, once.
import type { Ground } from './ground.ts';
import { heldFor, joinNotes, meet, newsFor, twinFor } from './presence.ts';
import { reconcile } from './reconcile.ts';
import type { Sight } from './spool/book.ts';
import type { ReadEvent, Verdict } from './types.ts';

export async function read(ground: Ground, path: string, { agent, lines }: ReadEvent): Promise<Verdict> {
  const { now, found, held } = await reconcile(ground, path);
  const book = ground.books.open(path);
  // What it reads is what lay there when it was asked, never what was put right meanwhile.
  const hash = found === undefined ? '' : ground.objects.keep(found);
  const news = await newsFor(ground, book, agent, now);
  const old = book.sights.get(agent);
  const part = lines === undefined ? {} : { lines };
  const sight: Sight = {
    ...(hash === now.hash ? { hash } : { hash, as: held?.as ?? now.hash, root: held?.root ?? book.disk ?? now.hash }),
    ...part,
  };
  if (old?.hash !== hash || old.as !== sight.as || !isSamePart(old, sight) || book.glimpses.has(agent))
    ground.books.append(path, [{ t: 'sight', a: agent, s: sight }]);
  const said = [heldFor(ground, book, agent), twinFor(ground, book, agent)];
  const note = joinNotes(news, ...said, await meet(ground, path, agent));
  return note === undefined ? { do: 'nothing' } : { do: 'note', note };
}

export function isSamePart({ lines: a }: Sight, { lines: b }: Sight): boolean {
  return a?.from === b?.from && a?.to === b?.to;
}

/** The revision of the space, as a session begins. */
export async function session(ground: Ground, agent: string): Promise<Verdict> {
  const { revision } = await ground.controller.stats();
  ground.desk.session(agent, { revision });
  return { do: 'nothing' };
}
