// Brings one file and its head together: what lies on disk becomes versions of whoever wrote it, and what came of them
// is put on disk. Everything that a guard does to a file goes through here.
import { EntenteError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { applyEdits, applyTrimmed } from './edits.ts';
import { editsOf, explain, isTorn, type State, statesOf } from './explain.ts';
import { EXTERNAL, type Ground } from './ground.ts';
import { putRight } from './put-right.ts';
import { type Settled, settle } from './settle.ts';
import type { Book, Done, Intent, Line, Pending, Sight } from './spool/book.ts';
import type { Captured, ToolEdit } from './types.ts';
import { bytesWith, type Now, nowAt } from './versions.ts';

export interface Reconciled {
  readonly now: Now;
  /** What lay on disk when it was looked at first. */
  readonly found: Uint8Array | undefined;
  readonly settled: readonly Landed[];
  readonly captured: readonly Captured[];
}

export interface ReconcileOptions {
  /** Writes that the host says are done, whatever lies on disk. */
  readonly reported?: readonly Intent[];
  /** Whose change it is where no announced write explains it. */
  readonly author?: string;
  readonly note?: string;
}

/** How often a file that moves under this is looked at again. */
const ROUNDS = 50;
const WAIT_MS = 10;

interface Landed {
  readonly intent: Intent;
  readonly result: Settled;
  /** What its author knows now, where that changed. */
  readonly knows?: Sight | undefined;
}

interface Work {
  readonly ground: Ground;
  readonly path: string;
  readonly options: ReconcileOptions;
  readonly settled: Landed[];
  readonly captured: Captured[];
}

interface Round {
  /** The disk was not seen like this before. */
  readonly fresh: boolean;
  /** There is time to wait for a write that is under way. */
  readonly early: boolean;
}

export async function reconcile(ground: Ground, path: string, options: ReconcileOptions = {}): Promise<Reconciled> {
  const work: Work = { ground, path, options, settled: [], captured: [] };
  let first: { readonly bytes: Uint8Array | undefined } | undefined;
  let before: string | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    await drain(work);
    const disk = await ground.folder.read(path);
    first ??= { bytes: disk };
    const hash = disk === undefined ? '' : ground.objects.keep(disk);
    const early = round < ROUNDS - 2;
    const fresh = early && hash !== before;
    before = hash;
    const taken = await step(work, disk, hash, { fresh, early });
    if (taken === 'wait') await ground.sleep(WAIT_MS);
    if (taken !== 'taken') continue;
    const now = await nowAt(ground, path);
    const put = await putRight(ground, path, now, disk);
    if (put.late !== undefined) await takeLate(work, put.late, hash);
    if (!put.done || put.late !== undefined) continue;
    finish(work, now);
    return { now, found: first.bytes, settled: work.settled, captured: work.captured };
  }
  throw new EntenteError('store-locked', `${JSON.stringify(path)} is being written without a pause.`, {
    next: 'Try again when its writer has ended.',
  });
}

/**
 * Takes what lies on disk into versions. `wait`: it is not whole yet, or nobody knows what it is and it may still move.
 * `again`: the fast path wrote something down meanwhile, so that what the book says of the disk is in no version yet.
 */
async function step(
  work: Work,
  disk: Uint8Array | undefined,
  hash: string,
  round: Round,
): Promise<'taken' | 'wait' | 'again'> {
  const { ground, path, options } = work;
  const book = ground.books.open(path);
  if (book.pending.length > 0) return 'again';
  const now = await nowAt(ground, path);
  const reported = options.reported ?? [];
  const intents = [...book.intents.filter((one) => !reported.some((other) => sameCall(one, other))), ...reported];
  // What never was seen on disk is not missing there: a resource that others made is no file that somebody deleted.
  const known = book.disk ?? (disk === undefined ? '' : now.hash);
  if (hash === now.hash || hash === known) {
    for (const intent of reported) await settleIntent(work, intent, undefined);
    return 'taken';
  }
  const states = await statesOf(ground, book, known, intents);
  const { state, exact } = explain(states, disk, reported);
  if (!exact && (round.fresh || (round.early && isTorn(states, disk)))) return 'wait';
  for (const intent of reported) if (!state.via.includes(intent)) await settleIntent(work, intent, undefined);
  for (const intent of state.via) await settleIntent(work, intent, state);
  if (!exact) await takeUnknown(work, disk, { state, intents, known });
  return 'taken';
}

function sameCall(a: Intent, b: Intent): boolean {
  return a.agent === b.agent && a.call === b.call;
}

/** Commits an announced write; `state`: what lies on disk and came of it, where that is known. */
async function settleIntent(work: Work, intent: Intent, state: State | undefined): Promise<void> {
  if (intent.kind === 'opaque' || work.settled.some((one) => sameCall(one.intent, intent))) return;
  const { ground, path } = work;
  const book = ground.books.open(path);
  const { sight, content } = await proposed(work, intent, state);
  const { agent, note } = intent;
  const refused = book.refused.get(agent);
  const result = await settle(ground, {
    path,
    agent,
    sight,
    content,
    refused,
    ...(note === undefined ? {} : { note }),
  });
  work.settled.push({ intent, result, knows: await knowledge(work, intent, result) });
  await writeCopy(ground, result);
}

/** What an announced write comes to as a proposal, and what it was made on. */
async function proposed(
  { ground, path }: Work,
  intent: Intent,
  state: State | undefined,
): Promise<{ readonly sight: Sight | null; readonly content: Uint8Array | null }> {
  if (intent.kind === 'delete') return { sight: intent.base ?? { hash: intent.disk }, content: null };
  if (intent.kind !== 'edits') {
    const content = intent.raw === undefined ? undefined : ground.objects.get(intent.raw);
    if (content === undefined) throw lost(path);
    return { sight: intent.base, content };
  }
  const edits = editsOf(ground, intent);
  const now = await nowAt(ground, path);
  const there = now.hash === '' ? undefined : now.content;
  const onHead = applyEdits(there, edits);
  if (onHead !== undefined) return { sight: { hash: now.hash }, content: onHead };
  const trimmed = applyTrimmed(there, edits);
  if (trimmed !== undefined) {
    const hash = ground.objects.keep(trimmed.base);
    const sight = hash === now.hash ? { hash } : { hash, as: now.hash, root: now.hash };
    return { sight, content: trimmed.content };
  }
  const before = await bytesWith(ground, path, intent.disk);
  const onDisk = applyEdits(before ?? undefined, edits);
  if (onDisk !== undefined) return { sight: { hash: intent.disk }, content: onDisk };
  return (
    onState(ground, now, edits, state?.under?.get(intent), state) ?? {
      sight: { hash: now.hash },
      content: there ?? null,
    }
  );
}

/** A replacement that applied to what somebody's older file had brought back: that change alone, and nothing of that file. */
function onState(
  ground: Ground,
  now: Now,
  edits: readonly ToolEdit[],
  under: Uint8Array | undefined,
  state: State | undefined,
): { readonly sight: Sight; readonly content: Uint8Array } | undefined {
  const content = under === undefined ? undefined : applyEdits(under, edits);
  if (under === undefined || content === undefined || state === undefined) return undefined;
  return { sight: { hash: ground.objects.keep(under), as: now.hash, root: state.root }, content };
}

function lost(path: string): EntenteError {
  return new EntenteError(
    'store-corrupt',
    `Bytes that were announced for ${JSON.stringify(path)} are not kept any more.`,
    {
      next: 'Look at what is kept: entente recover PATH --list',
    },
  );
}

/** What the author of a write knows of the file after it. */
async function knowledge({ ground, path }: Work, intent: Intent, result: Settled): Promise<Sight | undefined> {
  if (result.how === 'stop') return undefined;
  if (intent.kind !== 'edits') return result.sight;
  const sight = ground.books.open(path).sights.get(intent.agent);
  const before = sight === undefined ? undefined : await bytesWith(ground, path, sight.hash);
  const after = sight === undefined ? undefined : applyEdits(before ?? undefined, editsOf(ground, intent));
  if (sight === undefined || after === undefined) return undefined;
  const hash = ground.objects.keep(after);
  return hash === result.now.hash ? { hash } : { hash, as: result.now.hash, root: sight.root ?? sight.hash };
}

interface Unknown {
  readonly state: State;
  readonly intents: readonly Intent[];
  readonly known: string;
}

/** Bytes that nobody announced: a version of whoever is known to be at work, else of `external`. */
async function takeUnknown(
  work: Work,
  disk: Uint8Array | undefined,
  { state, intents, known }: Unknown,
): Promise<void> {
  const { ground, path, options } = work;
  const opaque = intents.find(({ kind }) => kind === 'opaque');
  const agent = options.author ?? opaque?.agent ?? runningAgent(ground) ?? EXTERNAL;
  const now = await nowAt(ground, path);
  if (state.bytes !== undefined) ground.objects.keep(state.bytes);
  const via = state.via.length > 0 && state.hash !== now.hash;
  const sight: Sight =
    state.sight ?? (via ? { hash: state.hash, as: now.hash, root: state.root } : { hash: state.hash });
  const note = opaque?.note ?? options.note;
  const result = await settle(ground, {
    ...{ path, agent, sight, content: disk ?? null },
    ...(note === undefined ? {} : { note }),
  });
  if (opaque !== undefined && opaque.agent === agent) {
    const upToDate = opaque.base?.hash === known && result.how !== 'stop';
    work.settled.push({ intent: opaque, result, ...(upToDate ? { knows: result.sight } : {}) });
  }
  noteCapture(work, agent, now, result);
}

/** The agent of the one command that runs; undefined where none does, or several do. */
export function runningAgent(ground: Ground): string | undefined {
  const agents = new Set(ground.desk.read().running.map(({ agent }) => agent));
  return agents.size === 1 ? [...agents][0] : undefined;
}

function noteCapture({ captured, path }: Work, agent: string, before: Now, { now }: Settled): void {
  if (now.head === undefined || now.head.revision === before.head?.revision) return;
  const { version, deleted } = now.head;
  captured.push({ path, agent, version, hash: now.hash, deleted });
}

/** Bytes that came into a file after it was compared, while it was being replaced: nobody has them but who calls. */
async function takeLate(work: Work, late: Uint8Array, replaced: string): Promise<void> {
  const { ground, path } = work;
  ground.objects.keep(late);
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: replaced, as: now.hash, root: ground.books.open(path).disk ?? replaced };
  const agent = runningAgent(ground) ?? EXTERNAL;
  noteCapture(work, agent, now, await settle(ground, { path, agent, sight, content: late }));
}

/** A strategy that keeps both sides made a second resource: it belongs on disk too. */
async function writeCopy(ground: Ground, result: Settled): Promise<void> {
  if (result.how === 'stop' || result.copy === undefined) return;
  const copy = await nowAt(ground, result.copy);
  if (copy.content !== undefined) await ground.folder.put(result.copy, copy.content, undefined);
}

/** What the fast path saw and let land, in its order. */
async function drain(work: Work): Promise<void> {
  const { ground, path } = work;
  const book = ground.books.open(path);
  const { pending } = book;
  if (pending.length === 0) return;
  for (const one of pending) await drainOne(work, book, one);
  // The guard may have put something there meanwhile, before or after what was seen: what lies there tells.
  const disk = await ground.folder.read(path);
  const hash = disk === undefined ? '' : hashOf(disk);
  const h = pending.some((one) => one.h === hash) ? hash : (book.disk ?? hash);
  ground.books.append(path, [...linesOf(work), { t: 'disk', h, n: pending.length }]);
  work.settled.splice(0);
}

async function drainOne(work: Work, book: Book, pending: Pending): Promise<void> {
  const { ground, path } = work;
  if (pending.t === 'landed') {
    const intent = book.intents.find(({ agent, call }) => agent === pending.a && call === pending.c);
    // One that is settled was found on disk before its report was written down.
    return intent === undefined ? undefined : settleIntent(work, intent, undefined);
  }
  const content = pending.h === '' ? null : ground.objects.get(pending.h);
  if (content === undefined) throw lost(path);
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: pending.b ?? now.hash };
  noteCapture(work, EXTERNAL, now, await settle(ground, { path, agent: EXTERNAL, sight, content }));
}

/** The lines that say what was settled. */
function linesOf({ ground, settled }: Work): readonly Line[] {
  return settled.flatMap(({ intent, result, knows }): readonly Line[] => {
    const { agent: a, call: c, raw = '', base } = intent;
    const done: Line = { t: 'done', a, c, d: doneOf(intent, result, ground.clock()) };
    if (result.how === 'stop') {
      const { conflictId } = result;
      return [
        { t: 'refused', a, r: raw, b: result.base, ...(conflictId === undefined ? {} : { id: conflictId }) },
        done,
      ];
    }
    const known: Line[] = knows === undefined ? [] : [{ t: 'sight', a, s: knows }];
    return [...known, { t: 'own', a, h: result.now.hash, b: base?.hash ?? intent.disk }, done];
  });
}

function doneOf(intent: Intent, result: Settled, at: number): Done {
  if (result.how === 'stop') {
    const { conflictId } = result;
    return { how: 'stop', note: result.reason, ...(conflictId === undefined ? {} : { conflictId }) };
  }
  const stale = intent.kind === 'content' && result.how === 'merged' ? { s: result.sight, at } : {};
  return { how: result.how, ...stale };
}

/** Whoever changed this file and did not change it last may have something to hear at its next call. */
function noteNews({ ground, path, settled, captured }: Work, { own, sights }: Book, now: Now): void {
  const authors = new Set([...settled.map(({ intent }) => intent.agent), ...captured.map(({ agent }) => agent)]);
  const changed = [...own].filter(([, { h, b }]) => h !== b && h !== now.hash).map(([agent]) => agent);
  const looked = [...sights].filter(([, { hash, lines }]) => lines !== undefined && hash !== now.hash);
  const others = [...new Set([...changed, ...looked.map(([agent]) => agent)])].filter((agent) => !authors.has(agent));
  if (others.length === 0) return;
  const waiting = ground.desk.read().news;
  ground.desk.news(
    others.filter((agent) => waiting.get(agent)?.has(path) !== true),
    path,
  );
}

function finish(work: Work, now: Now): void {
  const { ground, path } = work;
  const book = ground.books.open(path);
  if (work.settled.length === 0 && book.disk === now.hash) return;
  ground.books.append(path, [...linesOf(work), { t: 'disk', h: now.hash, n: 0 }]);
  ground.books.tidy(path);
  noteNews(work, book, now);
}
