// The common case of a hook, in a process of some milliseconds and without the store: the file lies there as this agent
// knows it, and nobody else has announced a write of it. What is seen, announced and landed goes into the spool, whose
// lines the guard takes up later. Whatever is not plainly that case is for the guard: it is answered by `undefined`.
// Longer than most files: what a hook may decide by itself is one judgement of a call, and is read as one.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { hashOf } from '../../core/hash.ts';
import { canonicalId, twinOf } from '../disk/names.ts';
import { applyEdits } from '../edits.ts';
import type { HostEvent, HostWrite } from '../hosts/event.ts';
import { type Book, bookFile, createBooks, type Intent, type Line, type Sight } from '../spool/book.ts';
import { createDesk, hear } from '../spool/desk.ts';
import { createDrafts } from '../spool/drafts.ts';
import { createObjects } from '../spool/objects.ts';
import { placesIn } from '../spool/places.ts';
import { readStamps } from '../spool/stamps.ts';
import type { ToolChange } from '../types.ts';
import type { Place } from './place.ts';
import { scanNow } from './scan-now.ts';
import { isIgnored, isTracked } from './tracked.ts';

/** Beyond this a file is the guard's, which may leave it alone. */
const LARGEST = 1024 * 1024;
/** What a guard takes at most. */
const MOST_GUARDED = 8 * 1024 * 1024;
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = fs.constants;

export type FastAnswer =
  /** All is said and done: the hook prints nothing. */
  | 'silent'
  /** For the guard. */
  | undefined;

/** Something that a guard would leave alone. */
const LEFT = 'left';

interface Found {
  readonly id: string;
  /** '': there is no file. */
  readonly hash: string;
  readonly bytes: Uint8Array | undefined;
}

/** The id of a path below the root; undefined outside of it, and where a link is on the way. */
function idOf(root: string, given: string): string | undefined {
  const full = path.resolve(root, given);
  let folder: string;
  try {
    folder = fs.realpathSync.native(path.dirname(full));
  } catch {
    return undefined;
  }
  const inside = path.relative(root, path.join(folder, path.basename(full)));
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return undefined;
  return inside.split(path.sep).join('/');
}

function readPlain(file: string): Uint8Array | undefined | 'odd' {
  let handle: number;
  try {
    handle = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'odd';
  }
  try {
    const found = fs.fstatSync(handle);
    return found.isFile() && found.size <= LARGEST ? fs.readFileSync(handle) : 'odd';
  } finally {
    fs.closeSync(handle);
  }
}

function find({ root }: Place, given: string, books: string): Found | typeof LEFT | undefined {
  const id = idOf(root, given);
  // Only plain names: what is not canonical as it stands is for the guard.
  if (id === undefined || canonicalId(id) === undefined) return undefined;
  const bytes = readPlain(path.join(root, id));
  if (bytes === 'odd') return undefined;
  // Of a file without a book nobody has said yet that it is not one that git ignores.
  if (!fs.existsSync(bookFile(books, id)) && !isTracked(root, id) && isIgnored(root, id)) return LEFT;
  return { id, bytes, hash: bytes === undefined ? '' : hashOf(bytes) };
}

function isStill(root: string, id: string, bytes: Uint8Array | undefined): boolean {
  const now = readPlain(path.join(root, id));
  if (now === 'odd' || now === undefined || bytes === undefined) return now === bytes;
  return Buffer.compare(now, bytes) === 0;
}

function hasLanded({ pending }: Book, { agent, call }: Intent): boolean {
  return pending.some((one) => one.t === 'landed' && one.a === agent && one.c === call);
}

/** Announced writes that did not land yet. */
function open(book: Book): readonly Intent[] {
  return book.intents.filter((intent) => !hasLanded(book, intent));
}

/** Something that this agent has not heard yet: only the guard can say it. */
function hasNews(book: Book, agent: string): boolean {
  // What lies there is no version: only the guard knows what comes of a change of it.
  if (book.held !== undefined) return true;
  return [...book.done].some(([key, { how }]) => key.startsWith(`${agent}\n`) && how !== 'plain' && how !== 'failed');
}

/** What was last on disk; what nobody saw there was not there. */
function lastOf({ disk = '' }: Book): string {
  return disk;
}

function isMixed({ pending, disk }: Book): boolean {
  const last = pending.at(-1);
  return last !== undefined && last.h !== disk;
}

/** What lies there, if that is not what was there last. */
function seenOf(book: Book, hash: string): readonly Line[] {
  const last = lastOf(book);
  return last === hash ? [] : [{ t: 'seen', h: hash, ...(book.disk === undefined ? {} : { b: last }) }];
}

/** What an agent knows of a file, where that is what lies there; null: there is none, and nobody knew of one. */
function knownOf(book: Book, agent: string, hash: string): Sight | null | undefined {
  const sight = book.sights.get(agent);
  if (sight === undefined) return hash === '' && lastOf(book) === '' ? null : undefined;
  return sight.hash === hash && sight.as === undefined ? sight : undefined;
}

interface Raw {
  readonly kind: Intent['kind'];
  readonly bytes: Uint8Array;
  readonly edits?: string;
}

function rawOf(change: ToolChange, bytes: Uint8Array | undefined): Raw | undefined {
  if ('content' in change) {
    const { content } = change;
    return { kind: 'content', bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content };
  }
  if (!('edits' in change)) return undefined;
  const after = applyEdits(bytes, change.edits);
  return after === undefined ? undefined : { kind: 'edits', bytes: after, edits: JSON.stringify(change.edits) };
}

type ReadOf = Extract<HostEvent, { readonly kind: 'read' }>;
type CommandOf = Extract<HostEvent, { readonly kind: 'beforeCommand' | 'afterCommand' }>;

export interface FastOptions {
  readonly clock: () => number;
  /** A read is a draft that others hear of: made in the store, once. */
  readonly announces: boolean;
}

export interface Fast {
  answer(event: HostEvent): FastAnswer;
}

export function createFast(place: Place, { clock, announces }: FastOptions): Fast {
  const files = placesIn(path.join(place.home, 'guard'), place.space);
  const books = createBooks(files.books);
  const objects = createObjects(files.objects);
  const desk = createDesk(files.desk, clock);
  const drafts = createDrafts(files.drafts, clock);

  /**
   * What moved is nobody's that is known. Not where it may be an announced write, or what a command is making; nor where
   * the guard was at work on the file while something was written down: it knows what came first.
   */
  const isUnclear = (book: Book, hash: string): boolean =>
    isMixed(book) || (lastOf(book) !== hash && (open(book).length > 0 || desk.read().running.length > 0));

  /** There is a draft of somebody else that this agent has not heard of, or its own is still to be announced. */
  const isShared = ({ path: id, heard }: Book, agent: string): boolean => {
    const open = drafts.of(id);
    const others = open.filter(({ a, k }) => a !== agent && heard.get(agent)?.has(k) !== true);
    return others.length > 0 || (announces && !open.some(({ a }) => a === agent));
  };

  const read = ({ agent, path: given, lines }: ReadOf): FastAnswer => {
    const found = find(place, given, files.books);
    if (found === undefined) return undefined;
    if (found === LEFT) return 'silent';
    const { id, bytes, hash } = found;
    const book = books.open(id);
    const own = book.own.get(agent);
    if (hasNews(book, agent) || (own !== undefined && own.h !== hash) || isUnclear(book, hash)) return undefined;
    if (isShared(book, agent)) return undefined;
    // Where nothing is and nothing was, there is nothing to write down.
    if (hash === '' && book.lines === 0) return 'silent';
    if (bytes !== undefined) objects.keep(bytes);
    const seen = seenOf(book, hash);
    const old = book.sights.get(agent);
    const isSame = old?.hash === hash && old.lines?.from === lines?.from && old.lines?.to === lines?.to;
    const isKnown = isSame && !book.glimpses.has(agent);
    if (seen.length > 0 || !isKnown) {
      books.append(id, [...seen, { t: 'sight', a: agent, s: { hash, ...(lines === undefined ? {} : { lines }) } }]);
    }
    return 'silent';
  };

  const mayAnnounce = (book: Book, agent: string, { id, bytes, hash }: Found): boolean =>
    !hasNews(book, agent) &&
    !isUnclear(book, hash) &&
    // What it really read is to be found out.
    !book.glimpses.has(agent) &&
    open(book).every((intent) => intent.agent === agent) &&
    // A new file must not be another one's twin.
    (bytes !== undefined || twinOf(place.root, id) === undefined);

  const before = (agent: string, call: string, { path: given, change }: HostWrite): FastAnswer => {
    const found = find(place, given, files.books);
    if (found === undefined) return undefined;
    if (found === LEFT) return 'silent';
    const { id, bytes, hash } = found;
    const book = books.open(id);
    const sight = knownOf(book, agent, hash);
    if (sight === undefined || !mayAnnounce(book, agent, found)) return undefined;
    const raw = rawOf(change, bytes);
    // What was refused and comes again is judged from where it was judged first.
    if (raw === undefined || hashOf(raw.bytes) === book.refused.get(agent)?.r) return undefined;
    if (bytes !== undefined) objects.keep(bytes);
    const edits = raw.edits === undefined ? {} : { edits: objects.keep(new TextEncoder().encode(raw.edits)) };
    const intent: Intent = {
      ...{ agent, call, kind: raw.kind, base: sight, disk: hash, raw: objects.keep(raw.bytes), ...edits },
      ...{ said: 'nothing', at: clock() },
    };
    const seen = seenOf(book, hash);
    books.append(id, [...seen, { t: 'intent', i: intent }]);
    // Of two that announce at once, at least one sees the other here, and the disk as it was.
    const again = books.open(id);
    const isAlone = open(again).every((one) => one.agent === agent) && lastOf(again) === hash;
    // It took a while: what came meanwhile is the guard's, before it is written over.
    return isAlone && isStill(place.root, id, bytes) ? 'silent' : undefined;
  };

  /** Every file is as it was when a version had it, and none is missing. */
  const isQuiet = (): boolean => {
    const stamps = readStamps(files.stamps);
    const seen = stamps === undefined ? undefined : scanNow(place.root);
    if (stamps === undefined || seen === undefined) return false;
    const guarded = seen.filter(({ id, size }) => size <= MOST_GUARDED && canonicalId(id) !== undefined);
    return guarded.length === stamps.size && guarded.every(({ id, stamp }) => stamps.get(id) === stamp);
  };

  const command = ({ kind, agent, call, command: text }: CommandOf): FastAnswer => {
    if (!isQuiet()) return undefined;
    if (kind === 'afterCommand') desk.ended(agent, call);
    else desk.began({ agent, call, at: clock(), ...(text === undefined ? {} : { command: text }) });
    return 'silent';
  };

  const after = (agent: string, call: string, { path: given }: HostWrite): FastAnswer => {
    const found = find(place, given, files.books);
    if (found === undefined) return undefined;
    if (found === LEFT) return 'silent';
    const { id, hash } = found;
    const book = books.open(id);
    const intents = open(book);
    const intent = intents.find((one) => one.agent === agent && one.call === call);
    if (intent === undefined || intents.length > 1 || hasNews(book, agent) || isMixed(book)) return undefined;
    if (intent.said !== 'nothing' || intent.raw !== hash || lastOf(book) !== intent.disk) return undefined;
    books.append(id, [
      { t: 'landed', a: agent, c: call, h: hash },
      { t: 'sight', a: agent, s: { hash } },
    ]);
    return 'silent';
  };

  return {
    answer(event) {
      // What went over its changes in any file is the guard's to say.
      if ('agent' in event) {
        const state = desk.read();
        hear(desk, state, event.agent, clock());
        if (state.news.has(event.agent)) return undefined;
      }
      switch (event.kind) {
        case 'other':
          return 'silent';
        case 'read':
          return read(event);
        case 'before':
        case 'after': {
          const [write, ...rest] = event.writes;
          // A call on several files, or one that failed, is rare: the guard has it.
          if (write === undefined || rest.length > 0 || event.failed === true) return undefined;
          return event.kind === 'before'
            ? before(event.agent, event.call, write)
            : after(event.agent, event.call, write);
        }
        case 'session':
          desk.session(event.agent, { at: clock() });
          return 'silent';
        case 'beforeCommand':
        case 'afterCommand':
          return command(event);
      }
    },
  };
}
