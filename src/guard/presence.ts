// Who else is at a file, and what went over an agent's own changes: advice that comes with a verdict, once. No write is
// judged by it.
import type { OpenDraft } from '../controller/types.ts';
import { parseAgentId } from '../core/resource.ts';
import type { Ground } from './ground.ts';
import { besideNote, heldNote, movedNote, othersNote, overNote } from './notes.ts';
import type { Book } from './spool/book.ts';
import { NOTE_LENGTH, type Verdict } from './types.ts';
import { bytesWith, type Now, nowAt } from './versions.ts';

interface Drafts {
  readonly others: readonly OpenDraft[];
  /** The agent has one itself. */
  readonly own: boolean;
}

/** Drafts that others announced on a file, wherever they did, and that this agent has not heard of. */
async function unheard(ground: Ground, path: string, agent: string): Promise<Drafts> {
  const { items } = await ground.controller.drafts({ resource: path });
  ground.drafts.keepOnly(path, items);
  const heard = ground.books.open(path).heard.get(agent);
  return {
    others: items.filter((draft) => draft.agent !== agent && heard?.has(draft.id) !== true),
    own: items.some((draft) => draft.agent === agent),
  };
}

/** Whether there is something to say, or to announce, at a read. */
export async function isShared(ground: Ground, path: string, agent: string): Promise<boolean> {
  const { others, own } = await unheard(ground, path, agent);
  const twin = twinHere(ground, ground.books.open(path), agent);
  return others.length > 0 || twin !== undefined || (ground.announces && !own);
}

const twinKey = (twin: string): string => `twin ${twin}`;

/** A file whose name differs in letter case alone, by the last look at all files, that this agent has not heard of. */
function twinHere({ told }: Ground, { path, heard }: Book, agent: string): string | undefined {
  const found = told.left.find((one) => one.why === 'case' && (one.path === path || one.twin === path));
  const twin = found?.path === path ? found.twin : found?.path;
  return twin === undefined || heard.get(agent)?.has(twinKey(twin)) === true ? undefined : twin;
}

/** Said once: two files here are one on many machines, and easily taken for one. */
export function twinFor(ground: Ground, book: Book, agent: string): string | undefined {
  const twin = twinHere(ground, book, agent);
  if (twin === undefined) return undefined;
  ground.books.append(book.path, [{ t: 'heard', a: agent, k: twinKey(twin) }]);
  return besideNote(book.path, twin);
}

/** Told once for each draft. Where the guard announces, the read is a draft that others hear of in turn. */
export async function meet(ground: Ground, path: string, agent: string): Promise<string | undefined> {
  const { others, own } = await unheard(ground, path, agent);
  if (ground.announces && !own) {
    await ground.controller.begin(path, { agent: parseAgentId(agent), announce: true, note: 'has read the file' });
  }
  if (others.length === 0) return undefined;
  ground.books.append(
    path,
    others.map(({ id }) => ({ t: 'heard', a: agent, k: id })),
  );
  return othersNote(path, others, ground.clock());
}

/** Whether others went over places that this agent changed: its change can no longer be taken back without a clash. */
export async function newsFor(ground: Ground, book: Book, agent: string, now: Now): Promise<string | undefined> {
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

/** Whether lines moved that this agent had looked at, where it looked at some alone. Said once, until it reads anew. */
async function movedFor(ground: Ground, book: Book, agent: string, now: Now): Promise<string | undefined> {
  const { path } = book;
  const { lines, ...sight } = book.sights.get(agent) ?? { hash: now.hash };
  if (lines === undefined || sight.hash === now.hash) return undefined;
  const base = await bytesWith(ground, path, sight.hash);
  if (base === undefined || base === null) return undefined;
  const moved = ground.movedIn(base, now.content ?? new Uint8Array(), lines);
  if (moved.length === 0) return undefined;
  ground.books.append(path, [{ t: 'sight', a: agent, s: sight }]);
  return movedNote(ground, { path, agent, sight }, moved);
}

/** Said once of each conflict: what lies on disk is not what others get to read. */
export function heldFor(ground: Ground, { path, held, heard }: Book, agent: string): string | undefined {
  if (held === undefined || heard.get(agent)?.has(held.id) === true) return undefined;
  ground.books.append(path, [{ t: 'heard', a: agent, k: held.id }]);
  return heldNote(path, held.id);
}

/** Two notes as one that is no longer than a note may be. */
export function joinNotes(...notes: readonly (string | undefined)[]): string | undefined {
  const said = notes.filter((note) => note !== undefined).join('\n');
  if (said === '') return undefined;
  return said.length <= NOTE_LENGTH ? said : `${said.slice(0, NOTE_LENGTH - 2)} …`;
}

/**
 * A verdict with what this agent should hear of other files: that others went over places which it had changed. Where the
 * verdict says something already, it is said with the next one. Never before a write or a command: what others write between
 * the look and that write is overwritten unseen, so that nothing may take time there.
 */
export async function withNews(ground: Ground, agent: string, verdict: Verdict): Promise<Verdict> {
  if (verdict.do !== 'nothing') return verdict;
  const paths = ground.desk.read().news.get(agent);
  if (paths === undefined) return verdict;
  const notes: string[] = [];
  for (const path of paths) {
    const [book, now] = [ground.books.open(path), await nowAt(ground, path)];
    const note = (await newsFor(ground, book, agent, now)) ?? (await movedFor(ground, book, agent, now));
    if (note !== undefined) notes.push(note);
  }
  ground.desk.heard(agent);
  const note = joinNotes(...notes);
  return note === undefined ? verdict : { do: 'note', note };
}
