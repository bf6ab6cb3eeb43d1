// Between what a guard remembers (hashes) and what the controller goes by (tokens on versions).
import type { Controller } from '../controller/types.ts';
import type { Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { Ground } from './ground.ts';
import type { Began } from './spool/desk.ts';

export interface Now {
  readonly head?: Head;
  /** `''`: there is no such file. */
  readonly hash: string;
  readonly content?: Uint8Array;
}

const GONE: Now = { hash: '' };

/** The head of a path, with its bytes. */
export async function nowAt({ controller }: Ground, path: string): Promise<Now> {
  const found = await controller.read(path);
  if (found === undefined) return GONE;
  const { head, content } = found;
  if (head.deleted) return { head, hash: '' };
  return content === undefined ? { head, hash: head.hash } : { head, hash: head.hash, content };
}

const PAGE = 100;
/** How many versions are looked through for a hash. Beyond, a base counts as gone. */
const FARTHEST = 2000;

/** The newest version with this hash. */
export async function versionWith(controller: Controller, path: string, hash: string): Promise<Head | undefined> {
  let after: string | undefined;
  for (let seen = 0; seen < FARTHEST; seen += PAGE) {
    const page = await controller.history(path, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    const found = page.items.find(({ head }) => head.hash === hash && !head.deleted);
    if (found !== undefined) return found.head;
    if (page.next === undefined) return undefined;
    after = page.next;
  }
  return undefined;
}

/** What a path was when a session began; undefined where that is not known any more. */
export async function versionAt(controller: Controller, path: string, began: Began): Promise<Head | undefined> {
  // Of one time it is not known which came first: an older base merges with what came since, a newer one would undo it.
  const isBefore = ({ revision, at }: Head): boolean => ('at' in began ? at < began.at : revision <= began.revision);
  let after: string | undefined;
  for (let seen = 0; seen < FARTHEST; seen += PAGE) {
    const page = await controller.history(path, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    const found = page.items.find(({ head }) => isBefore(head));
    if (found !== undefined) return found.head;
    if (page.next === undefined) return undefined;
    after = page.next;
  }
  return undefined;
}

/** A token on the version with this hash, `''` being nothing; undefined where no version has it. */
export async function tokenWith(
  controller: Controller,
  path: string,
  agent: string,
  hash: string,
): Promise<Token | undefined> {
  const { token: fresh } = await controller.begin(path, { agent });
  const { repairs: _, ...token } = fresh;
  if (token.hash === hash) return token;
  if (hash === '') return { ...token, version: 0, revision: 0, born: 0, hash };
  const head = await versionWith(controller, path, hash);
  if (head === undefined) return undefined;
  const { version, revision, born } = head;
  return { ...token, version, revision, born, hash };
}

/** Bytes by their hash: kept ones, or those of a version of this path. null is "no file". */
export async function bytesWith(ground: Ground, path: string, hash: string): Promise<Uint8Array | null | undefined> {
  if (hash === '') return null;
  const kept = ground.objects.get(hash);
  if (kept !== undefined) return kept;
  const head = await versionWith(ground.controller, path, hash);
  return head === undefined ? undefined : (await ground.controller.read(path, { version: head.version }))?.content;
}
