// Bytes that nobody announced: versions of whoever is known to be at work, else of `external`. Where they clash with what
// others committed and nobody on this disk could know, they stay on disk: nobody told their author, who may be a person in
// an editor, and they are in a conflict and no version. They are *held* until that is decided, or an agent writes the file.
import type { State } from './explain.ts';
import { EXTERNAL, type Ground } from './ground.ts';
import { type Proposal, type Settled, settle } from './settle.ts';
import type { Held, Intent, Sight } from './spool/book.ts';
import { bytesWith, type Now, nowAt } from './versions.ts';
import { noteCapture, runningAgent, type Work } from './work.ts';

/** What lies on disk; undefined and `''`: no file. */
export interface Lying {
  readonly disk: Uint8Array | undefined;
  readonly hash: string;
}

/** What it was made from, as far as that can be said. */
export interface Unknown extends Lying {
  readonly state: State;
  readonly intents: readonly Intent[];
  /** What was last known to be on disk. */
  readonly known: string;
  /** The head as the look began. */
  readonly before: Now;
}

/** Takes it as a change on the state that it is nearest to. */
export async function takeUnknown(work: Work, unknown: Unknown): Promise<void> {
  const { ground, path, options } = work;
  const { disk, state, intents, known } = unknown;
  const opaque = intents.find(({ kind }) => kind === 'opaque');
  const agent = options.author ?? opaque?.agent ?? runningAgent(ground) ?? EXTERNAL;
  const now = await nowAt(ground, path);
  if (state.bytes !== undefined) ground.objects.keep(state.bytes);
  const via = state.via.length > 0 && state.hash !== now.hash;
  const sight: Sight =
    state.sight ?? (via ? { hash: state.hash, as: now.hash, root: state.root } : { hash: state.hash });
  const note = opaque?.note ?? options.note;
  const result = await settle(ground, proposal(work, { agent, sight, disk, note }));
  if (opaque !== undefined && opaque.agent === agent) {
    const upToDate = opaque.base?.hash === known && result.how !== 'stop';
    work.settled.push({ intent: opaque, result, ...(upToDate ? { knows: result.sight } : {}) });
  } else if (isPlain(state) && unknown.before.hash !== known) hold(work, unknown, agent, result, state.hash);
  noteCapture(work, agent, now, result);
}

function proposal(
  { path }: Work,
  given: {
    readonly agent: string;
    readonly sight: Sight;
    readonly disk: Uint8Array | undefined;
    readonly note?: string | undefined;
  },
): Proposal {
  const { agent, sight, disk, note } = given;
  return { path, agent, sight, content: disk ?? null, ...(note === undefined ? {} : { note }) };
}

/** Made from what was on disk, and from nothing that anybody announced. */
function isPlain({ via, sight }: State): boolean {
  return via.length === 0 && sight === undefined;
}

/** Leaves on disk what a conflict keeps and no version has. `root`: the version that it was made from. */
function hold(work: Work, { disk, hash }: Lying, agent: string, result: Settled, root: string): void {
  if (result.how !== 'stop' || result.conflictId === undefined) return;
  const { conflictId: id, now } = result;
  work.hold = { base: hash, as: now.hash, root, id };
  const version = now.head?.version ?? 0;
  work.captured.push({ path: work.path, agent, version, hash, deleted: disk === undefined, conflictId: id });
}

/** Whether what is held has to stay: its conflict waits for a decision. */
export async function isUndecided({ controller }: Ground, { id }: Held): Promise<boolean> {
  return (await controller.conflict(id))?.state === 'open';
}

/** A change of what is held, that nobody announced: what of it clashes with nothing becomes a version, the rest stays held. */
export async function takeHeld(work: Work, held: Held, lying: Lying): Promise<void> {
  const { ground, path, options } = work;
  const { disk, hash } = lying;
  const agent = options.author ?? runningAgent(ground) ?? EXTERNAL;
  work.hold = held;
  const [base, current] = [await bytesWith(ground, path, held.base), await bytesWith(ground, path, held.as)];
  if (base === undefined || current === undefined) return;
  const merged = await ground.merge(path, { base, current, proposed: disk ?? null });
  if (merged === undefined) {
    // It goes on where it clashed: judged when that is decided. Until then its bytes can be had again.
    if (hash !== '') ground.books.append(path, [{ t: 'kept', h: hash, a: agent, at: ground.clock() }]);
    return;
  }
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: held.base, as: held.as, root: held.root };
  const result = await settle(ground, proposal(work, { agent, sight, disk, note: options.note }));
  if (result.how === 'stop') hold(work, lying, agent, result, held.root);
  else work.hold = { ...held, base: hash, as: result.now.hash };
  noteCapture(work, agent, now, result);
}

/** The conflict is decided, and what lies on disk is no longer what it was about: that is a change on the decision. */
export async function takeReleased(work: Work, held: Held, lying: Lying): Promise<void> {
  const { ground, path, options } = work;
  const agent = options.author ?? runningAgent(ground) ?? EXTERNAL;
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: held.base, as: now.hash, root: held.root };
  const result = await settle(ground, proposal(work, { agent, sight, disk: lying.disk, note: options.note }));
  hold(work, lying, agent, result, held.root);
  noteCapture(work, agent, now, result);
}

/** Bytes that came into a file after it was compared, while it was being replaced: nobody has them but who calls. */
export async function takeLate(work: Work, late: Uint8Array, replaced: string): Promise<void> {
  const { ground, path } = work;
  ground.objects.keep(late);
  const now = await nowAt(ground, path);
  const sight: Sight = { hash: replaced, as: now.hash, root: ground.books.open(path).disk ?? replaced };
  const agent = runningAgent(ground) ?? EXTERNAL;
  noteCapture(work, agent, now, await settle(ground, { path, agent, sight, content: late }));
}
