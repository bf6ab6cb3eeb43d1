// Brings one file and its head together: what lies on disk becomes versions of whoever wrote it, and what came of them
// is put on disk. Everything that a guard does to a file goes through here.
import { EntenteError } from '../core/errors.ts';
import { linesOf, settleIntent } from './announced.ts';
import { drain } from './drain.ts';
import { explain, isTorn, type State, statesOf } from './explain.ts';
import type { Ground } from './ground.ts';
import { putRight } from './put-right.ts';
import { type Book, diskLine, type Held, type Line } from './spool/book.ts';
import type { Captured } from './types.ts';
import { isUndecided, type Lying, takeHeld, takeLate, takeReleased, takeUnknown, type Unknown } from './unknown.ts';
import { type Now, nowAt } from './versions.ts';
import { type Landed, type ReconcileOptions, sameCall, type Work } from './work.ts';

export interface Reconciled {
  /** The head, which is on disk too unless something is held there. */
  readonly now: Now;
  /** What lay on disk when it was looked at first. */
  readonly found: Uint8Array | undefined;
  readonly held: Held | undefined;
  /** The head was put on disk, or taken away from there. */
  readonly put: boolean;
  readonly settled: readonly Landed[];
  readonly captured: readonly Captured[];
}

/** How often a file that moves under this is looked at again. */
const ROUNDS = 50;
const WAIT_MS = 10;

interface Round {
  /** The disk was not seen like this before. */
  readonly fresh: boolean;
  /** There is time to wait for a write that is under way. */
  readonly early: boolean;
}

export async function reconcile(ground: Ground, path: string, options: ReconcileOptions = {}): Promise<Reconciled> {
  const work: Work = { ground, path, options, settled: [], captured: [], hold: undefined, root: undefined };
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
    const { hold: held, settled, captured } = work;
    // A version of which only the hash is known cannot be put anywhere.
    const puts = held === undefined && (now.hash === '' || now.content !== undefined);
    if (puts) {
      const done = await putRight(ground, path, now, disk);
      if (done.late !== undefined) await takeLate(work, done.late, hash);
      if (!done.done || done.late !== undefined) continue;
    }
    finish(work, now, { found: hash, there: puts ? now.hash : hash });
    return { now, found: first.bytes, held, put: puts && hash !== now.hash, settled, captured };
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
  work.hold = undefined;
  if (book.pending.length > 0) return 'again';
  const before = await nowAt(ground, path);
  const reported = options.reported ?? [];
  const intents = [...book.intents.filter((one) => !reported.some((other) => sameCall(one, other))), ...reported];
  const known = knownOf(work, book, disk, before);
  if (hash === before.hash || hash === known) {
    for (const intent of reported) await settleIntent(work, intent, undefined);
    if (hash !== before.hash && book.held !== undefined) await keepHeld(work, book.held, { disk, hash });
    return 'taken';
  }
  const states = await statesOf(ground, book, known, intents);
  const { state, exact } = explain(states, disk, reported);
  work.root = state.root;
  if (!exact && (round.fresh || (round.early && isTorn(states, disk)))) return 'wait';
  for (const intent of reported) if (!state.via.includes(intent)) await settleIntent(work, intent, undefined);
  for (const intent of state.via) await settleIntent(work, intent, state);
  const unknown: Unknown = { disk, hash, state, intents, known, before };
  if (!exact) await (isOfHeld(book, state) ? takeOfHeld(work, book.held as Held, unknown) : takeUnknown(work, unknown));
  return 'taken';
}

/** What was last on disk. What never was seen there is not missing: a resource that others made is no file that somebody deleted. */
function knownOf({ ground }: Work, book: Book, disk: Uint8Array | undefined, now: Now): string {
  if (book.disk !== undefined) return book.disk;
  // A resource that began after the guard last followed its space was never on this disk: a file of its name is another's.
  const isNews = now.head !== undefined && now.head.born > (ground.followed.revision ?? Number.POSITIVE_INFINITY);
  return disk === undefined || isNews ? '' : now.hash;
}

/** A change that nobody announced, on bytes that are held. */
function isOfHeld({ held }: Book, { via, sight }: State): boolean {
  return held !== undefined && via.length === 0 && sight === undefined;
}

async function takeOfHeld(work: Work, held: Held, unknown: Unknown): Promise<void> {
  if (await isUndecided(work.ground, held)) await takeHeld(work, held, unknown);
  else await takeReleased(work, held, unknown);
}

/** Nothing moved on disk: what is held there stays until its conflict is decided. */
async function keepHeld(work: Work, held: Held, lies: Lying): Promise<void> {
  if (await isUndecided(work.ground, held)) work.hold = held;
  else if (lies.hash !== held.base) await takeReleased(work, held, lies);
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

/** What was on disk, and what is there now. */
interface Disk {
  readonly found: string;
  readonly there: string;
}

function finish(work: Work, now: Now, { found, there }: Disk): void {
  const { ground, path, hold } = work;
  const book = ground.books.open(path);
  const same = book.disk === there && JSON.stringify(book.held) === JSON.stringify(hold);
  if (work.settled.length === 0 && same) return;
  // Whoever was about to read may have read what was put right here.
  const passed = found !== there && found !== book.disk;
  const seen: Line[] = passed ? [{ t: 'glimpse', s: { hash: found, as: now.hash, root: work.root ?? now.hash } }] : [];
  ground.books.append(path, [...linesOf(work), ...seen, diskLine(there, hold, 0)]);
  ground.books.tidy(path);
  noteNews(work, book, now);
}
