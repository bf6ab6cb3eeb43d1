// Writes that were announced: what each comes to as a proposal, what came of it, and what its author knows afterwards.
import { applyEdits, applyTrimmed } from './edits.ts';
import { editsOf, type State } from './explain.ts';
import type { Ground } from './ground.ts';
import { type Settled, settle } from './settle.ts';
import type { Done, Intent, Line, Sight } from './spool/book.ts';
import type { ToolEdit } from './types.ts';
import { bytesWith, type Now, nowAt } from './versions.ts';
import { type Landed, lost, sameCall, type Work } from './work.ts';

/** Commits an announced write; `state`: what lies on disk and came of it, where that is known. */
export async function settleIntent(work: Work, intent: Intent, state: State | undefined): Promise<void> {
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
  work.settled.push({ intent, result, ...(await knowledge(work, intent, result)) });
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

/** What the author of a write knows of the file after it, and what it may have read instead. */
async function knowledge(
  { ground, path }: Work,
  intent: Intent,
  result: Settled,
): Promise<Pick<Landed, 'knows' | 'glimpses'>> {
  if (result.how === 'stop') return {};
  if (intent.kind !== 'edits') return { knows: result.sight };
  const { sights, glimpses } = ground.books.open(path);
  const edits = editsOf(ground, intent);
  const replaced = async (sight: Sight): Promise<Sight | undefined> => {
    const after = applyEdits((await bytesWith(ground, path, sight.hash)) ?? undefined, edits);
    if (after === undefined) return undefined;
    const hash = ground.objects.keep(after);
    return hash === result.now.hash ? { hash } : { hash, as: result.now.hash, root: sight.root ?? sight.hash };
  };
  const sight = sights.get(intent.agent);
  const knows = sight === undefined ? undefined : await replaced(sight);
  if (knows === undefined) return {};
  const others = await Promise.all((glimpses.get(intent.agent) ?? []).map(replaced));
  return { knows, glimpses: others.filter((one) => one !== undefined) };
}

/** A strategy that keeps both sides made a second resource: it belongs on disk too. */
async function writeCopy(ground: Ground, result: Settled): Promise<void> {
  if (result.how === 'stop' || result.copy === undefined) return;
  const copy = await nowAt(ground, result.copy);
  if (copy.content !== undefined) await ground.folder.put(result.copy, copy.content, undefined);
}

/** The lines that say what was settled. */
export function linesOf({ ground, settled }: Work): readonly Line[] {
  return settled.flatMap(({ intent, result, knows, glimpses = [] }): readonly Line[] => {
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
    const seen = glimpses.map((s): Line => ({ t: 'glimpse', a, s }));
    return [...known, ...seen, { t: 'own', a, h: result.now.hash, b: base?.hash ?? intent.disk }, done];
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
