// Takes away kept bytes that nothing needs any more. What a line of a book goes by stays whatever its age: what an agent
// knows, what is announced, refused or lies on disk, in every worktree. Versions and conflicts keep their bytes in the store.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Book, createBooks, type Sight } from './book.ts';

export interface TrimRule {
  /** Milliseconds since the bytes were kept last: until then they stay. */
  readonly youngMs: number;
  /** Milliseconds after which they go. */
  readonly oldMs: number;
  /** Bytes in all: beyond, the oldest go first, except young ones. */
  readonly mostBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const TRIM_RULE: TrimRule = { youngMs: DAY_MS, oldMs: 30 * DAY_MS, mostBytes: 1024 * 1024 * 1024 };

function ofSight(sight: Sight | null | undefined): readonly (string | undefined)[] {
  return sight === null || sight === undefined ? [] : [sight.hash, sight.as, sight.root];
}

/** The hashes that the lines of a book go by. */
function neededBy(book: Book): readonly (string | undefined)[] {
  return [
    book.disk,
    ...(book.held === undefined ? [] : [book.held.base, book.held.as, book.held.root]),
    ...book.pending.flatMap((one) => (one.t === 'seen' ? [one.h, one.b] : [one.h])),
    ...[...book.sights.values(), ...[...book.glimpses.values()].flat()].flatMap(ofSight),
    ...book.intents.flatMap(({ base, disk, raw, expected, edits }) => [...ofSight(base), disk, raw, expected, edits]),
    ...[...book.done.values()].flatMap(({ s }) => ofSight(s)),
    ...[...book.refused.values()].flatMap(({ r, b }) => [r, ...ofSight(b)]),
    ...[...book.own.values()].flatMap(({ h, b }) => [h, b]),
    ...book.recent.flatMap(({ sight }) => ofSight(sight)),
  ];
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** What the books of all spaces go by. */
function needed(state: string): ReadonlySet<string | undefined> {
  const spaces = path.join(state, 'spaces');
  const books = namesIn(spaces).flatMap((space) => createBooks(path.join(spaces, space, 'books')).all());
  return new Set(books.flatMap(neededBy));
}

interface Kept {
  readonly file: string;
  readonly size: number;
  readonly at: number;
}

/** Moved away first: whoever kept the same bytes again in between has made the file young, and gets it back. */
function remove({ file, at }: Kept): boolean {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if (fs.statSync(aside).mtimeMs > at) {
    fs.renameSync(aside, file);
    return false;
  }
  fs.unlinkSync(aside);
  return true;
}

/** The number of contents that went. `state`: the folder of the guard; `now` in the milliseconds of the file system. */
export function trimObjects(state: string, now: number, rule: TrimRule = TRIM_RULE): number {
  const objects = path.join(state, 'objects');
  const files = namesIn(objects).flatMap((first) =>
    namesIn(path.join(objects, first)).map((rest) => ({ hash: first + rest, file: path.join(objects, first, rest) })),
  );
  // Looked at before the books: what is kept from here on is young.
  const all = files.flatMap(({ hash, file }) => {
    const found = fs.statSync(file, { throwIfNoEntry: false });
    return found === undefined ? [] : [{ hash, file, size: found.size, at: found.mtimeMs }];
  });
  const stays = needed(state);
  let total = all.reduce((sum, { size }) => sum + size, 0);
  const loose = all.filter(({ hash, at }) => !stays.has(hash) && now - at > rule.youngMs).sort((a, b) => a.at - b.at);
  let gone = 0;
  for (const one of loose) {
    if (now - one.at <= rule.oldMs && total <= rule.mostBytes) break;
    if (!remove(one)) continue;
    total -= one.size;
    gone += 1;
  }
  return gone;
}

/** Trims once a day, whichever process comes first; under the guard's lock. */
export function trimDaily(state: string, now: number): void {
  const mark = path.join(state, 'trimmed');
  const last = fs.statSync(mark, { throwIfNoEntry: false })?.mtimeMs;
  if (last !== undefined && now - last < DAY_MS) return;
  fs.mkdirSync(state, { recursive: true, mode: 0o700 });
  fs.writeFileSync(mark, '', { mode: 0o600 });
  trimObjects(state, now);
}
