// What a guard remembers beside single files: since when agents are at work, and which commands run just now.
import { appendLines, readLines, rewriteLines } from './lines.ts';

export interface Running {
  readonly agent: string;
  readonly call: string;
  readonly command?: string;
  readonly at: number;
}

/** When a session began: at a revision of the space; or, told without the store, at a time. */
export type Began = { readonly revision: number } | { readonly at: number };

export interface DeskState {
  readonly sessions: ReadonlyMap<string, Began>;
  readonly running: readonly Running[];
  /** Files in which others went over what an agent had changed, perhaps: looked at at its next call. */
  readonly news: ReadonlyMap<string, ReadonlySet<string>>;
  /** When an agent was heard from, to half a day. */
  readonly alive: ReadonlyMap<string, number>;
}

type Line =
  | { readonly t: 'session'; readonly a: string; readonly r: number }
  | { readonly t: 'session'; readonly a: string; readonly at: number }
  | { readonly t: 'alive'; readonly a: string; readonly at: number }
  | { readonly t: 'news'; readonly a: string; readonly p: string }
  | { readonly t: 'heard'; readonly a: string }
  | { readonly t: 'command'; readonly a: string; readonly c: string; readonly m?: string; readonly at: number }
  | { readonly t: 'ended'; readonly a: string; readonly c: string };

export interface Desk {
  read(): DeskState;
  session(agent: string, began: Began): void;
  news(agents: readonly string[], path: string): void;
  /** It was told, or need not be. */
  heard(agent: string): void;
  /** The agent was heard from. Comes before anything that is written down of it. */
  alive(agent: string, at: number): void;
  /** Under the guard's lock only. */
  forget(agents: ReadonlySet<string>): void;
  began(running: Running): void;
  ended(agent: string, call: string): void;
  /** Under the guard's lock only. */
  tidy(): void;
}

function sessionLine(agent: string, began: Began): Line {
  return 'at' in began ? { t: 'session', a: agent, at: began.at } : { t: 'session', a: agent, r: began.revision };
}

const LONG = 500;
/** A command whose end was never told is over by then. */
const LONGEST_MS = 60 * 60 * 1000;

function newsOf(lines: readonly Line[]): Map<string, Set<string>> {
  const news = new Map<string, Set<string>>();
  for (const line of lines) {
    if (line.t === 'news') news.set(line.a, (news.get(line.a) ?? new Set()).add(line.p));
    else if (line.t === 'heard') news.delete(line.a);
  }
  return news;
}

function linesOf({ alive, sessions, running, news }: DeskState): readonly Line[] {
  return [
    ...[...alive].map(([a, at]): Line => ({ t: 'alive', a, at })),
    ...[...sessions].map(([agent, began]) => sessionLine(agent, began)),
    ...[...news].flatMap(([a, paths]) => [...paths].map((p): Line => ({ t: 'news', a, p }))),
    ...running.map(
      ({ agent: a, call: c, command: m, at }): Line => ({ t: 'command', a, c, at, ...(m === undefined ? {} : { m }) }),
    ),
  ];
}

/** How exactly it is known when an agent was heard from. */
const HEARD_MS = 12 * 60 * 60 * 1000;

/** Writes down that an agent was heard from, now and then. */
export function hear(desk: Desk, state: DeskState, agent: string, now: number): void {
  const at = state.alive.get(agent);
  if (at === undefined || now - at > HEARD_MS) desk.alive(agent, now);
}

export function createDesk(file: string, clock: () => number): Desk {
  const read = (): DeskState & { readonly lines: number } => {
    const sessions = new Map<string, Began>();
    const alive = new Map<string, number>();
    let running: Running[] = [];
    const lines = readLines(file) as unknown as readonly Line[];
    const news = newsOf(lines);
    for (const line of lines) {
      if (line.t === 'alive') alive.set(line.a, line.at);
      else if (line.t === 'session') sessions.set(line.a, 'at' in line ? { at: line.at } : { revision: line.r });
      else if (line.t === 'command' || line.t === 'ended')
        running = running.filter(({ agent, call }) => agent !== line.a || call !== line.c);
      if (line.t === 'command') {
        const { a: agent, c: call, m: command, at } = line;
        running.push({ agent, call, at, ...(command === undefined ? {} : { command }) });
      }
    }
    return {
      sessions,
      news,
      alive,
      running: running.filter(({ at }) => clock() - at < LONGEST_MS),
      lines: lines.length,
    };
  };
  return {
    read,
    session: (agent, began) => appendLines(file, [sessionLine(agent, began)]),
    news: (agents, path) => {
      const lines = agents.map((a): Line => ({ t: 'news', a, p: path }));
      if (lines.length > 0) appendLines(file, lines, true);
    },
    heard: (agent) => appendLines(file, [{ t: 'heard', a: agent } satisfies Line], true),
    began: ({ agent: a, call: c, command: m, at }) =>
      appendLines(file, [
        { t: 'command', a, c, at, ...(m === undefined ? {} : { m: m.slice(0, 200) }) } satisfies Line,
      ]),
    ended: (agent, call) => appendLines(file, [{ t: 'ended', a: agent, c: call } satisfies Line]),
    alive: (agent, at) => appendLines(file, [{ t: 'alive', a: agent, at } satisfies Line], true),
    forget: (agents) => {
      if (agents.size === 0) return;
      const lines = readLines(file) as unknown as readonly Line[];
      rewriteLines(
        file,
        lines.length,
        lines.filter(({ a }) => !agents.has(a)),
      );
    },
    tidy: () => {
      const state = read();
      if (state.lines >= LONG) rewriteLines(file, state.lines, linesOf(state));
    },
  };
}
