// One file that several servers share. In a turn, what lies on disk is first taken into the store, then what is stored is put
// before the server; after its call, what it wrote is a version by its client, merged where others were faster.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { Draft } from '../../controller/types.ts';
import type { Change } from '../../core/change.ts';
import { hashOf } from '../../core/hash.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Token } from '../../core/token.ts';
import { hasContent } from '../../core/version.ts';
import type { Folder } from '../disk/folder.ts';
import { type Account, readAccount, writeAccount } from './account.ts';
import type { FileBase, Stopped, WrapOptions, WrappedFile } from './types.ts';

const EXTERNAL = 'external';
const OUTSIDE = 'changed outside of entente';
/** How often a file that somebody else keeps changing is put right in one turn. */
const TRIES = 8;

type Bytes = Uint8Array | undefined;
const NOTHING = new Uint8Array();

export interface SharedFile {
  /** Where the server finds it. */
  readonly path: string;
  /** In a turn: puts what is stored before the server. Answers why that cannot be. */
  before(agent: string): Promise<Stopped | undefined>;
  /** In the same turn: what the server wrote becomes a version. `merged`: others had changed the file meanwhile. */
  after(agent: string, note: string): Promise<Stopped | 'merged' | undefined>;
}

function same(a: Bytes, b: Bytes): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

function markOf(bytes: Bytes): string {
  return bytes === undefined ? '' : hashOf(bytes);
}

function changeOf(bytes: Bytes): Change {
  return bytes === undefined ? { delete: true } : { content: bytes };
}

const baseOf = ({ version, revision, born, hash }: FileBase): FileBase => ({ version, revision, born, hash });

/** What is not stored under the resource after it: the bytes are only where the caller has them, or in an open conflict. */
function isLanded({ status }: Outcome): boolean {
  return status === 'committed' || status === 'merged' || status === 'unchanged';
}

async function readCopy(file: string): Promise<Bytes> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function writeCopy(file: string, bytes: Bytes): Promise<void> {
  if (bytes === undefined) return rm(file, { force: true });
  const whole = `${file}.entente-tmp`;
  await writeFile(whole, bytes, { mode: 0o600 });
  await rename(whole, file);
}

export function createSharedFile(
  options: WrapOptions,
  { resource, name }: WrappedFile,
  folder: Folder,
  place: { readonly account: string; readonly copy?: string },
): SharedFile {
  const { controller, keep, rebase } = options;
  const { account, copy } = place;
  const file = path.join(folder.root, name);
  /** What the server has before it, and the token on that. */
  let given: { readonly bytes: Bytes; readonly token: Token } | undefined;
  /** The version that a server which reads once made its writes on. */
  let own: FileBase | undefined;

  const readServer = (): Promise<Bytes> => (copy === undefined ? folder.read(name) : readCopy(copy));

  async function stopped(outcome: Outcome, bytes: Bytes, whose: string): Promise<Stopped> {
    if (outcome.status === 'escalated') {
      const { conflictId } = outcome;
      return {
        why: `${whose} clashes with what is stored of ${resource}: it is kept in the open conflict ${conflictId}. Next: entente conflicts show ${conflictId}`,
      };
    }
    const kept = bytes === undefined ? '' : ` It is kept in ${await keep(resource, bytes)}.`;
    return { why: `${whose} was not stored in ${resource} (${outcome.status}).${kept} Next: entente log ${resource}` };
  }

  /** Bytes that somebody else put on disk, on the version that lay there before. */
  async function takeOutside(bytes: Bytes, known: Account | undefined): Promise<Stopped | undefined> {
    const draft = await controller.begin(resource, { agent: EXTERNAL });
    // Nothing is stored and nothing was known: what lies there is where it begins.
    const token = await rebase(draft, known?.base);
    const outcome = await controller.commitOrResolve(token, changeOf(bytes), { note: OUTSIDE });
    if (isLanded(outcome)) return undefined;
    const held = outcome.status === 'escalated' ? { conflict: outcome.conflictId } : {};
    await writeAccount(account, { disk: known?.disk ?? '', base: known?.base, held: { mark: markOf(bytes), ...held } });
    return stopped(outcome, bytes, 'A change made outside of entente');
  }

  /** Still waiting for a decision on what lies there; undefined once there is one. */
  async function waiting(held: NonNullable<Account['held']>): Promise<Stopped | undefined> {
    if (held.conflict === undefined) return undefined;
    const conflict = await controller.conflict(held.conflict);
    if (conflict?.state !== 'open') return undefined;
    const why = `${name} was changed outside of entente in places that others changed too, and conflict ${conflict.number} on ${resource} waits for a decision`;
    return { why: `${why}. Next: entente conflicts show ${conflict.number}` };
  }

  /** What lies on disk is taken in where it is not ours; undefined: what is stored may go there. */
  async function takeIn(disk: Bytes): Promise<Stopped | undefined> {
    const known = await readAccount(account);
    const mark = markOf(disk);
    if (known !== undefined && mark === known.disk) return undefined;
    if (known === undefined && disk === undefined) return undefined;
    if (known?.held?.mark === mark) return waiting(known.held);
    const head = await controller.getVersion(resource);
    if (head !== undefined && !head.deleted && head.hash === mark) return undefined;
    return takeOutside(disk, known);
  }

  /** Puts a draft's content where `disk` lies. False: look again, somebody was at it. */
  async function putOn(disk: Bytes, { content, token }: Draft): Promise<boolean | Stopped> {
    const ours: Account = { disk: markOf(content), base: baseOf(token) };
    if (same(content, disk)) {
      await writeAccount(account, ours);
      return true;
    }
    const put =
      content === undefined ? await folder.remove(name, disk ?? NOTHING) : await folder.put(name, content, disk);
    if (!put.done) return false;
    const before = await readAccount(account);
    await writeAccount(account, ours);
    if (put.late === undefined) return true;
    return (await takeOutside(put.late, before)) ?? false;
  }

  /** Puts on disk what is stored, over nothing that is not. */
  async function publish(agent: string): Promise<Draft | Stopped> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const disk = await folder.read(name);
      const stop = await takeIn(disk);
      if (stop !== undefined) return stop;
      const draft = await controller.begin(resource, { agent });
      const { head } = draft;
      if (head !== undefined && !head.deleted && !hasContent(head))
        return { why: `Of ${resource} only a hash is stored. Next: entente log ${resource}` };
      const done = await putOn(disk, draft);
      if (typeof done !== 'boolean') return done;
      if (done) return draft;
    }
    return { why: `${name} is changed by somebody else all the time. Next: try again` };
  }

  async function commit(agent: string, bytes: Bytes, token: Token, note: string): Promise<Outcome> {
    const base = options.inMemory && own !== undefined ? own : undefined;
    const on = base === undefined ? token : await rebase(await controller.begin(resource, { agent }), base);
    const outcome = await controller.commitOrResolve(on, changeOf(bytes), { note });
    if (outcome.status === 'committed') own = baseOf(outcome.token);
    return outcome;
  }

  async function after(agent: string, note: string): Promise<Stopped | 'merged' | undefined> {
    if (given === undefined) return undefined;
    const bytes = await readServer();
    if (same(bytes, given.bytes)) return undefined;
    const outcome = await commit(agent, bytes, given.token, note);
    given = { ...given, bytes };
    const failed = isLanded(outcome) ? undefined : await stopped(outcome, bytes, 'What the tool wrote');
    // What lies on disk is accounted for, whatever became of it.
    if (copy === undefined) await writeAccount(account, { disk: markOf(bytes), base: baseOf(given.token) });
    const published = await publish(agent);
    if (failed !== undefined) return failed;
    if ('why' in published) return { ...published, saved: true };
    return outcome.status === 'merged' ? 'merged' : undefined;
  }

  return {
    path: copy ?? file,
    after,
    async before(agent) {
      // A server that writes after it answered: its copy is its own, so that this is by nobody else.
      if (copy !== undefined) {
        const late = await after(agent, 'written after its answer');
        if (late !== undefined && late !== 'merged') return late;
      }
      const draft = await publish(agent);
      if ('why' in draft) return draft;
      const { content: bytes, token } = draft;
      if (copy !== undefined && !same(await readCopy(copy), bytes)) await writeCopy(copy, bytes);
      given = { bytes, token };
      own ??= baseOf(token);
      return undefined;
    },
  };
}
