// `--dir`: the demo on a copy of somebody's own text files. They are read, never written; edits go to lines that do not
// touch each other, so that only the one planned contradiction is a contradiction.
import { type Dirent, promises as fs } from 'node:fs';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { parseResourceId } from '../../core/resource.ts';
import type { DemoFile, Target } from '../../service/demo/files.ts';

const MAX_FILES = 8;
const MAX_BYTES = 256 * 1024;
const MAX_TARGETS = 12;
/** Lines between two edits of one file: neighbours would be a contradiction. */
const DISTANCE = 3;
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'target', 'coverage']);

/** Up to eight text files below a folder, in the order of their names. `misuse` when there is none. */
export async function readOwnFiles(dir: string): Promise<readonly DemoFile[]> {
  const files: DemoFile[] = [];
  for await (const file of walk(path.resolve(dir), '')) {
    const text = await readText(path.join(dir, file));
    const demoFile = text === undefined ? undefined : demoFileOf(file, text);
    if (demoFile !== undefined) files.push(demoFile);
    if (files.length === MAX_FILES) break;
  }
  const contested = files.findIndex((file) => file.contested !== undefined);
  if (contested < 0) {
    throw new EntenteError('misuse', `There is no text file with a line of its own in ${dir}.`, {
      next: 'Give a folder with a few text files, or leave --dir out.',
    });
  }
  // One contradiction in all.
  return files.map(({ contested: line, ...file }, index) =>
    index === contested && line !== undefined ? { ...file, contested: line } : file,
  );
}

async function* walk(root: string, below: string): AsyncGenerator<string, void, undefined> {
  let entries: Dirent[];
  try {
    entries = await fs.readdir(path.join(root, below), { withFileTypes: true });
  } catch (error) {
    throw new EntenteError(
      'misuse',
      `The folder ${path.join(root, below)} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`,
      { next: 'Give a folder that exists and that you may read.' },
      { cause: error },
    );
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, name);
    else if (entry.isFile() && isUsableName(name)) yield name;
  }
}

const MAX_NAME = 200;

function isUsableName(name: string): boolean {
  try {
    return name.length <= MAX_NAME && parseResourceId(name) === name;
  } catch {
    return false;
  }
}

async function readText(file: string): Promise<string | undefined> {
  if ((await fs.stat(file)).size > MAX_BYTES) return undefined;
  const bytes = await fs.readFile(file);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function demoFileOf(resource: string, text: string): DemoFile | undefined {
  if (resource.endsWith('.json') && isPlainObject(text))
    return { resource, text, engine: 'json', targets: memberTargets };
  const lines = text.split('\n');
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const usable = lines.flatMap((line, index) =>
    line.trim() !== '' && counts.get(line) === 1 ? [{ line, index }] : [],
  );
  const spaced: string[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { line, index } of usable) {
    if (index - last <= DISTANCE || spaced.length > MAX_TARGETS) continue;
    spaced.push(line);
    last = index;
  }
  const [first, ...rest] = spaced;
  if (first === undefined) return undefined;
  const contested = { old: first, first: marked(first, 'one way'), second: marked(first, 'another way') };
  return { resource, text, engine: 'text', contested, targets: rest.map(lineTarget) };
}

function isPlainObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The mark stands before a carriage return, if the line ends with one. */
function marked(line: string, mark: string): string {
  const bare = line.replace(/\r$/, '');
  return `${bare} [${mark}]${line.slice(bare.length)}`;
}

const lineTarget =
  (old: string): Target =>
  (id, agent) => ({ kind: 'line', old, next: marked(old, `${agent}, ${id}`) });

const memberTargets: readonly Target[] = Array.from(
  { length: 6 },
  (): Target => (id, agent) => ({
    kind: 'member',
    path: [`ententeDemo-${id}`],
    value: agent,
  }),
);
