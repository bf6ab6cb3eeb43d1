// Append-only files of JSON lines. Several processes append at once without a lock: a line is one write of `O_APPEND`.
// Only who holds the guard's lock writes such a file anew; who appended meanwhile sees that the file is another one.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_WRONLY } = fs.constants;

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function inodeOf(file: string): number | undefined {
  try {
    return fs.lstatSync(file).ino;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function full(file: string): EntenteError {
  return new EntenteError('store-full', `A line did not fit into ${file}.`, { next: 'Make room on the disk.' });
}

/** On disk before it answers, unless it is a `hint`, which a crash may take. Each line says all of itself: one that comes twice says nothing new. */
export function appendLines(file: string, lines: readonly object[], hint: boolean = false): void {
  // The empty line ends one that a crash cut off, which would take the first of ours with it.
  const bytes = Buffer.from(`\n${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`);
  for (;;) {
    const handle = openToAppend(file);
    try {
      if (fs.writeSync(handle, bytes) !== bytes.length) throw full(file);
      if (!hint) fs.fdatasyncSync(handle);
      if (fs.fstatSync(handle).ino === inodeOf(file)) return;
    } finally {
      fs.closeSync(handle);
    }
  }
}

function openToAppend(file: string): number {
  const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW;
  try {
    return fs.openSync(file, flags, 0o600);
  } catch (error) {
    if (!isMissing(error)) throw error;
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    return fs.openSync(file, flags, 0o600);
  }
}

/** All whole lines that are JSON objects. One that was cut off, by a crash, says nothing. */
export function readLines(file: string): readonly { readonly [key: string]: unknown }[] {
  let handle: number;
  try {
    handle = fs.openSync(file, O_RDONLY | O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  try {
    return fs.readFileSync(handle, 'utf8').split('\n').flatMap(parsed);
  } finally {
    fs.closeSync(handle);
  }
}

function parsed(text: string): readonly { readonly [key: string]: unknown }[] {
  if (text === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? [value as { readonly [key: string]: unknown }] : [];
  } catch {
    return [];
  }
}

/** Puts shorter lines in the place of the first `count`; what was appended to the old file since goes after them. */
export function rewriteLines(file: string, count: number, lines: readonly object[]): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const old = fs.openSync(file, O_RDONLY | O_NOFOLLOW);
  try {
    const handle = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      fs.writeSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
    const all = fs.readFileSync(old, 'utf8').split('\n').flatMap(parsed);
    if (all.length > count) appendLines(file, all.slice(count));
  } finally {
    fs.closeSync(old);
    fs.rmSync(temporary, { force: true });
  }
}
