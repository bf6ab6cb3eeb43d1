// What a guard remembers beside single files: since when agents are at work, and which commands run just now.
import { appendLines, readLines, rewriteLines } from './lines.ts';

export interface Running {
  readonly agent: string;
  readonly call: string;
  readonly command?: string;
  readonly at: number;
}

export interface DeskState {
  /** The revision that an agent's session began at. */
  readonly sessions: ReadonlyMap<string, number>;
  readonly running: readonly Running[];
}

type Line =
  | { readonly t: 'session'; readonly a: string; readonly r: number }
  | { readonly t: 'command'; readonly a: string; readonly c: string; readonly m?: string; readonly at: number }
  | { readonly t: 'ended'; readonly a: string; readonly c: string };

export interface Desk {
  read(): DeskState;
  session(agent: string, revision: number): void;
  began(running: Running): void;
  ended(agent: string, call: string): void;
  /** Under the guard's lock only. */
  tidy(): void;
}

const LONG = 500;
/** A command whose end was never told is over by then. */
const LONGEST_MS = 60 * 60 * 1000;

export function createDesk(file: string, clock: () => number): Desk {
  const read = (): DeskState & { readonly lines: number } => {
    const sessions = new Map<string, number>();
    let running: Running[] = [];
    const lines = readLines(file) as unknown as readonly Line[];
    for (const line of lines) {
      if (line.t === 'session') sessions.set(line.a, line.r);
      else running = running.filter(({ agent, call }) => agent !== line.a || call !== line.c);
      if (line.t === 'command') {
        const { a: agent, c: call, m: command, at } = line;
        running.push({ agent, call, at, ...(command === undefined ? {} : { command }) });
      }
    }
    return { sessions, running: running.filter(({ at }) => clock() - at < LONGEST_MS), lines: lines.length };
  };
  return {
    read,
    session: (agent, revision) => appendLines(file, [{ t: 'session', a: agent, r: revision } satisfies Line]),
    began: ({ agent: a, call: c, command: m, at }) =>
      appendLines(file, [
        { t: 'command', a, c, at, ...(m === undefined ? {} : { m: m.slice(0, 200) }) } satisfies Line,
      ]),
    ended: (agent, call) => appendLines(file, [{ t: 'ended', a: agent, c: call } satisfies Line]),
    tidy: () => {
      const { sessions, running, lines } = read();
      if (lines < LONG) return;
      rewriteLines(file, lines, [
        ...[...sessions].map(([a, r]): Line => ({ t: 'session', a, r })),
        ...running.map(
          ({ agent: a, call: c, command: m, at }): Line => ({
            t: 'command',
            a,
            c,
            at,
            ...(m === undefined ? {} : { m }),
          }),
        ),
      ]);
    },
  };
}
