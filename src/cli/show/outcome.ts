// What happened to a commit, said to people: one line of data on stdout, the rest and the next step on stderr.
import type { Outcome } from '../../core/outcome.ts';
import { plural } from '../../core/phrases.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitOfOutcome } from '../shell/exit.ts';
import { cleanName, idWord } from '../shell/text.ts';
import { outcomeJson } from './json.ts';
import { packetLines } from './packet.ts';

/** What a deletion is in the words of `commit`. */
export const DELETION = '--delete';

/** One line that names the outcome. */
export function headline(outcome: Outcome, resource: string): string {
  const name = cleanName(resource);
  const again = outcome.replayed === true ? ' (it had landed before)' : '';
  switch (outcome.status) {
    case 'committed':
      return `committed ${name} v${outcome.version}${again}`;
    case 'merged':
      return `merged ${name} v${outcome.version}${again}`;
    case 'unchanged':
      return `unchanged ${name}${outcome.head === undefined ? '' : ` v${outcome.head.version}`}`;
    case 'split':
      return `split ${name} v${outcome.kept.version} and ${cleanName(outcome.copy.resource)} v${outcome.copy.version}${again}`;
    case 'escalated':
      return `escalated ${name}: conflict ${outcome.conflictId}${again}`;
    case 'retry':
      return `retry ${name}: attempt ${outcome.attempt} of ${outcome.maxAttempts}, not saved`;
    case 'conflict':
      return `conflict ${name}: not saved`;
    case 'rejected':
    case 'aborted':
      return `${outcome.status} ${name}: not saved. ${cleanName(outcome.reason)}`;
    case 'unknown':
      return `unknown ${name}: the store did not say whether it was saved`;
  }
}

/** What to type now, most likely first; `own` is what the caller sent, as words of `commit` after the id. */
export function nextSteps(
  outcome: Outcome,
  resource: string,
  { own, onServer = false }: { readonly own: string; readonly onServer?: boolean },
): readonly string[] {
  const id = idWord(resource);
  switch (outcome.status) {
    case 'merged':
      return [`entente begin ${id}`];
    case 'split':
      return [`entente diff ${id}`, `entente show ${idWord(outcome.copy.resource)}`];
    case 'conflict':
    case 'retry':
      return [`entente show ${id}`, `entente commit ${id} ${own}`];
    case 'rejected':
      // No strategy merges a stale deletion, and a server's are its own: it is looked at and said anew.
      if (own === DELETION || onServer) return [`entente show ${id}`, `entente begin ${id}`];
      return [`entente commit ${id} ${own} --strategy "merge(auto)"`, `entente begin ${id}`];
    case 'aborted':
      return [`entente begin ${id}`];
    case 'escalated':
      return [
        `entente conflicts show ${outcome.conflictId}`,
        `entente resolve ${outcome.conflictId} --use current|proposed|both${outcome.packet.offer?.complete === true ? '|recorded' : ''}`,
      ];
    case 'unknown':
      return [`entente commit ${id} ${own} --commit-id ${outcome.commitId}`];
    default:
      return [];
  }
}

const ADVICE: { readonly [status in Outcome['status']]?: string } = {
  merged: 'Others changed it too: what is stored is not what you sent. Begin again before the next change.',
  split: 'Both are kept: the one that was there at its id, yours beside it.',
  conflict: 'Put your change onto what is there now, then commit again: the saved token is a fresh one.',
  retry: 'Do your work again on what is there now, then commit: the saved token is a fresh one.',
  escalated: 'Your change is kept and waits for a decision. Do not send it again; go on with other work.',
  unknown: 'It may be saved. The command below sends the same once more, and it is saved at most once.',
};

export interface ShowOptions {
  /** Where the caller's own bytes lie, as a word for a shell; `-` unless given, `DELETION` where there are none. */
  readonly file?: string | undefined;
  /** Options that belong to what was sent: a proposed command must not do something else with it. */
  readonly how?: string | undefined;
  /** A file that unsaved bytes were put into. */
  readonly draft?: string | undefined;
  /** A file that now holds the merged content. */
  readonly refreshed?: string | undefined;
  /** What to type, where it is not what the outcome alone says. */
  readonly next?: readonly string[];
  /** A remark in the place of the one about commits. */
  readonly advice?: string | undefined;
}

/** Prints an outcome and answers its exit code. */
export async function showOutcome(
  context: Context,
  outcome: Outcome,
  resource: string,
  options: ShowOptions = {},
): Promise<ExitCode> {
  const { console } = context;
  const { draft, file, how } = options;
  const exit = exitOfOutcome(outcome.status);
  const refreshed = outcome.status === 'merged' ? options.refreshed : undefined;
  const own = `${draft ?? file ?? '-'}${how === undefined ? '' : ` ${how}`}`;
  const onServer = (await context.location()).store.kind === 'server';
  const steps = refreshed === undefined ? nextSteps(outcome, resource, { own, onServer }) : [];
  const next = options.next ?? steps;
  if (console.json) {
    const files = { ...(draft === undefined ? {} : { draft }), ...(refreshed === undefined ? {} : { refreshed }) };
    await console.object({ ...outcomeJson(outcome, next.map(console.hint)), ...files });
    return exit;
  }
  const line = headline(outcome, resource);
  if (exit !== 0) console.alert(line);
  else await console.done(line);
  for (const remark of remarks(outcome, refreshed, options.advice)) console.talk(remark);
  if (draft !== undefined) console.alert(`Your content is kept in ${cleanName(draft)}`);
  const say = exit === 0 ? console.talk : console.alert;
  if (next.length > 0) say(`next: ${next.join('\n  or: ')}`);
  return exit;
}

function remarks(outcome: Outcome, refreshed: string | undefined, given: string | undefined): readonly string[] {
  const packet = 'packet' in outcome && outcome.packet !== undefined ? packetLines(outcome.packet, Date.now()) : [];
  const advice =
    refreshed === undefined
      ? (given ?? ADVICE[outcome.status])
      : `Others changed it too: ${cleanName(refreshed)} now holds what is stored, theirs and yours.`;
  const merged = outcome.status === 'merged' ? mergedRemarks(outcome) : [];
  return [...packet, ...(advice === undefined ? [] : [advice]), ...merged, ...noteLines(outcome)];
}

/** What the engine wants its reader to know. */
function noteLines(outcome: Outcome): readonly string[] {
  const { notes = [] } = outcome.status === 'merged' ? outcome.receipt : outcome.status === 'unchanged' ? outcome : {};
  return notes.map(({ message }) => `note: ${cleanName(message)}`);
}

/** What kept decisions left out is said before what is in it. */
function mergedRemarks({ receipt, resolvedBy }: Extract<Outcome, { status: 'merged' }>): readonly string[] {
  if (resolvedBy === undefined) return [mergedRemark(receipt.entries)];
  const { recorded = [] } = receipt;
  const deciders = [...new Set(recorded.map(({ agent }) => cleanName(agent)))].join(', ');
  return [
    `${plural(recorded.length, 'clash', 'clashes')} settled as decided before by ${deciders}: see show --receipt.`,
  ];
}

function mergedRemark(entries: readonly { readonly by: readonly string[]; readonly action: string }[]): string {
  const theirs = entries.filter(({ action, by }) => action !== 'kept' && by.includes('current')).length;
  return `${plural(theirs, 'change')} of others and yours are in it.`;
}
