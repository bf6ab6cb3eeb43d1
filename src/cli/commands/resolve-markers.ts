// `resolve-markers`: merges a file again that another tool left with markers, by the engine of its path. The markers hold
// the three sides; what can be merged is, and what cannot stays marked. Needs no store.
import { readFile, realpath } from 'node:fs/promises';
import { plural } from '../../core/phrases.ts';
import { prepareGrammar } from '../../merge/code/grammars.ts';
import type { ConflictStyle } from '../../merge/index.ts';
import { putWorkFile } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { contentJson } from '../show/json.ts';
import { mergeMarked } from '../show/marked.ts';
import { unmark } from '../show/unmark.ts';
import { engineOf } from './merge-driver.ts';
import type { Register } from './register.ts';

interface Result {
  readonly status: 'unchanged' | 'clean' | 'conflict';
  readonly engine?: string;
  readonly conflicts: number;
  readonly content: Uint8Array;
  readonly reasons: readonly string[];
}

function mergeAgain(context: Context, name: string, content: Uint8Array): Result & { readonly before: number } {
  const given = context.text('markerSize');
  const sides = unmark(
    content,
    shellWord(name),
    given === undefined ? undefined : context.count('markerSize', 7, 7, 1000),
  );
  if (sides === undefined) return { status: 'unchanged', conflicts: 0, before: 0, content, reasons: [] };
  const { base, current, proposed, labels, size, conflicts: before } = sides;
  const engine = engineOf(context);
  const style: ConflictStyle = context.flag('diff3') ? 'diff3' : 'zdiff3';
  const merged = mergeMarked({
    base: base.length === 0 ? null : base,
    current,
    proposed,
    path: name,
    style,
    labels,
    size,
    ...(engine === undefined ? {} : { engine }),
  });
  if (merged.status === 'clean') return { ...merged, before, conflicts: 0, reasons: merged.notes };
  // Markers without a base would say less than those that are there.
  const better = merged.status === 'conflict' && merged.based;
  return {
    status: 'conflict',
    engine: merged.engine,
    before,
    conflicts: better ? merged.conflicts : before,
    content: better ? merged.content : content,
    reasons: merged.reasons,
  };
}

async function resolveMarkers(context: Context): Promise<ExitCode> {
  const { console } = context;
  const name = context.args[0] ?? '';
  const file = await realpath(context.path(name));
  const found = await readFile(file);
  await prepareGrammar(name);
  const { status, engine, conflicts, before, content, reasons } = mergeAgain(context, name, found);
  const stdout = context.flag('stdout');
  if (!stdout && Buffer.compare(content, found) !== 0) await putWorkFile(file, content);
  for (const reason of reasons) console.talk(`${cleanName(name)}: ${cleanName(reason)}`);
  if (console.json) {
    const answer = { status, ...(engine === undefined ? {} : { engine }), conflicts, before };
    await console.object({ ...answer, ...(stdout ? contentJson(content) : { file }) });
  } else if (stdout) await console.data(content);
  else if (status === 'unchanged') await console.done(`no conflict markers in ${cleanName(name)}`);
  else if (status === 'clean')
    await console.done(`merged ${cleanName(name)} (${engine}): ${plural(before, 'conflict')} settled`);
  if (status !== 'conflict') return exitCodes.ok;
  console.talk(`${plural(conflicts, 'conflict')} left in ${cleanName(name)}`);
  return exitCodes.conflict;
}

export const registerResolveMarkers: Register = (program, run) => {
  program
    .command('resolve-markers')
    .description('merge a file again that git or another tool left with diff3 or zdiff3 markers')
    .argument('<file>', 'the file; its path chooses the engine')
    .option('-p, --stdout', 'send the result to stdout instead of into FILE')
    .option('--diff3', 'leave conflicts in style diff3 (default: zdiff3)')
    .option('--marker-size <n>', 'take markers of this length only')
    .option('--engine <name>', 'instead of the one that the path chooses')
    .action(run(resolveMarkers));
};
