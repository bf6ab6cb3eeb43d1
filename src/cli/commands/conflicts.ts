// `conflicts`: the queue of what waits for a decision.

import { plural } from '../../core/phrases.ts';
import type { Conflict } from '../../core/resolution.ts';
import { mergeContents, prepareGrammar } from '../../merge/index.ts';
import type { MergeResult } from '../../merge/types.ts';
import { saveDraft } from '../place/drafts.ts';
import { findConflict } from '../place/lookup.ts';
import type { Context } from '../shell/context.ts';
import { fieldOption } from '../shell/fields.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { conflictHead, conflictTable, decisionSteps, SIDES, type SideName } from '../show/conflict.ts';
import { conflictJson, contentJson, regionJson } from '../show/json.ts';
import { renderSides } from '../show/markers.ts';
import { clashLines } from '../show/packet.ts';
import { offerLines } from '../show/recorded.ts';
import type { Register } from './register.ts';

type Contents = { readonly [side in SideName]?: Uint8Array | undefined };

async function contentsOf(context: Context, conflict: Conflict): Promise<Contents> {
  const { controller } = await context.open();
  const contents: { [side in SideName]?: Uint8Array | undefined } = {};
  for (const side of SIDES) contents[side] = await controller.conflictContent(conflict.id, side);
  return contents;
}

function mergeOf(conflict: Conflict, contents: Contents): MergeResult {
  return mergeContents({
    base: contents.base ?? null,
    current: contents.current ?? null,
    proposed: contents.proposed ?? null,
    path: conflict.resource,
    options: { budget: { bytes: 2 ** 21, lines: 50_000, ms: 500 } },
  });
}

async function list(context: Context): Promise<undefined> {
  const { console } = context;
  const { controller } = await context.open();
  const state = context.flag('all') ? undefined : context.flag('resolved') ? 'resolved' : 'open';
  const pattern = context.text('pattern');
  const after = context.text('after');
  const page = await controller.conflicts(
    { ...(state === undefined ? {} : { state }), ...(pattern === undefined ? {} : { pattern }) },
    { limit: context.count('limit', 100, 1, 1000), ...(after === undefined ? {} : { after }) },
  );
  if (console.json)
    await console.object({
      items: page.items.map(conflictJson),
      ...(page.next === undefined ? {} : { next: page.next }),
    });
  else if (page.items.length > 0) await console.line(conflictTable(page.items, console.out, Date.now()));
  const first = page.items.find((one) => one.state === 'open');
  if (page.items.length === 0) console.talk(`No ${state ?? ''}${state === undefined ? '' : ' '}conflicts.`);
  else if (first !== undefined) console.talk(`next: entente conflicts show ${first.number}`);
  if (page.next !== undefined) {
    console.talk(`more: entente conflicts list ${[...chosen(context), `--after ${shellWord(page.next)}`].join(' ')}`);
  }
  return undefined;
}

/** What the list was chosen by, as words: the next page is one of the same list. */
function chosen(context: Context): readonly string[] {
  const flags = ['all', 'resolved'].filter((name) => context.flag(name)).map((name) => `--${name}`);
  const values = ['pattern', 'limit'].flatMap((name) => {
    const text = context.text(name);
    return text === undefined ? [] : [`--${name} ${shellWord(text)}`];
  });
  return [...flags, ...values];
}

async function show(context: Context): Promise<undefined> {
  const { console } = context;
  const conflict = await findConflict(await context.open(), context.args[0]);
  const contents = await contentsOf(context, conflict);
  await prepareGrammar(conflict.resource);
  const merge = mergeOf(conflict, contents);
  const regions = merge.status === 'conflict' ? merge.conflicts : [];
  if (console.json) {
    const sides = Object.fromEntries(
      SIDES.flatMap((side) => {
        const bytes = contents[side];
        return bytes === undefined ? [] : [[side, contentJson(bytes)]];
      }),
    );
    await console.object({
      ...conflictJson(conflict),
      contents: sides,
      regions: regions.map(regionJson),
      next: decisionSteps(conflict).map(console.hint),
    });
    return undefined;
  }
  for (const line of conflictHead(conflict, Date.now())) await console.line(line);
  for (const line of clashLines(regions, 'proposed', conflict.reason)) await console.line(line);
  const { offer } = conflict;
  if (offer !== undefined) for (const line of offerLines(offer, conflict.regions, Date.now())) await console.line(line);
  const steps = decisionSteps(conflict);
  if (steps.length > 0) console.talk(`next: ${steps.join('\n  or: ')}`);
  return undefined;
}

/** Puts the sides, and where it is text their merge with markers, into files for an editor. */
async function take(context: Context): Promise<undefined> {
  const { console } = context;
  const opened = await context.open();
  const conflict = await findConflict(opened, context.args[0]);
  const contents = await contentsOf(context, conflict);
  const files: { [name: string]: string } = {};
  for (const side of SIDES) {
    const bytes = contents[side];
    if (bytes !== undefined) files[side] = await saveDraft(opened.location.state, conflict.resource, side, bytes);
  }
  const rendered = renderSides({
    path: conflict.resource,
    base: contents.base ?? null,
    current: contents.current ?? null,
    proposed: contents.proposed ?? null,
    labels: {
      base: 'base',
      current: `A current: ${cleanName(conflict.current.agent ?? '')}`,
      proposed: `B proposed: ${cleanName(conflict.proposed.agent ?? '')}`,
    },
  });
  if (rendered !== undefined)
    files['merge'] = await saveDraft(opened.location.state, conflict.resource, 'merge', rendered.text);
  const work = files['merge'] ?? files['proposed'] ?? files['current'] ?? '-';
  const next = `entente resolve ${conflict.number} ${shellWord(work)}`;
  if (console.json)
    await console.object({
      status: 'taken',
      id: conflict.id,
      number: conflict.number,
      files,
      next: [console.hint(next)],
    });
  else for (const [name, file] of Object.entries(files)) await console.line(`${name}\t${cleanName(file)}`);
  if (rendered !== undefined)
    console.talk(`${plural(rendered.clashes, 'clash', 'clashes')} between markers in ${cleanName(work)}`);
  console.talk(`next: edit ${cleanName(work)}, then ${next}`);
  return undefined;
}

export const registerConflicts: Register = (program, run) => {
  const conflicts = program.command('conflicts').description('the queue of conflicts that wait for a decision');
  conflicts
    .command('list', { isDefault: true })
    .description('the open ones, oldest first')
    .option('--resolved', 'the resolved ones')
    .option('--all', 'both')
    .addOption(fieldOption('--pattern <pattern>', 'only resources that match', 'pattern'))
    .addOption(fieldOption('--limit <n>', 'how many at most', 'limit'))
    .addOption(fieldOption('--after <cursor>', 'where the last page ended', 'cursor'))
    .action(run(list));
  conflicts
    .command('show')
    .description('one conflict: who, why and what clashes')
    .argument('<n>', 'its number, its id or the start of the id')
    .action(run(show));
  conflicts
    .command('take')
    .description('write the sides and the merge with markers to files, for editing')
    .argument('<n>', 'its number, its id or the start of the id')
    .action(run(take));
};
