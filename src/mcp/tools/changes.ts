// `entente_changes`: what others did since a token or a cursor. It looks and does not wait, so that it is no loop.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import type { Call } from '../../service/operation.ts';
import { perform } from '../../service/operation.ts';
import { position } from '../../service/operations/position.ts';
import { versions } from '../../service/operations/versions.ts';
import { patternField, resourceField } from '../../service/schemas/fields.ts';
import type { Answer } from '../answer.ts';
import { clean, idWord, NOTE_CHARS } from '../say.ts';
import { tokenOf } from '../tokens.ts';
import { defineTool, type Exchange, outputOf, READS, type Tool } from '../tool.ts';

const LIMIT = 100;
const RECENT = 20;
const LONGEST_MS = 2000;

interface ChangesInput {
  readonly id?: string | undefined;
  readonly pattern?: string | undefined;
  readonly since?: string | undefined;
}

interface Change {
  readonly id: string;
  readonly version: number;
  readonly by: string;
  readonly at: string;
  readonly deleted?: true;
  readonly note?: string;
  readonly conflict_id?: string;
}

/** Of an item of the feed: its parts that are used here. */
interface Item {
  readonly note?: string;
  readonly conflictId?: string;
  readonly changes: readonly Head[];
}

interface Head {
  readonly resource: string;
  readonly version: number;
  readonly agent: string;
  readonly at: number;
  readonly deleted: boolean;
}

function changeOf({ resource, version, agent, at, deleted }: Head, note?: string, conflictId?: string): Change {
  return {
    ...{ id: resource, version, by: clean(agent, 255), at: new Date(at).toISOString() },
    ...(deleted ? { deleted } : {}),
    ...(note === undefined ? {} : { note: clean(note, NOTE_CHARS) }),
    ...(conflictId === undefined ? {} : { conflict_id: conflictId }),
  };
}

const revisionOf = (cursor: string): number => Number(cursor.slice(cursor.lastIndexOf(':') + 1));

interface Found {
  readonly changes: readonly Change[];
  readonly cursor: string;
  readonly more: boolean;
}

/** From a cursor to the head as it was when this was asked. */
async function since(call: Call, cursor: string, { id, pattern }: ChangesInput): Promise<Found> {
  const session = await call.service.feeds.open(call, { since: cursor, ...(pattern === undefined ? {} : { pattern }) });
  const head = revisionOf(session.head);
  const changes: Change[] = [];
  let reached = session.start;
  // It looks and does not wait, also where revisions leave gaps and the last one has no entry.
  const cancel = call.service.timers.after(LONGEST_MS, session.close);
  call.signal?.addEventListener('abort', session.close, { once: true });
  try {
    if (revisionOf(reached) >= head) return { changes, cursor: reached, more: false };
    for await (const batch of session.batches()) {
      for (const { text, cursor: at } of batch.items) {
        const { changes: heads, note, conflictId } = JSON.parse(text) as Item;
        const wanted = heads.filter(({ resource }) => id === undefined || resource === id);
        changes.push(...wanted.map((one) => changeOf(one, note, conflictId)));
        if (changes.length >= LIMIT) return { changes, cursor: at, more: true };
      }
      reached = batch.cursor;
      if (revisionOf(reached) >= head) break;
    }
    return { changes, cursor: reached, more: false };
  } finally {
    cancel();
    call.signal?.removeEventListener('abort', session.close);
    session.close();
  }
}

/** Without a place to begin at: the last versions of one resource, or where to begin from now on. */
async function latest(call: Call, { id, pattern }: ChangesInput): Promise<Found> {
  const { cursor } = await perform(position, call, {});
  if (id === undefined || pattern !== undefined) return { changes: [], cursor, more: false };
  const { items } = await perform(versions, call, { id, limit: RECENT });
  return { changes: items.map(({ head, note }) => changeOf(head, note)), cursor, more: false };
}

async function run({ call }: Exchange, input: ChangesInput): Promise<Answer> {
  const { id, pattern, since: from } = input;
  if (id !== undefined && pattern !== undefined) {
    throw new EntenteError('misuse', 'Give an id or a pattern, not both.', { next: 'call entente_changes with one.' });
  }
  const token = from?.startsWith('p1.') === true ? await tokenOf(call, from) : undefined;
  const cursor = token === undefined ? from : `${token.epoch}:${token.asOf}`;
  // A token is of one resource: without another word it is asked about that one.
  const about = id ?? (pattern === undefined ? token?.resource : undefined);
  const asked = { pattern, ...(about === undefined ? {} : { id: about }) };
  const {
    changes,
    cursor: next,
    more,
  } = await (cursor === undefined ? latest(call, asked) : since(call, cursor, asked));
  const what = about === undefined ? '' : ` of ${idWord(about)}`;
  const when = cursor === undefined ? (about === undefined ? ' yet: counted from now on' : ', newest first') : ' since';
  return {
    lines: [
      `${changes.length === 0 ? 'No changes' : plural(changes.length, 'change')}${what}${when}.`,
      `NEXT: ${more ? 'there are more: ' : 'to ask again later, not in a loop, '}call entente_changes with since=${next}`,
    ],
    data: { outcome: 'changes', cursor: next, ...(more ? { more } : {}), untrusted: { changes } },
  };
}

export const changesTool: Tool = defineTool<ChangesInput>({
  name: 'entente_changes',
  title: 'What others changed',
  description:
    'What changed since your token or cursor, by whom and why. Call it before long work on what you read a while ago, not in a loop.',
  hints: READS,
  input: z.strictObject({
    id: resourceField.optional(),
    pattern: patternField.optional(),
    since: z.string().min(1).max(8192).optional().meta({ description: 'A token or a cursor.' }),
  }),
  output: outputOf(['changes'], {
    cursor: z.string().optional(),
    more: z.boolean().optional(),
    untrusted: z.object({ changes: z.array(z.unknown()) }).optional(),
  }),
  run,
});
