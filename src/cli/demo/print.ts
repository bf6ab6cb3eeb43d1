// What the demo says, in plain words.
import type { Formatter } from 'picocolors/types.js';
import type { Mark, PlannedEdit } from '../../service/demo/edits.ts';
import type { DemoFile } from '../../service/demo/files.ts';
import type { Plan } from '../../service/demo/plan.ts';
import type { EntenteRound, PlainRound } from './rounds.ts';

/** The few colours that the demo uses. */
export interface DemoColors {
  readonly bold: Formatter;
  readonly dim: Formatter;
  readonly red: Formatter;
  readonly green: Formatter;
  readonly yellow: Formatter;
}

/** Where the demo writes: the command line hands in its console. */
export interface DemoIo {
  line(text: string): Promise<void> | void;
  readonly colors: DemoColors;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

export function showIntro(seed: number, plan: Plan, files: readonly DemoFile[], colors: DemoColors): readonly string[] {
  const names = files.map((file) => file.resource);
  const shown = names.length > 4 ? `${names.length} files` : names.join(', ');
  return [`${plan.agents.length} agents, each a process of its own, edit ${shown}. ${colors.dim(`Seed ${seed}.`)}`, ''];
}

export function showPlain(round: PlainRound, colors: DemoColors): readonly string[] {
  const { edits, kept, lost, example } = round;
  const lines = [
    colors.bold('Round 1  plain reads and writes'),
    `  ${edits} edits sent, ${kept} kept, ${colors.red(`${lost} LOST`)}. Each agent was told that its edit was saved.`,
  ];
  if (example !== undefined) {
    const { lost: gone, by } = example;
    lines.push(`  For example ${gone.agent} saved "${shortOf(gone.mark)}" in ${gone.resource};`);
    lines.push(`  ${by.agent} had read the file before that, and wrote its own copy over it.`);
  }
  return [...lines, ''];
}

export function showEntente(round: EntenteRound, plain: PlainRound, colors: DemoColors): readonly string[] {
  const { edits, kept, lost, merged, waiting, commits, ms } = round;
  const clean = kept - merged;
  const accounted = edits - lost;
  const told = `${clean} clean, ${merged} merged, ${waiting} waiting for you`;
  const count = lost === 0 ? colors.green('lost: 0') : colors.red(`LOST: ${lost}`);
  const time = Math.max(0, (ms - plain.ms) / 1000).toFixed(1);
  return [
    colors.bold('Round 2  the same agents, edits and order, through entente'),
    `  ${edits} edits sent, ${accounted} accounted for: ${told}`,
    `  ${count}      time: +${time} s      ${colors.dim(`${commits} commits replayed from the log: nothing wrong`)}`,
    '',
    ...showConflict(round, colors),
  ];
}

function showConflict({ conflict }: EntenteRound, colors: DemoColors): readonly string[] {
  if (conflict === undefined) return [];
  const { current, proposed } = conflict;
  const width = Math.max(current.agent.length, proposed.agent.length);
  const side = (name: string, edit: PlannedEdit): string =>
    `  ${name}  ${edit.agent.padEnd(width)}  ${colors.yellow(shortOf(edit.mark))}`;
  return [
    `${colors.bold('Waiting for you')}  two agents changed one line of ${current.resource}. Both versions are safe:`,
    side('current ', current),
    side('proposed', proposed),
    '',
  ];
}

export interface Next {
  readonly number: number;
  readonly store: string;
  readonly folder: string;
  readonly next: string;
}

export function showNext({ number, store, folder, next }: Next, colors: DemoColors): readonly string[] {
  return [
    colors.dim('Look at it:'),
    `  npx entente conflicts show ${number} --store ${store}`,
    colors.dim('When you are done, remove it all:'),
    `  rm -r ${folder}`,
    colors.dim('Decide (or --use current, both, base):'),
    `  ${colors.bold(next)}`,
  ];
}

function shortOf(mark: Mark): string {
  const text =
    mark.kind === 'member' ? `${mark.path.join('.')}: ${mark.value}` : mark.kind === 'line' ? mark.next : mark.line;
  const bare = Array.from(text.trim(), (letter) => (/[\p{Cc}\p{Cf}]/u.test(letter) ? ' ' : letter)).join('');
  return bare.length > 60 ? `${bare.slice(0, 57)}...` : bare;
}
