// What a guard remembers of one file beside its versions: who saw what, who announced what, what was last on disk. A book
// is folded from the lines of its file, so that the fast path (a process of some milliseconds, without a store) and the
// guard itself read and write the same thing. Hashes: `''` is "no file".
// Longer than most files: the lines, what they fold into and how that is written again have to change together.
import * as fs from 'node:fs';
import { hashOf } from '../../core/hash.ts';
import type { Lines } from '../types.ts';
import { appendLines, readLines, rewriteLines } from './lines.ts';

/** What an agent knows of a file. */
export interface Sight {
  readonly hash: string;
  /**
   * Set where the agent knows bytes that never were a version: its own proposal, that was merged. `as` is the version
   * that came of it, `root` the version that its knowledge began with.
   */
  readonly as?: string;
  readonly root?: string;
  /** The lines that it looked at, where those were not all, until it was told that they moved. */
  readonly lines?: Lines;
}

/**
 * Bytes that lie on disk and are no version, because they clash with what others committed. They stay there while their
 * conflict is open.
 */
export interface Held {
  /** What is in the conflict. What lies on disk may have gone on from there since. */
  readonly base: string;
  /** The version that stands for it: a change of the one is brought onto the other. */
  readonly as: string;
  /** The version that it was made from. */
  readonly root: string;
  /** The conflict. */
  readonly id: string;
}

export type Said = 'nothing' | 'note' | 'merged' | 'stop';

/** A write that was announced. */
export interface Intent {
  readonly agent: string;
  readonly call: string;
  readonly kind: 'content' | 'edits' | 'delete' | 'opaque';
  /** What the agent had seen; null: nothing that is known. */
  readonly base: Sight | null;
  /** What lay on disk when it was announced. */
  readonly disk: string;
  /** What lies there if the host does as it meant to. Absent for `opaque`. */
  readonly raw?: string;
  /** What lies there if the host does as it was told, where that differs. */
  readonly expected?: string;
  /** The kept JSON of the replacements. */
  readonly edits?: string;
  readonly note?: string;
  readonly said: Said;
  readonly at: number;
}

/** What became of an announced write, until its author has heard it. */
export interface Done {
  readonly how: 'plain' | 'merged' | 'stop' | 'failed';
  readonly note?: string;
  readonly conflictId?: string;
  /** The proposal of a whole file that was merged, and when: a formatter may still be at work on it. */
  readonly s?: Sight;
  readonly at?: number;
}

/** What the fast path saw or let land, and no version holds yet. */
export type Pending =
  /** `b`: what was last known to be there. */
  | { readonly t: 'seen'; readonly h: string; readonly b?: string }
  | { readonly t: 'landed'; readonly a: string; readonly c: string; readonly h: string };

export type Line =
  | { readonly t: 'path'; readonly p: string }
  | { readonly t: 'sight'; readonly a: string; readonly s: Sight }
  /** What lay on disk for a moment and is no version; `a`: as far as this agent may have read it, without: as any may. */
  | { readonly t: 'glimpse'; readonly s: Sight; readonly a?: string }
  | { readonly t: 'intent'; readonly i: Intent }
  | Pending
  /**
   * `h` is what the guard knows to be on disk. A version holds the first `n` of what was pending, without `n` all of it:
   * what the fast path writes down while the guard is at work stays for the next look. Without `held` nothing is.
   */
  | { readonly t: 'disk'; readonly h: string; readonly n?: number; readonly held?: Held }
  | { readonly t: 'done'; readonly a: string; readonly c: string; readonly d: Done }
  | { readonly t: 'told'; readonly a: string; readonly c: string }
  /** A refused content, and what it was judged from: sent again, it is judged from there again. */
  | { readonly t: 'refused'; readonly a: string; readonly r: string; readonly b: Sight | null; readonly id?: string }
  /** Bytes that were announced, when their intent is no longer told. */
  | { readonly t: 'kept'; readonly h: string; readonly a: string; readonly at: number }
  /** A draft of somebody else that an agent was told of. */
  | { readonly t: 'heard'; readonly a: string; readonly k: string }
  /** The last content that an agent brought about, and what it came from: for telling it of what goes over it. */
  | { readonly t: 'own'; readonly a: string; readonly h: string; readonly b: string };

export interface Refused {
  readonly r: string;
  readonly b: Sight | null;
  /** The conflict that keeps it, where one was opened. */
  readonly id?: string;
}

export interface Book {
  readonly path: string;
  readonly disk: string | undefined;
  /** What lies on disk is no version. */
  readonly held: Held | undefined;
  readonly pending: readonly Pending[];
  readonly sights: ReadonlyMap<string, Sight>;
  /**
   * What has come to lie on disk since an agent was about to read: a hook is asked before its host reads, so that the
   * agent may have read any of it.
   */
  readonly glimpses: ReadonlyMap<string, readonly Sight[]>;
  readonly intents: readonly Intent[];
  readonly done: ReadonlyMap<string, Done>;
  readonly refused: ReadonlyMap<string, Refused>;
  readonly own: ReadonlyMap<string, { readonly h: string; readonly b: string }>;
  /** The drafts of others that an agent was told of lately. */
  readonly heard: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every announced or kept hash with who and when: what `recover` lists beside the versions. */
  readonly kept: ReadonlyMap<string, { readonly agent: string; readonly at: number }>;
  /** Proposals that were merged lately. */
  readonly recent: readonly { readonly sight: Sight; readonly at: number }[];
  readonly lines: number;
}

/** The key of a call in `done`. */
export function callKey(agent: string, call: string): string {
  return `${agent}\n${call}`;
}

interface Folding {
  path: string;
  disk: string | undefined;
  held: Held | undefined;
  pending: Pending[];
  sights: Map<string, Sight>;
  glimpses: Map<string, readonly Sight[]>;
  intents: Intent[];
  done: Map<string, Done>;
  refused: Map<string, Refused>;
  own: Map<string, { h: string; b: string }>;
  heard: Map<string, Set<string>>;
  kept: Map<string, { agent: string; at: number }>;
  recent: { sight: Sight; at: number }[];
}

const RECENT = 4;
/** Drafts end after a while: what was told long ago need not be known. */
const HEARD = 20;
/** A host reads soon after its hook: the first ones. */
const GLIMPSES = 8;

function glimpse({ sights, glimpses }: Folding, seen: Sight, agent?: string): void {
  for (const [name, { hash }] of sights) {
    const before = glimpses.get(name) ?? [];
    const isKnown = hash === seen.hash || before.some((one) => one.hash === seen.hash);
    if (agent !== undefined && name !== agent) continue;
    if (!isKnown && before.length < GLIMPSES) glimpses.set(name, [...before, seen]);
  }
}

function lies(state: Folding, h: string, held: Held | undefined): void {
  if (state.disk !== h) glimpse(state, held === undefined ? { hash: h } : { hash: h, as: held.as, root: held.root });
  state.disk = h;
}

function fold(state: Folding, line: Line): void {
  switch (line.t) {
    case 'path':
      state.path = line.p;
      return;
    case 'sight':
      state.sights.set(line.a, line.s);
      state.glimpses.delete(line.a);
      return;
    case 'glimpse':
      glimpse(state, line.s, line.a);
      return;
    case 'intent':
      foldIntent(state, line.i);
      return;
    case 'seen':
    case 'landed':
      state.pending.push(line);
      lies(state, line.h, undefined);
      return;
    case 'disk':
      state.pending = line.n === undefined ? [] : state.pending.slice(line.n);
      lies(state, line.h, line.held);
      state.held = line.held;
      return;
    case 'kept':
      state.kept.set(line.h, { agent: line.a, at: line.at });
      return;
    case 'done':
      forgetVersion(state, line);
      state.intents = state.intents.filter(({ agent, call }) => agent !== line.a || call !== line.c);
      state.done.set(callKey(line.a, line.c), line.d);
      if (line.d.s !== undefined)
        state.recent = [...state.recent, { sight: line.d.s, at: line.d.at ?? 0 }].slice(-RECENT);
      return;
    case 'told':
      state.done.delete(callKey(line.a, line.c));
      return;
    case 'refused':
      state.refused.set(line.a, { r: line.r, b: line.b, ...(line.id === undefined ? {} : { id: line.id }) });
      return;
    case 'heard':
      state.heard.set(line.a, new Set([...(state.heard.get(line.a) ?? []), line.k].slice(-HEARD)));
      return;
    case 'own':
      state.own.set(line.a, { h: line.h, b: line.b });
      return;
  }
}

/** What landed as it was announced is a version: nothing else need list it. */
function forgetVersion(state: Folding, { a, c, d }: Extract<Line, { t: 'done' }>): void {
  const intent = state.intents.find(({ agent, call }) => agent === a && call === c);
  if (d.how === 'plain' && intent?.raw !== undefined) state.kept.delete(intent.raw);
}

/** An intent that the same call announces again takes the place of the first. */
function foldIntent(state: Folding, intent: Intent): void {
  const { agent, call, at, raw, expected } = intent;
  state.intents = [...state.intents.filter((one) => one.agent !== agent || one.call !== call), intent];
  state.done.delete(callKey(agent, call));
  for (const hash of [raw, expected]) {
    if (hash !== undefined && hash !== '') state.kept.set(hash, { agent, at });
  }
}

export function foldBook(path: string, lines: readonly object[]): Book {
  const state: Folding = {
    path,
    disk: undefined,
    held: undefined,
    ...{ pending: [], intents: [], sights: new Map(), glimpses: new Map(), done: new Map() },
    ...{ refused: new Map(), own: new Map(), heard: new Map(), kept: new Map(), recent: [] },
  };
  for (const line of lines) fold(state, line as Line);
  return { ...state, lines: lines.length };
}

/** Bytes that never were a version and that nobody waits for any more are listed so many times at most. */
const MOST_KEPT = 500;

export function diskLine(h: string, held: Held | undefined, n?: number): Line {
  return { t: 'disk', h, ...(n === undefined ? {} : { n }), ...(held === undefined ? {} : { held }) };
}

/** The lines that say what a book says. */
export function linesOfBook(book: Book): readonly Line[] {
  return [
    { t: 'path', p: book.path },
    ...[...book.kept].slice(-MOST_KEPT).map(([h, { agent: a, at }]): Line => ({ t: 'kept', h, a, at })),
    ...(book.disk === undefined ? [] : [diskLine(book.disk, book.held)]),
    ...book.pending,
    ...[...book.sights].map(([a, s]): Line => ({ t: 'sight', a, s })),
    ...[...book.glimpses].flatMap(([a, seen]) => seen.map((s): Line => ({ t: 'glimpse', a, s }))),
    ...book.intents.map((i): Line => ({ t: 'intent', i })),
    ...[...book.done].map(
      ([key, d]): Line => ({ t: 'done', a: key.slice(0, key.indexOf('\n')), c: key.slice(key.indexOf('\n') + 1), d }),
    ),
    ...[...book.refused].map(([a, refused]): Line => ({ t: 'refused', a, ...refused })),
    ...[...book.own].map(([a, { h, b }]): Line => ({ t: 'own', a, h, b })),
    ...[...book.heard].flatMap(([a, ids]) => [...ids].map((k): Line => ({ t: 'heard', a, k }))),
  ];
}

export interface Books {
  open(path: string): Book;
  /** Those of all files that have one. */
  all(): readonly Book[];
  append(path: string, lines: readonly Line[]): void;
  /** Writes a long book anew. Under the guard's lock only. */
  tidy(path: string): void;
}

/** Lines beyond which a book is written anew. */
const LONG = 200;

/** The file that holds the book of a path: the name says nothing of the path, and fits any file system. */
export function bookFile(folder: string, path: string): string {
  return `${folder}/${hashOf(path).slice(0, 40)}.ndjson`;
}

function fileNames(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function createBooks(folder: string): Books {
  return {
    open: (path) => foldBook(path, readLines(bookFile(folder, path))),
    all: () =>
      fileNames(folder)
        .map((name) => foldBook('', readLines(`${folder}/${name}`)))
        .filter(({ path }) => path !== ''),
    append: (path, lines) => appendLines(bookFile(folder, path), [{ t: 'path', p: path }, ...lines]),
    tidy: (path) => {
      const file = bookFile(folder, path);
      const lines = readLines(file);
      if (lines.length < LONG) return;
      const short = linesOfBook(foldBook(path, lines));
      if (short.length < lines.length / 2) rewriteLines(file, lines.length, short);
    },
  };
}
