// Saved tokens: what `begin` read, kept so that `commit` needs no flag. One file for each agent and resource. A token is
// bound to the file that `begin -o` wrote, or to the terminal session; one that belongs elsewhere is never taken in
// silence, because a commit judged from a newer base than its author read is a lost update.
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { decodeToken, encodeToken, type Token } from '../../core/token.ts';
import { idWord } from '../shell/text.ts';
import { ownFolder, readOwn, replaceFile } from './files.ts';
import { isSessionAlive } from './session.ts';

export interface Saved {
  readonly token: Token;
  /** `file:PATH` or a session. */
  readonly origin: string;
}

export interface Who {
  readonly space: string;
  readonly agent: string;
  readonly resource: string;
}

const DAY = 86_400_000;

function fileOf(folder: string, who: Who): string {
  const key = createHash('sha256').update(`${who.space}\0${who.agent}\0${who.resource}`).digest('hex').slice(0, 32);
  return path.join(folder, 'tokens', `${key}.json`);
}

async function load(file: string): Promise<readonly Saved[]> {
  const bytes = await readOwn(file);
  if (bytes === undefined) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const open = (value as { open?: unknown }).open;
    if (!Array.isArray(open)) return [];
    return open.map((entry: { token: string; origin: string }) => ({
      token: decodeToken(entry.token),
      origin: String(entry.origin),
    }));
  } catch {
    // A damaged file is as good as none: the agent begins again and loses no more than the token.
    return [];
  }
}

async function isAlive(saved: Saved): Promise<boolean> {
  if (saved.origin.startsWith('file:')) {
    return stat(saved.origin.slice('file:'.length)).then(
      () => true,
      () => false,
    );
  }
  return Date.now() - saved.token.at < DAY && (await isSessionAlive(saved.origin));
}

async function store(folder: string, who: Who, open: readonly Saved[]): Promise<void> {
  const file = fileOf(folder, who);
  await ownFolder(path.dirname(file));
  const entries = open.map(({ token, origin }) => ({ token: encodeToken(token), origin }));
  await replaceFile(path.dirname(file), path.basename(file), `${JSON.stringify({ ...who, open: entries })}\n`);
}

/** Saves a token in the place of the last one of the same origin. Answers what other live sessions have open. */
export async function saveToken(folder: string, token: Token, origin: string): Promise<readonly Saved[]> {
  const who: Who = { space: token.space, agent: token.agent, resource: token.resource };
  const others: Saved[] = [];
  for (const saved of await load(fileOf(folder, who))) {
    if (saved.origin !== origin && (await isAlive(saved))) others.push(saved);
  }
  await store(folder, who, [...others, { token, origin }]);
  return others;
}

/**
 * The token that a commit of this file or this session is to go by; undefined where nothing was begun here. What another
 * live session or another file has open is theirs. A read whose session has ended is taken (tools that run each command
 * in a session of its own), but not one of several: guessing could lose an update, so that is `misuse`.
 */
export async function findToken(folder: string, who: Who, origins: readonly string[]): Promise<Saved | undefined> {
  const open = await load(fileOf(folder, who));
  for (const origin of origins) {
    const own = open.find((saved) => saved.origin === origin);
    if (own !== undefined) return own;
  }
  const left: Saved[] = [];
  for (const saved of open) {
    if (!saved.origin.startsWith('file:') && !(await isSessionAlive(saved.origin))) left.push(saved);
  }
  const first = left[0];
  if (first === undefined || left.every((saved) => saved.token.revision === first.token.revision)) return first;
  const versions = left.map((saved) => `v${saved.token.version}`).join(', ');
  throw new EntenteError(
    'misuse',
    `The agent ${who.agent} has several reads of ${who.resource} open: ${versions}. Which one this change is made on cannot be told.`,
    { next: `entente begin ${idWord(who.resource)}   (or name one: --token TOKEN)` },
  );
}

/** All saved tokens of a store. */
export async function listTokens(folder: string): Promise<readonly Saved[]> {
  let names: readonly string[];
  try {
    names = await readdir(path.join(folder, 'tokens'));
  } catch {
    return [];
  }
  const all: Saved[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    all.push(...(await load(path.join(folder, 'tokens', name))));
  }
  return all;
}
