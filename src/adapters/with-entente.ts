// A tool function behind entente. A reading tool remembers what its agent read; a writing tool is compared with that first, and then
// writes what is stored: what was sent, or the merge of it. What the model must know comes back as text in the tool's answer.
import type { Draft } from '../controller/types.ts';
import type { Change } from '../core/change.ts';
import { EntenteError } from '../core/errors.ts';
import type { Outcome } from '../core/outcome.ts';
import { parseResourceId } from '../core/resource.ts';
import { wordsFor } from './say.ts';
import type { Session } from './session.ts';

/** A tool as a function of its input. What a framework hands on beside it (`rest`) goes through untouched. */
export type ToolFunction<Input, Output, Rest extends readonly unknown[] = []> = (
  input: Input,
  ...rest: Rest
) => Output | Promise<Output>;

/** A tool as frameworks describe them: an object with the function in `execute`. */
export interface Tool<Input, Output, Rest extends readonly unknown[] = []> {
  readonly execute: ToolFunction<Input, Output, Rest>;
}

export interface ReadOptions<Input> {
  readonly session: Session;
  /** The resource that an input is about. */
  readonly resource: (input: Input) => string;
}

export interface WriteOptions<Input> extends ReadOptions<Input> {
  /** The text that the tool writes, or another change of what was read. */
  readonly change: (input: Input) => string | Change;
  /** The input with which the tool writes this text instead. */
  readonly withText: (input: Input, text: string) => Input;
  /** Why: kept with the version. */
  readonly note?: (input: Input) => string;
}

export type ToolOptions<Input> = ReadOptions<Input> | WriteOptions<Input>;

const EXTERNAL = 'external';
const TRIES = 8;
/** Versions that a text is looked for in, before it counts as changed by somebody else. */
const LOOK_BACK = 50;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textIn({ content, token }: Draft): string | undefined {
  if (content === undefined) return undefined;
  try {
    return utf8.decode(content);
  } catch (error) {
    throw new EntenteError(
      'misuse',
      `${token.resource} is no text, and a tool function reads and writes text.`,
      { next: 'Read and commit it with the controller itself.' },
      { cause: error },
    );
  }
}

/** The same text as one of the last versions: the tool's place is behind what is stored, and nobody else changed it. */
async function isOlder({ entente }: Session, resource: string, text: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  const { items } = await entente.history(resource, { limit: LOOK_BACK });
  for (const { head } of items) {
    if (head.size !== bytes.length || head.deleted) continue;
    const found = await entente.read(resource, { version: head.version }).catch(() => undefined);
    if (found?.content !== undefined && Buffer.compare(found.content, bytes) === 0) return true;
  }
  return false;
}

/** What the tool found, as far as it is stored; what is not becomes a version by `external` first. */
async function readThrough(session: Session, resource: string, read: () => Promise<string>): Promise<string> {
  const { entente, agent, seen } = session;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const text = await read();
    const draft = await entente.begin(resource, { agent });
    const stored = textIn(draft);
    if (stored === text || (stored !== undefined && (await isOlder(session, resource, text)))) {
      seen.set(resource, draft.token);
      return stored;
    }
    // A write that is not whole yet is no change of anybody: it is read until it stands still.
    if ((await read()) !== text) continue;
    const { token } = await entente.begin(resource, { agent: EXTERNAL });
    await entente.commit(token, { content: text }, { note: 'found where a tool reads' });
  }
  throw new EntenteError('store-unavailable', `${resource} is changed all the time where the tool reads it.`, {
    next: 'Read it again.',
  });
}

/** Has the tool write what is stored, again where that moved meanwhile: the last one to write is right. */
async function land<Output>(
  { entente, agent }: Session,
  resource: string,
  write: (text: string) => Promise<Output>,
): Promise<Output | undefined> {
  let answer: Output | undefined;
  let landed: number | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const draft = await entente.begin(resource, { agent });
    const text = textIn(draft);
    if (draft.token.revision === landed || text === undefined) return answer;
    answer = await write(text);
    landed = draft.token.revision;
  }
  return answer;
}

function remember({ seen }: Session, resource: string, outcome: Outcome): void {
  // After a merge what is stored is not what the agent knows: it reads again.
  const knows = outcome.status === 'committed' || outcome.status === 'unchanged';
  if (knows || outcome.status === 'conflict' || outcome.status === 'retry') seen.set(resource, outcome.token);
  else seen.delete(resource);
}

async function writeThrough<Output>(
  session: Session,
  resource: string,
  change: Change,
  note: string | undefined,
  write: (text: string) => Promise<Output>,
): Promise<Output | string> {
  const { entente, agent, seen } = session;
  let token = seen.get(resource);
  if (token === undefined) {
    const draft = await entente.begin(resource, { agent });
    if (draft.head !== undefined && !draft.head.deleted) {
      const { version, agent: author } = draft.head;
      return `NOT SAVED: ${resource} is there already, version ${version} by ${author}, and you have not read it. Read it first, then write.`;
    }
    token = draft.token;
  }
  const outcome = await entente.commitOrResolve(token, change, note === undefined ? {} : { note });
  remember(session, resource, outcome);
  const words = wordsFor(resource, outcome);
  if (outcome.status !== 'committed' && outcome.status !== 'merged' && outcome.status !== 'unchanged')
    return words ?? outcome.status;
  const answer = await land(session, resource, write);
  if (words === undefined) return answer ?? `${resource} is as it was.`;
  return typeof answer === 'string' && answer !== '' ? `${answer}\n${words}` : words;
}

/** What a reading tool found; what is no text is nothing that can be compared. */
function textFrom(found: unknown): string {
  if (typeof found === 'string') return found;
  throw new EntenteError('misuse', 'A reading tool answers the text that it read.', {
    next: 'Wrap the function that reads, and shape its answer after that.',
  });
}

function wrapFunction<Input, Output, Rest extends readonly unknown[]>(
  run: ToolFunction<Input, Output, Rest>,
  options: ToolOptions<Input>,
): (input: Input, ...rest: Rest) => Promise<Output | string> {
  const { session } = options;
  return (input, ...rest) => {
    const resource = parseResourceId(options.resource(input));
    return session.turn<Output | string>(resource, () => {
      if (!('change' in options))
        return readThrough(session, resource, async () => textFrom(await run(input, ...rest)));
      const given = options.change(input);
      const change: Change = typeof given === 'string' ? { content: given } : given;
      const write = async (text: string): Promise<Output> => run(options.withText(input, text), ...rest);
      return writeThrough(session, resource, change, options.note?.(input), write);
    });
  };
}

/**
 * The same tool behind entente. With `change` it writes, without it reads and answers text. Nothing is written over unread, a write
 * from an old read is merged or comes back with what clashes, and each is a version by the session's agent.
 *
 * @example
 * const read = withEntente(readFile, { session, resource: ({ path }) => path });
 * const write = withEntente(writeFile, {
 *   session,
 *   resource: ({ path }) => path,
 *   change: ({ text }) => text,
 *   withText: (input, text) => ({ ...input, text }),
 * });
 */
export function withEntente<Input, Output, Rest extends readonly unknown[], Given extends object>(
  tool: Given & Tool<Input, Output, Rest>,
  options: ToolOptions<Input>,
): Omit<Given, 'execute'> & { readonly execute: (input: Input, ...rest: Rest) => Promise<Output | string> };
export function withEntente<Input, Output, Rest extends readonly unknown[]>(
  tool: ToolFunction<Input, Output, Rest>,
  options: ToolOptions<Input>,
): (input: Input, ...rest: Rest) => Promise<Output | string>;
export function withEntente<Input, Output, Rest extends readonly unknown[]>(
  tool: ToolFunction<Input, Output, Rest> | Tool<Input, Output, Rest>,
  options: ToolOptions<Input>,
): unknown {
  if (typeof tool === 'function') return wrapFunction(tool, options);
  return { ...tool, execute: wrapFunction(tool.execute, options) };
}
