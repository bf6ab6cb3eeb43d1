// Calls to the wrapped server, each in a turn: what is stored is put before the server, the call goes through, and its answer is
// held back until what it wrote is a version.
import { isEntenteError } from '../../core/errors.ts';
import type { Timers } from '../../service/timers.ts';
import { errorLine, failedCall, type Id, type Message, withText } from './json-lines.ts';
import type { SharedFile } from './shared-file.ts';
import { createQueue, type Lock, withAll } from './turns.ts';
import type { Stopped } from './types.ts';

export interface CallsOptions {
  readonly files: readonly SharedFile[];
  readonly locks: readonly Lock[];
  readonly agent: () => string;
  readonly reads: readonly string[];
  readonly callMs: number;
  /** After a call was cancelled: what its server still writes is waited for this long. */
  readonly graceMs: number;
  readonly timers: Timers;
  readonly toServer: (line: string) => void;
  readonly toClient: (line: string) => void;
  readonly complain: (text: string) => void;
}

export interface Calls {
  /** True where the line was a call that is now on its way; false: it goes through as it is. */
  take(message: Message, line: string): boolean;
  /** True where the line was the answer to one; false: it goes through as it is. */
  answered(message: Message, line: string): boolean;
  /** The client no longer wants an answer. */
  cancelled(id: unknown): void;
  /** The server is gone; whoever waits is told. */
  gone(): void;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

interface Answered {
  readonly line: string;
  readonly message: Message;
}
type Answer = Answered | 'cancelled' | 'late' | 'gone';
type Request = Message & { readonly id: Id };

const TOOL = 'tools/call';
const IN_TURN = [TOOL, 'resources/read'];
const MERGED = 'Others had changed the file meanwhile: both changes are in it.';

function toolOf(message: Message): string {
  const name = message.params?.['name'];
  return typeof name === 'string' ? name : '';
}

/** The server's answer, with what else its reader must know. */
function lineFor(message: Message, answer: Answered, told: readonly (Stopped | 'merged')[]): string {
  if (told.length === 0 || message.method !== TOOL || answer.message.result === undefined) return answer.line;
  const notes = told.map((one) => (one === 'merged' ? MERGED : one.why));
  return withText(answer.message, `entente: ${notes.join(' ')}`);
}

export function createCalls(options: CallsOptions): Calls {
  const { files, locks, timers, toServer, toClient, complain } = options;
  const queue = createQueue();
  const waiting = new Map<Id, (answer: Answer) => void>();
  const dropped = new Set<unknown>();
  /** Calls that got their end without an answer: one that still comes is nobody's. */
  const spent = new Set<Id>();
  let isGone = false;

  function fail(message: Request, text: string): void {
    complain(text);
    toClient(message.method === TOOL ? failedCall(message.id, text) : errorLine(message.id, -32603, text));
  }

  function ask(message: Request, line: string): Promise<Answer> {
    return new Promise((resolve) => {
      if (isGone) {
        resolve('gone');
        return;
      }
      const end = (answer: Answer): void => {
        if (!waiting.delete(message.id)) return;
        stop();
        if (answer === 'cancelled' || answer === 'late') spent.add(message.id);
        resolve(answer);
      };
      const stop = timers.after(options.callMs, () => end('late'));
      waiting.set(message.id, (answer) => {
        if (answer === 'cancelled') timers.after(options.graceMs, () => end('cancelled'));
        else end(answer);
      });
      toServer(line);
    });
  }

  async function settle(message: Message, agent: string): Promise<readonly (Stopped | 'merged')[]> {
    const told: (Stopped | 'merged')[] = [];
    for (const file of files) {
      const result = await file.after(agent, `tool ${toolOf(message)}`);
      if (result !== undefined) told.push(result);
    }
    return told;
  }

  function reply(message: Request, answer: Answer, told: readonly (Stopped | 'merged')[]): void {
    const unsaved = told.find((one) => one !== 'merged' && one.saved !== true);
    if (unsaved !== undefined) fail(message, `NOT SAVED: ${(unsaved as Stopped).why}`);
    else if (answer === 'gone') fail(message, 'The server ended before it answered. What it wrote is stored.');
    else if (answer === 'late') fail(message, `The server did not answer in ${options.callMs / 1000} s.`);
    else if (answer !== 'cancelled') toClient(lineFor(message, answer, told));
  }

  async function inTurn(message: Request, line: string): Promise<void> {
    const agent = options.agent();
    for (const file of files) {
      const stop = await file.before(agent);
      if (stop === undefined) continue;
      fail(message, `NOT DONE: ${stop.why}`);
      return;
    }
    const answer = await ask(message, line);
    reply(message, answer, await settle(message, agent));
  }

  async function turn(message: Request, line: string): Promise<void> {
    if (dropped.delete(message.id)) return;
    try {
      await withAll(locks, () => inTurn(message, line));
    } catch (error) {
      const next = isEntenteError(error) ? error.details.next : undefined;
      fail(message, `entente: ${(error as Error).message}${next === undefined ? '' : ` Next: ${next}`}`);
    } finally {
      dropped.delete(message.id);
    }
  }

  return {
    take(message, line) {
      const { id, method = '' } = message;
      if (id === undefined || !IN_TURN.includes(method)) return false;
      if (method === TOOL && options.reads.includes(toolOf(message))) return false;
      void queue(() => turn({ ...message, id }, line));
      return true;
    },
    answered(message, line) {
      if (message.id === undefined || message.method !== undefined) return false;
      const take = waiting.get(message.id);
      take?.({ line, message });
      return take !== undefined || spent.delete(message.id);
    },
    cancelled(id) {
      const take = waiting.get(id as Id);
      if (take === undefined) dropped.add(id);
      else take('cancelled');
    },
    gone() {
      isGone = true;
      for (const take of [...waiting.values()]) take('gone');
    },
    idle: () => queue(async () => {}),
  };
}
