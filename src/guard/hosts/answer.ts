// An event of a host as a question to the guard, and the guard's verdict as one answer.
import { type Guard, NOTE_LENGTH, type Verdict } from '../types.ts';
import { type Fields, failure, type Host, type HostEvent, type OnFailure } from './event.ts';

const NOTHING: Verdict = { do: 'nothing' };

/** Cut where it would cost its reader more than a note may; whole where it is the packet of a stop. */
export function shortNote(note: string): string {
  return note.length <= NOTE_LENGTH ? note : `${note.slice(0, NOTE_LENGTH - 2)} …`;
}

/** The verdicts on the files of one call as one: a file that must not be written stops the call. */
export function joinVerdicts(verdicts: readonly Verdict[]): Verdict {
  const [first = NOTHING, ...rest] = verdicts.filter((verdict) => verdict.do !== 'nothing');
  if (rest.length === 0) return first;
  const said = [first, ...rest];
  const notes = said.flatMap((verdict) => (verdict.do === 'nothing' ? [] : [verdict.note])).join('\n');
  return said.some((verdict) => verdict.do === 'stop') ? { do: 'stop', note: notes } : { do: 'note', note: notes };
}

/** What the guard says to an event. */
async function verdictOn(guard: Guard, event: HostEvent): Promise<Verdict> {
  switch (event.kind) {
    case 'other':
      return NOTHING;
    case 'session':
      return guard.session({ agent: event.agent });
    case 'read':
      return guard.read(event);
    case 'beforeCommand':
    case 'afterCommand': {
      const { agent, call, command } = event;
      return guard[event.kind]({ agent, call, ...(command === undefined ? {} : { command }) });
    }
    case 'before':
    case 'after': {
      const verdicts: Verdict[] = [];
      for (const { path, change } of event.writes) {
        const told = { agent: event.agent, call: event.call, path, change };
        const failed = event.failed === true ? { failed: true } : {};
        verdicts.push(await (event.kind === 'before' ? guard.before(told) : guard.after({ ...told, ...failed })));
      }
      return joinVerdicts(verdicts);
    }
  }
}

function shortened(verdict: Verdict): Verdict {
  if (verdict.do === 'nothing' || verdict.do === 'stop') return verdict;
  return { ...verdict, note: shortNote(verdict.note) };
}

/** What the hook of `host` prints for an event. Never throws: a fault is told as the user wants it, `open` or `block`. */
export async function answerEvent(
  host: Host,
  body: Fields,
  event: HostEvent,
  guard: Guard,
  onFailure: OnFailure,
): Promise<string> {
  try {
    return host.print(body, event, shortened(await verdictOn(guard, event)));
  } catch (error) {
    return host.fail(body, failure(error), onFailure);
  }
}
