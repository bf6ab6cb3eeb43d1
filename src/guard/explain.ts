// Whose bytes lie on disk: those of announced writes, alone or one on the other, or of nobody that is known.
import { hashOf } from '../core/hash.ts';
import { applyEdits, type Distance, distance, sharedWords } from './edits.ts';
import type { Ground } from './ground.ts';
import type { Book, Intent, Sight } from './spool/book.ts';
import type { ToolEdit } from './types.ts';
import { bytesWith } from './versions.ts';

/** Bytes that are, or were, on disk at some time if these writes happened, in this order. */
export interface State {
  readonly hash: string;
  /** undefined: no file. */
  readonly bytes: Uint8Array | undefined;
  readonly via: readonly Intent[];
  /** The version that what lies under all of it was made from. */
  readonly root: string;
  /** What a replacement was made on. */
  readonly under?: ReadonlyMap<Intent, Uint8Array | undefined>;
  /** Bytes of a write that is settled already, which another write may have been made on since. */
  readonly sight?: Sight;
}

export interface Explanation {
  readonly state: State;
  /** The bytes are that state's; otherwise somebody changed them after it. */
  readonly exact: boolean;
}

/** Replacements of several agents on one another: beyond this depth, and this many states, nobody looks. */
const DEPTH = 4;
const MOST = 200;
/** How long a formatter may work on what it read. */
const LATELY_MS = 10_000;

export function editsOf(ground: Ground, intent: Intent): readonly ToolEdit[] {
  const bytes = intent.edits === undefined ? undefined : ground.objects.get(intent.edits);
  return bytes === undefined ? [] : (JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly ToolEdit[]);
}

/** All states that announced writes explain, nearest first; the first is what was last known to be on disk. */
export async function statesOf(
  ground: Ground,
  book: Book,
  known: string,
  intents: readonly Intent[],
): Promise<readonly State[]> {
  const first = (await bytesWith(ground, book.path, known)) ?? undefined;
  const states = new Map<string, State>([
    [known, { hash: known, bytes: first, via: [], root: book.held?.root ?? known }],
  ]);
  const add = (state: State): boolean => {
    if (states.has(state.hash) || states.size >= MOST) return false;
    states.set(state.hash, state);
    return true;
  };
  for (const intent of intents) for (const state of ownStates(ground, intent, known)) add(state);
  for (const { sight, at } of book.recent) {
    if (ground.clock() - at > LATELY_MS) continue;
    const bytes = ground.objects.get(sight.hash);
    if (bytes !== undefined) add({ hash: sight.hash, bytes, via: [], root: sight.root ?? sight.hash, sight });
  }
  const replacing = intents.filter(({ kind }) => kind === 'edits');
  let last = [...states.values()];
  for (let depth = 0; depth < DEPTH && last.length > 0; depth += 1) {
    last = last.flatMap((state) => replacing.flatMap((intent) => onTop(ground, state, intent))).filter(add);
  }
  return [...states.values()];
}

/** What a write of a whole file, or a delete, leaves whatever was there before. */
function ownStates(ground: Ground, intent: Intent, known: string): readonly State[] {
  const root = intent.base?.root ?? intent.base?.hash ?? known;
  if (intent.kind === 'delete') return [{ hash: '', bytes: undefined, via: [intent], root }];
  if (intent.kind !== 'content') return [];
  // As near to the one as to the other: from what the host meant on its own nothing of others can seem to be taken out.
  return [intent.raw, intent.expected].flatMap((hash) => {
    const bytes = hash === undefined ? undefined : ground.objects.get(hash);
    return hash === undefined || bytes === undefined ? [] : [{ hash, bytes, via: [intent], root }];
  });
}

function onTop(ground: Ground, state: State, intent: Intent): readonly State[] {
  if (state.via.includes(intent)) return [];
  const bytes = applyEdits(state.bytes, editsOf(ground, intent));
  if (bytes === undefined) return [];
  const under = new Map(state.under).set(intent, state.bytes);
  return [{ hash: hashOf(bytes), bytes, via: [...state.via, intent], root: state.root, under }];
}

/** `reported`: writes that surely were on disk, so that what is as near to one as to another state was made on it. */
export function explain(
  states: readonly State[],
  disk: Uint8Array | undefined,
  reported: readonly Intent[] = [],
): Explanation {
  const hash = disk === undefined ? '' : hashOf(disk);
  const exact = states.find((state) => state.hash === hash);
  if (exact !== undefined) return { state: exact, exact: true };
  const sure = new Set(states.filter(({ via }) => via.some((intent) => reported.includes(intent))));
  let best: Near | undefined;
  for (const state of [...sure, ...states]) {
    const far = distance(state.bytes, disk);
    if (far === undefined) continue;
    const near = { state, far, sure: sure.has(state) };
    if (best === undefined || isNearer(near, best, disk)) best = near;
  }
  return { state: best?.state ?? (states[0] as State), exact: false };
}

interface Near {
  readonly state: State;
  readonly far: Distance;
  readonly sure: boolean;
}

/**
 * Two writes of one place leave the disk as far from the one as from the other, whichever of them a formatter or an
 * editor went on from. Then its words tell: those that came with a write and are there say that it was there.
 */
function isNearer({ state, far, sure }: Near, best: Near, disk: Uint8Array | undefined): boolean {
  if (far.lines !== best.far.lines) return far.lines < best.far.lines;
  if (far.exact !== best.far.exact) return far.exact < best.far.exact;
  if (sure || best.sure) return false;
  return sharedWords(state.bytes, disk) > sharedWords(best.state.bytes, disk);
}

/** The beginning of what is being written over what was there: a write that is not over yet. */
export function isTorn(states: readonly State[], disk: Uint8Array | undefined): boolean {
  if (disk === undefined) return false;
  return states.some(({ bytes, via }) => via.length > 0 && bytes !== undefined && isPart(disk, bytes, states));
}

function isPart(disk: Uint8Array, whole: Uint8Array, states: readonly State[]): boolean {
  let same = 0;
  while (same < disk.length && same < whole.length && disk[same] === whole[same]) same += 1;
  if (same === disk.length) return same < whole.length;
  if (same === 0) return false;
  return states.some(({ bytes }) => bytes !== undefined && endsLike(disk, bytes, same));
}

/** From `at` on, `disk` is what `old` was there: written over in place, up to here. */
function endsLike(disk: Uint8Array, old: Uint8Array, at: number): boolean {
  if (disk.length !== old.length) return false;
  return Buffer.compare(disk.subarray(at), old.subarray(at)) === 0;
}
