// What books say of agents that were not heard from for a month goes: what they read, announced and never landed, and what
// was refused to them. Whoever comes back after that has to read again. Only then are the bytes free that it went by.
import * as fs from 'node:fs';
import { type Book, bookFile, createBooks, foldBook, linesOfBook } from './book.ts';
import { createDesk } from './desk.ts';
import { readLines, rewriteLines } from './lines.ts';
import type { Places } from './places.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** As long as loose bytes are kept. */
export const SILENT_MS: number = 30 * DAY_MS;

function agentsOf(book: Book): ReadonlySet<string> {
  const { sights, own, heard, refused, done, intents } = book;
  return new Set([
    ...[sights, own, heard, refused].flatMap((map) => [...map.keys()]),
    ...[...done.keys()].map((key) => key.slice(0, key.indexOf('\n'))),
    ...intents.map(({ agent }) => agent),
  ]);
}

function without(book: Book, gone: ReadonlySet<string>): Book {
  const left = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([key]) => !gone.has(key.split('\n')[0] ?? '')));
  return {
    ...book,
    ...{ sights: left(book.sights), glimpses: left(book.glimpses), own: left(book.own), heard: left(book.heard) },
    ...{ refused: left(book.refused), done: left(book.done) },
    intents: book.intents.filter(({ agent }) => !gone.has(agent)),
  };
}

/** The number of books that were shortened. Under the lock of the space; `now` in milliseconds since 1970. */
export function expireAgents(places: Places, now: number, silentMs: number = SILENT_MS): number {
  const desk = createDesk(places.desk, () => now);
  const gone = new Set<string>();
  let shortened = 0;
  for (const path of createBooks(places.books)
    .all()
    .map((book) => book.path)) {
    const file = bookFile(places.books, path);
    const lines = readLines(file);
    const book = foldBook(path, lines);
    // After the lines: who was heard from again says so before anything else is written down of it.
    const { alive } = desk.read();
    const silent = new Set<string>();
    for (const agent of agentsOf(book)) {
      const at = alive.get(agent);
      // From the time when nobody wrote this down.
      if (at === undefined) desk.alive(agent, now);
      else if (now - at > silentMs) silent.add(agent);
    }
    if (silent.size === 0) continue;
    for (const agent of silent) gone.add(agent);
    rewriteLines(file, lines.length, linesOfBook(without(book, silent)));
    shortened += 1;
  }
  desk.forget(gone);
  return shortened;
}

/** Once a day, whichever process comes first. Under the lock of the space. */
export function expireDaily(places: Places, now: number): void {
  let last = Number.NaN;
  try {
    last = Number(fs.readFileSync(places.expired, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (now - last < DAY_MS) return;
  expireAgents(places, now);
  fs.writeFileSync(places.expired, String(now), { mode: 0o600 });
}
