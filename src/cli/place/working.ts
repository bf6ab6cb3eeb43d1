// Working copies and their tokens: which token a commit goes by, and what is saved after it. The rule behind all of it:
// a saved token may only stand on a version whose content the agent (or its file) really holds.
import { lstat, readFile, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import type { Outcome } from '../../core/outcome.ts';
import { decodeToken, type Token } from '../../core/token.ts';
import type { Context } from '../shell/context.ts';
import { cleanName, idWord, shellWord } from '../shell/text.ts';
import { replaceFile } from './files.ts';
import { findToken, type Saved, saveToken } from './tokens.ts';

/** The origin of a token that belongs to a file. */
export async function fileOrigin(file: string): Promise<string> {
  const full = path.resolve(file);
  const folder = await realpath(path.dirname(full)).catch(() => path.dirname(full));
  return `file:${path.join(folder, path.basename(full))}`;
}

/** Puts bytes into the user's file: whole or not at all, keeping its mode; a link is refused, not followed. */
export async function putWorkFile(file: string, bytes: Uint8Array): Promise<void> {
  const found = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined && !found.isFile()) {
    throw new EntenteError('misuse', `${cleanName(file)} is not a regular file: it is not written through.`, {
      next: 'Name a plain file, for example -o draft.md',
    });
  }
  const mode = found === undefined ? 0o666 & ~process.umask() : found.mode & 0o777;
  await replaceFile(path.dirname(file), path.basename(file), bytes, mode);
}

/** Refuses to write over edits that no version holds: the file's bytes must be the new ones or those of its last begin. */
export async function assertReplaceable(
  file: string,
  id: string,
  wanted: Uint8Array,
  last: Saved | undefined,
): Promise<void> {
  const there = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined || there.length === 0) return;
  const hash = hashOf(there);
  if (hash === hashOf(wanted) || hash === last?.token.hash) return;
  throw new EntenteError('misuse', `${cleanName(file)} holds edits that are not saved: it is left as it is.`, {
    next: `entente commit ${idWord(id)} ${shellWord(file)}   (or --force to write over it)`,
  });
}

/** A token that is given by hand; one of another resource or another agent is refused. */
export function givenToken(text: string, resource: string, agent: string | undefined): Token {
  const token = decodeToken(text);
  if (token.resource !== resource) {
    throw new EntenteError(
      'token-mismatch',
      `That token is for ${cleanName(token.resource)}, not for ${cleanName(resource)}.`,
      {
        next: `entente begin ${idWord(resource)}`,
      },
    );
  }
  if (agent !== undefined && token.agent !== agent) {
    throw new EntenteError('token-not-yours', `That token belongs to the agent ${cleanName(token.agent)}.`, {
      next: `entente begin ${idWord(resource)} --agent ${shellWord(agent)}`,
    });
  }
  return token;
}

export interface Basis {
  readonly token: Token;
  /** Where the next token is saved. */
  readonly origin: string;
}

/** The token to commit by: the one given, the saved one of the file or session, or a new one where that is safe. */
export async function findBasis(context: Context, file: string | undefined, mayBegin: boolean): Promise<Basis> {
  const { agent, controller, location, space } = await context.open();
  const resource = context.id();
  const session = await context.session();
  const origin = file === undefined ? session : await fileOrigin(file);
  const given = context.text('token');
  if (given !== undefined) {
    const named = context.text('agent') ?? (context.io.env['ENTENTE_AGENT'] || undefined);
    return { token: givenToken(given, resource, named), origin };
  }
  const who = { space, agent, resource };
  const origins = file === undefined ? [session] : [origin, session];
  const saved = location.state === undefined ? undefined : await findToken(location.state, who, origins);
  if (saved !== undefined) return saved;
  const fresh = (await controller.begin(resource, { agent })).token;
  // Nothing there to be lost: a first version needs no read before it.
  if (mayBegin || fresh.hash === '') return { token: fresh, origin };
  throw new EntenteError(
    'misuse',
    `There is no token of ${cleanName(agent)} for ${cleanName(resource)}: begin comes first.`,
    {
      next: `entente begin ${idWord(resource)}${file === undefined ? '' : ` -o ${shellWord(file)}`}`,
    },
  );
}

/**
 * Saves the next token after a commit; answers the file that now holds the merged content, if one does. A token that is
 * spent stays where it is: the same call again is answered as the first time, another change with it is refused.
 */
export async function settleToken(
  context: Context,
  outcome: Outcome,
  basis: Basis,
  proposed: Uint8Array | undefined,
): Promise<string | undefined> {
  const folder = (await context.open()).location.state;
  if (folder === undefined) return undefined;
  switch (outcome.status) {
    case 'committed':
    case 'conflict':
    case 'retry':
      await saveToken(folder, outcome.token, basis.origin);
      return undefined;
    case 'unchanged':
      // Written back as it was read while others went on: the copy is still the old one, and so is its token.
      if ((outcome.head?.hash ?? '') === (proposed === undefined ? '' : hashOf(proposed))) {
        await saveToken(folder, outcome.token, basis.origin);
      }
      return undefined;
    case 'merged': {
      // What is stored is not what was sent: only a file that takes it in may go on from there.
      const file = await refreshFile(basis.origin, proposed, outcome.content);
      if (file !== undefined) await saveToken(folder, outcome.token, basis.origin);
      return file;
    }
    default:
      return undefined;
  }
}

/** A file that `begin -o` made gets the merged content, unless it was edited again meanwhile. */
async function refreshFile(
  origin: string,
  proposed: Uint8Array | undefined,
  merged: Uint8Array,
): Promise<string | undefined> {
  if (!origin.startsWith('file:') || proposed === undefined) return undefined;
  const file = origin.slice('file:'.length);
  const there = await readFile(file).catch(() => undefined);
  if (there === undefined || hashOf(there) !== hashOf(proposed)) return undefined;
  await putWorkFile(file, merged);
  return file;
}
