// What `init --git` writes and takes away, in two places: a block in `.gitattributes`, which may be committed, and two
// values in the repository's own config, which is not.
import { lstat, readFile, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { chooseEngine } from '../../merge/choose.ts';
import { patternsIn, withBlock, withoutBlock } from '../place/attributes.ts';
import { askGit } from '../place/git.ts';
import { putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { ownCommand } from '../shell/own-command.ts';
import { cleanName, shellWord } from '../shell/text.ts';

const NAME_KEY = 'merge.entente.name';
const DRIVER_KEY = 'merge.entente.driver';
const NAME = 'entente: three-way merge by format';
/** Only 1 is a conflict: whatever else goes wrong (127: there is no entente) must not look like one. */
const ARGUMENTS =
  'merge-driver --marker-size=%L --base-label=%S --current-label=%X --proposed-label=%Y -- %O %A %B %P || { test $? -eq 1 && exit 1; exit 129; }';

const ENDINGS = ['json', 'jsonc', 'ndjson', 'jsonl', 'yaml', 'yml', 'toml', 'md', 'markdown', 'ipynb'];

/** The endings that have an engine of their own: elsewhere git would merge the same way by itself. */
function knownPatterns(): readonly string[] {
  const engineOf = (ending: string): string =>
    chooseEngine({ base: null, current: null, proposed: null, path: `x.${ending}` }).engine;
  return ENDINGS.filter((ending) => engineOf(ending) !== 'text').map((ending) => `*.${ending}`);
}

interface Value {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface Plan {
  readonly file: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  readonly config: readonly Value[];
}

async function ask(context: Context, ...args: readonly string[]): Promise<string | undefined> {
  const answer = await askGit(context.io, ...args);
  if (answer.status === 'ok') return answer.text;
  if (answer.status === 'missing') {
    throw new EntenteError('not-found', 'There is no git on the PATH.', {
      next: 'Install git, or put it on the PATH.',
    });
  }
  // 1: no such value. Anything else is a fault of git's.
  if (answer.exit === 1) return undefined;
  throw new EntenteError('not-found', `git says: ${cleanName(answer.message)}`, {
    next: 'git init   (in the folder of the work)',
  });
}

/** How git's shell calls this program. */
async function driverCommand({ io, text }: Context): Promise<string> {
  const given = text('command');
  if (given !== undefined && given.trim() !== '') return given;
  if (given !== undefined) {
    throw new EntenteError('misuse', '--command takes the words by which git calls entente, and there are none.', {
      next: "entente init --git --command 'npx entente'   (or without --command: entente finds where it lies)",
    });
  }
  return ownCommand(io.env);
}

function givenPatterns(context: Context): readonly string[] {
  const given = context.list('pattern');
  // What begins with `[attr]` is no pattern for git: it defines a word of that name.
  const odd = given.find((pattern) => !/^(?!\[attr\])[^\s"!#\\][^\s"]*$/.test(pattern));
  if (odd !== undefined) {
    throw new EntenteError('bad-pattern', `${JSON.stringify(odd)} is no pattern of a .gitattributes.`, {
      next: "entente init --git --pattern '*.json'",
    });
  }
  const folder = given.find((pattern) => pattern.endsWith('/'));
  if (folder === undefined) return given;
  throw new EntenteError(
    'bad-pattern',
    `${JSON.stringify(folder)} is a folder, and for git only files have attributes.`,
    {
      next: `entente init --git --pattern ${shellWord(`${folder}**`)}`,
    },
  );
}

/** `null`: no file. A link is refused here already, before a value of the config is written. */
async function readAttributes(file: string): Promise<Uint8Array | null> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return null;
  if (found.isFile()) return readFile(file);
  const kind = found.isSymbolicLink() ? 'a symbolic link' : 'no regular file';
  throw new EntenteError('misuse', `${cleanName(file)} is ${kind}: it is not written through.`, {
    next: 'Put a plain file in its place, then run the command again.',
  });
}

export async function planOf(context: Context, remove: boolean): Promise<Plan> {
  const root = (await ask(context, 'rev-parse', '--show-toplevel')) ?? '';
  const file = path.join(root, '.gitattributes');
  const before = await readAttributes(file);
  const given = givenPatterns(context);
  // Repeated without patterns, it keeps those that are there.
  const keeps = given.length === 0 && patternsIn(before).length > 0;
  const put = (): Uint8Array | null => (keeps ? before : withBlock(before, given.length > 0 ? given : knownPatterns()));
  const after = remove ? withoutBlock(before) : put();
  const [name, driver] = [await configured(context, NAME_KEY), await configured(context, DRIVER_KEY)];
  const config = remove
    ? [
        { key: NAME_KEY, before: name, after: name === NAME ? undefined : name },
        // A driver that somebody wrote by hand is not ours to take away.
        { key: DRIVER_KEY, before: driver, after: driver?.includes(' merge-driver ') === true ? undefined : driver },
      ]
    : [
        { key: NAME_KEY, before: name, after: NAME },
        { key: DRIVER_KEY, before: driver, after: `${await driverCommand(context)} ${ARGUMENTS}` },
      ];
  return { file, before, after, config };
}

function configured(context: Context, key: string): Promise<string | undefined> {
  return ask(context, 'config', '--local', '--get', key);
}

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

export function isDone({ before, after, config }: Plan): boolean {
  return same(before, after) && config.every((value) => value.before === value.after);
}

export async function carryOut(context: Context, { file, before, after, config }: Plan): Promise<void> {
  for (const { key, before: was, after: is } of config) {
    if (was === is) continue;
    await ask(context, 'config', '--local', ...(is === undefined ? ['--unset-all', key] : [key, is]));
  }
  if (same(before, after)) return;
  if (after === null) await rm(file, { force: true });
  else await putWorkFile(file, after);
}
