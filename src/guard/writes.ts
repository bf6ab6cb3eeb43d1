// Before and after a write of one file. Before: whether it may go on, and with what. After: what came of it, whatever the
// host did with the first answer.
import { bytesOf, hashOf } from '../core/hash.ts';
import { twinOf } from './disk/names.ts';
import { applyEdits } from './edits.ts';
import { madeFrom } from './glimpses.ts';
import type { Ground } from './ground.ts';
import { deletedNote, mergedNote, nearNote, stopNote, twinNote, unreadNote } from './notes.ts';
import { reconcile } from './reconcile.ts';
import { type Settled, settle } from './settle.ts';
import { type Book, callKey, type Done, type Intent, type Said, type Sight } from './spool/book.ts';
import type { AfterEvent, ToolChange, Verdict, WriteEvent } from './types.ts';
import { bytesWith, type Now, nowAt, versionAt } from './versions.ts';

const SILENCE: Verdict = { do: 'nothing' };

/** What an agent knows of a file: what it read, else what was there when its session began; null: nothing. */
export async function sightOf(ground: Ground, book: Book, agent: string): Promise<Sight | null> {
  const own = book.sights.get(agent);
  if (own !== undefined) return own;
  const began = ground.desk.read().sessions.get(agent);
  if (began === undefined) return null;
  const head = await versionAt(ground.controller, book.path, began);
  return head === undefined ? null : { hash: head.deleted ? '' : head.hash };
}

/** What a write was made from. */
async function baseOf(ground: Ground, book: Book, { agent, change }: WriteEvent): Promise<Sight | null> {
  const sight = await sightOf(ground, book, agent);
  return sight === null || !('content' in change) ? sight : madeFrom(ground, book, { agent, sight, change });
}

function keptEdits(ground: Ground, change: ToolChange): Pick<Intent, 'edits'> {
  if (!('edits' in change)) return {};
  return { edits: ground.objects.keep(Buffer.from(JSON.stringify(change.edits))) };
}

function kindOf(change: ToolChange): Intent['kind'] {
  if ('content' in change) return 'content';
  if ('edits' in change) return 'edits';
  return 'delete' in change ? 'delete' : 'opaque';
}

/** The bytes that the host will leave, if it does as it means to. */
function rawOf(ground: Ground, change: ToolChange, there: Uint8Array | undefined): Pick<Intent, 'raw'> {
  if ('content' in change) return { raw: ground.objects.keep(bytesOf(change.content)) };
  if ('delete' in change) return { raw: '' };
  const made = 'edits' in change ? applyEdits(there, change.edits) : undefined;
  return made === undefined ? {} : { raw: ground.objects.keep(made) };
}

function intentOf(ground: Ground, event: WriteEvent, sight: Sight | null, now: Now): Intent {
  const { agent, call, change, note } = event;
  return {
    ...{ agent, call, kind: kindOf(change), base: sight, disk: now.hash, said: 'nothing', at: ground.clock() },
    ...rawOf(ground, change, now.content),
    ...keptEdits(ground, change),
    ...(note === undefined ? {} : { note: note.slice(0, 500) }),
  };
}

export async function before(ground: Ground, path: string, event: WriteEvent): Promise<Verdict> {
  const { now } = await reconcile(ground, path);
  const book = ground.books.open(path);
  const sight = await baseOf(ground, book, event);
  const intent = intentOf(ground, event, sight, now);
  const { verdict, expected } = await judged(ground, { book, intent, event, now });
  const said: Said = verdict.do;
  ground.books.append(path, [{ t: 'intent', i: { ...intent, said, ...(expected === undefined ? {} : { expected }) } }]);
  // It took a while: what came meanwhile is a version before it is written over, and the write is merged with it then.
  const disk = await ground.folder.read(path);
  if ((disk === undefined ? '' : hashOf(disk)) !== now.hash) await reconcile(ground, path);
  return verdict;
}

interface Case {
  readonly book: Book;
  readonly intent: Intent;
  readonly event: WriteEvent;
  readonly now: Now;
}

interface Judged {
  readonly verdict: Verdict;
  readonly expected?: string;
}

async function judged(ground: Ground, found: Case): Promise<Judged> {
  const { intent, event, now, book } = found;
  const { path } = book;
  if (intent.kind === 'opaque' || intent.raw === now.hash) return { verdict: SILENCE };
  if (intent.kind === 'edits') return { verdict: await judgedEdits(ground, found) };
  const { base: sight, agent, raw = '' } = intent;
  if (now.hash === '') {
    const gone = sight !== null && sight.hash !== '' && intent.kind === 'content';
    if (gone) return { verdict: { do: 'stop', note: deletedNote(path) } };
    const twin = intent.kind === 'content' ? twinOf(ground.folder.root, path) : undefined;
    return { verdict: twin === undefined ? SILENCE : { do: 'stop', note: twinNote(path, twin) } };
  }
  if (sight === null) return { verdict: { do: 'stop', note: unreadNote(path) } };
  const content = raw === '' ? null : (ground.objects.get(raw) ?? null);
  const refused = book.refused.get(agent);
  const result = await settle(ground, { path, agent, sight, content, refused }, true);
  if (result.how === 'plain') return { verdict: SILENCE };
  if (result.how === 'stop') return { verdict: stopped(path, result, false) };
  const merged = result.now.content;
  if (merged === undefined) return { verdict: SILENCE };
  const told = { path, agent: event.agent, sight, proposal: content ?? undefined };
  const note = await mergedNote(ground, told, result.now, false);
  return { verdict: { do: 'merged', content: merged, note }, expected: ground.objects.keep(merged) };
}

function stopped(path: string, result: Extract<Settled, { how: 'stop' }>, landed: boolean): Verdict {
  const { packet, conflictId } = result;
  return {
    do: 'stop',
    note: stopNote(path, packet, { conflictId, landed }),
    ...(packet === undefined ? {} : { packet }),
    ...(conflictId === undefined ? {} : { conflictId }),
  };
}

/** A replacement that applies goes on, always. Something is said only where others changed the same place, or next to it. */
async function judgedEdits(ground: Ground, { book, intent, event, now }: Case): Promise<Verdict> {
  const { base: sight, agent } = intent;
  const { path } = book;
  if (!('edits' in event.change) || sight === null || sight.hash === now.hash) return SILENCE;
  const known = (await bytesWith(ground, path, sight.hash)) ?? undefined;
  const onKnown = applyEdits(known, event.change.edits);
  if (onKnown === undefined || known === undefined) return SILENCE;
  const merged = await ground.merge(path, { base: known, current: now.content ?? null, proposed: onKnown });
  const told = { path, agent, sight };
  if (intent.raw !== undefined)
    return merged === undefined ? { do: 'note', note: await nearNote(ground, told) } : SILENCE;
  // The host would only say that its text is not there: who took it away, and what is there now, is worth more.
  const result = await settle(ground, { path, agent, sight, content: onKnown }, true);
  return result.how === 'stop' ? stopped(path, result, false) : SILENCE;
}

export async function after(ground: Ground, path: string, event: AfterEvent): Promise<Verdict> {
  const { agent, call } = event;
  const book = ground.books.open(path);
  const earlier = book.done.get(callKey(agent, call));
  if (earlier !== undefined) return told(ground, path, event, earlier);
  const announced = book.intents.find((one) => one.agent === agent && one.call === call);
  const intent = await landedIntent(ground, book, event, announced);
  if (event.failed === true) return failed(ground, path, intent);
  const { settled, now, found } = await reconcile(ground, path, { reported: [intent] });
  ground.books.append(path, [{ t: 'told', a: agent, c: call }]);
  const mine = settled.find((one) => one.intent.agent === agent && one.intent.call === call)?.result;
  return verdictOf(ground, { path, intent, result: mine, now, found: found === undefined ? '' : hashOf(found) });
}

/** What the host says it did. Where that is not what was announced, or nothing was, it is announced now. */
async function landedIntent(
  ground: Ground,
  book: Book,
  event: AfterEvent,
  announced: Intent | undefined,
): Promise<Intent> {
  const { change } = event;
  if (announced !== undefined && !isOther(ground, change, announced)) return announced;
  const now = await nowAt(ground, book.path);
  const made = intentOf(ground, event, announced?.base ?? (await baseOf(ground, book, event)), now);
  const intent = announced === undefined ? made : { ...made, disk: announced.disk, said: announced.said };
  ground.books.append(book.path, [{ t: 'intent', i: intent }]);
  return intent;
}

function isOther(ground: Ground, change: ToolChange, announced: Intent): boolean {
  // A host that can no longer say what it replaced did what it announced.
  if ('opaque' in change) return false;
  if (kindOf(change) !== announced.kind) return true;
  if (!('content' in change)) return keptEdits(ground, change).edits !== announced.edits;
  const hash = ground.objects.keep(bytesOf(change.content));
  return hash !== announced.raw && hash !== announced.expected;
}

/** A tool that failed may have written all the same: what lies on disk decides. */
async function failed(ground: Ground, path: string, { agent, call }: Intent): Promise<Verdict> {
  await reconcile(ground, path);
  const settled = ground.books.open(path).done.has(callKey(agent, call));
  if (!settled) ground.books.append(path, [{ t: 'done', a: agent, c: call, d: { how: 'failed' } }]);
  ground.books.append(path, [{ t: 'told', a: agent, c: call }]);
  return SILENCE;
}

interface Outcome {
  readonly path: string;
  readonly intent: Intent;
  readonly result: Settled | undefined;
  readonly now: Now;
  /** What the host had left on disk. */
  readonly found: string;
}

async function verdictOf(ground: Ground, { path, intent, result, now, found }: Outcome): Promise<Verdict> {
  if (result === undefined || result.how === 'plain') return SILENCE;
  if (result.how === 'stop') return stopped(path, result, true);
  const asTold = intent.said === 'merged' && found === intent.expected && now.hash === found;
  if (asTold || intent.kind !== 'content' || now.content === undefined) return SILENCE;
  return mergedVerdict(ground, path, intent, now);
}

async function mergedVerdict(ground: Ground, path: string, intent: Intent, now: Now): Promise<Verdict> {
  const { agent, base: sight, raw = '' } = intent;
  const note = await mergedNote(ground, { path, agent, sight, proposal: ground.objects.get(raw) }, now, true);
  return { do: 'merged', content: now.content ?? new Uint8Array(), note };
}

/** A write that somebody else's call settled already, because it lay on disk: its author hears what came of it. */
async function told(ground: Ground, path: string, event: AfterEvent, done: Done): Promise<Verdict> {
  const { now } = await reconcile(ground, path);
  const { agent, call, change } = event;
  ground.books.append(path, [{ t: 'told', a: agent, c: call }]);
  if (done.how === 'stop') {
    const { conflictId } = done;
    const note = stopNote(path, undefined, { conflictId, landed: true });
    return { do: 'stop', note, ...(conflictId === undefined ? {} : { conflictId }) };
  }
  if (done.how !== 'merged' || !('content' in change) || now.content === undefined) return SILENCE;
  const proposal = bytesOf(change.content);
  const sight = ground.books.open(path).sights.get(agent) ?? null;
  const note = await mergedNote(ground, { path, agent, sight, proposal }, now, true);
  return { do: 'merged', content: now.content, note };
}
