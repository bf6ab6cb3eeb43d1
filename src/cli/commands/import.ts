// `import DIR`: files become resources under their relative paths. Safe to repeat and to interrupt: a file that has not
// changed since it was last in step is left alone, one that has is judged from the version that it was made on.
import { realpath } from 'node:fs/promises';
import type { Controller, Draft } from '../../controller/types.ts';
import { isEntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import type { Outcome } from '../../core/outcome.ts';
import { parseResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import { parsePattern } from '../../strategies/pattern.ts';
import type { Insight } from '../place/insight.ts';
import { baseOf, type Entry, type Manifest, openManifest } from '../place/manifest.ts';
import { type Found, readInside, walk } from '../place/walk.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldOption } from '../shell/fields.ts';
import { Interrupted } from '../shell/io.ts';
import { forEachConcurrently } from '../shell/pool.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { collect, type Register } from './register.ts';

const FILE_LIMIT = 8 * 1024 * 1024;
const AT_ONCE = 64;
const SAVE_EVERY = 2000;

const KINDS = [
  'created',
  'updated',
  'merged',
  'split',
  'unchanged',
  'conflict',
  'unknown',
  'escalated',
  'refused',
  'link',
  'special',
  'ignored',
] as const;
type Kind = (typeof KINDS)[number];

interface Problem {
  readonly file: string;
  readonly kind: Kind;
  readonly code?: string;
  readonly message: string;
  readonly conflictId?: string;
}

interface Tally {
  readonly counts: { [kind in Kind]: number };
  readonly problems: Problem[];
  done: number;
}

function entryAfter(outcome: Outcome, hash: string, token: Token): Entry | undefined {
  switch (outcome.status) {
    case 'committed':
      return { disk: hash, base: baseOf(outcome.token) };
    case 'unchanged':
      return { disk: hash, base: outcome.head?.hash === hash ? baseOf(outcome.head) : baseOf(token) };
    // The file is not what is stored: its next change still starts from the old base.
    case 'merged':
    case 'split':
    case 'escalated':
      return { disk: hash, base: baseOf(token) };
    default:
      return undefined;
  }
}

function kindOf(outcome: Outcome, draft: Draft): Kind {
  switch (outcome.status) {
    case 'committed':
      return draft.head === undefined || draft.head.deleted ? 'created' : 'updated';
    case 'merged':
    case 'split':
    case 'unchanged':
    case 'escalated':
    case 'unknown':
      return outcome.status;
    default:
      return 'conflict';
  }
}

interface Work {
  readonly context: Context;
  readonly controller: Controller;
  readonly insight: Insight;
  readonly agent: string;
  readonly manifest: Manifest;
  readonly tally: Tally;
}

function note(work: Work, kind: Kind, problem?: Problem): void {
  work.tally.counts[kind] += 1;
  if (problem !== undefined) work.tally.problems.push(problem);
}

async function importFile(work: Work, found: Extract<Found, { kind: 'file' }>): Promise<void> {
  const { context, controller, insight, agent, manifest } = work;
  const { resource, name } = found;
  const content = await readInside(found.file, FILE_LIMIT);
  const hash = hashOf(content);
  const entry = manifest.get(resource);
  if (entry?.disk === hash) return note(work, 'unchanged');
  const draft = await controller.begin(resource, { agent });
  if (draft.head !== undefined && !draft.head.deleted && draft.head.hash === hash) {
    manifest.set(resource, { disk: hash, base: baseOf(draft.head) });
    return note(work, 'unchanged');
  }
  // The token of the version that the file was last in step with; without one the file has no base at all.
  const token = draft.head === undefined ? draft.token : await insight.rebase(draft, entry?.base);
  const reason = context.text('note');
  const outcome = await controller.commitOrResolve(token, { content }, reason === undefined ? {} : { note: reason });
  const next = entryAfter(outcome, hash, token);
  if (next !== undefined) manifest.set(resource, next);
  const kind = kindOf(outcome, draft);
  if (outcome.status === 'escalated') {
    const { conflictId } = outcome;
    return note(work, kind, { file: name, kind, message: outcome.reason, conflictId });
  }
  if (outcome.status === 'unknown')
    return note(work, kind, { file: name, kind, message: 'the store did not say whether it was saved' });
  if (kind !== 'conflict') return note(work, kind);
  const why = 'reason' in outcome ? outcome.reason : 'packet' in outcome ? outcome.packet.reason : outcome.status;
  note(work, kind, { file: name, kind, message: why });
}

async function importEntry(work: Work, found: Found): Promise<void> {
  const { tally } = work;
  try {
    if (found.kind === 'file') await importFile(work, found);
    else if (found.kind === 'refused') throw found.error;
    else note(work, found.kind);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isFile = code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ELOOP';
    if (!isRefusal(error) && !isFile) throw error;
    const message = (error as Error).message;
    note(work, 'refused', {
      file: found.name,
      kind: 'refused',
      code: isEntenteError(error) ? error.code : 'file',
      message,
    });
  }
  tally.done += 1;
  if (tally.done % SAVE_EVERY === 0) await work.manifest.save();
}

/** A fault of this one file; all others are faults of the whole run. */
function isRefusal(error: unknown): boolean {
  return isEntenteError(error) && ['bad-id', 'id-collision', 'too-large', 'too-deep'].includes(error.code);
}

async function* untilInterrupted(entries: AsyncIterable<Found>, signal: AbortSignal): AsyncGenerator<Found> {
  for await (const entry of entries) {
    if (signal.aborted) return;
    yield entry;
  }
}

function exitOf({ counts }: Tally): ExitCode {
  if (counts.unknown > 0) return exitCodes.unreachable;
  if (counts.conflict > 0) return exitCodes.conflict;
  if (counts.refused > 0) return exitCodes.refused;
  return counts.escalated > 0 ? exitCodes.escalated : exitCodes.ok;
}

async function report(context: Context, root: string, tally: Tally): Promise<void> {
  const { console } = context;
  const { counts, problems } = tally;
  const shown = KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  if (console.json) await console.object({ status: 'imported', root, counts, problems });
  else await console.done(shown.length === 0 ? 'nothing to import' : shown.join(', '));
  for (const { file, kind, message, code } of problems.slice(0, 50)) {
    console.alert(`${kind}${code === undefined ? '' : ` [${code}]`} ${cleanName(file)}: ${cleanName(message)}`);
  }
  if (problems.length > 50) console.alert(`… and ${problems.length - 50} more: see --json`);
  const next =
    counts.unknown > 0
      ? 'the same command again: what is saved is found to be unchanged'
      : counts.escalated > 0
        ? 'entente conflicts list'
        : counts.conflict > 0
          ? `entente export ${shellWord(root)}   (or entente begin ID)`
          : 'entente status';
  console.talk(`next: ${next}`);
}

async function importFolder(context: Context): Promise<ExitCode> {
  const { console, signal } = context;
  const given = context.args[0] ?? '.';
  const prefix = (context.text('prefix') ?? '').replace(/\/$/, '');
  if (prefix !== '') parseResourceId(prefix);
  const excluded = context.list('exclude').map(parsePattern);
  const root = await realpath(context.path(given));
  const { agent, controller, insight, location, space } = await context.open();
  const { epoch } = await insight.position();
  const manifest = await openManifest(location.state, { space, root, prefix, epoch });
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Tally['counts'];
  const work: Work = { context, controller, insight, agent, manifest, tally: { counts, problems: [], done: 0 } };
  const entries = untilInterrupted(walk(root, { prefix, exclude: excluded }), signal);
  try {
    await forEachConcurrently(entries, AT_ONCE, async (found) => {
      await importEntry(work, found);
      console.progress(`importing: ${work.tally.done} files`);
    });
  } finally {
    console.endProgress();
    await manifest.save();
  }
  if (signal.aborted) {
    console.alert(
      `Interrupted after ${work.tally.done} files. What was imported stays; the same command goes on from there.`,
    );
    throw new Interrupted();
  }
  await report(context, root, work.tally);
  return exitOf(work.tally);
}

export const registerImport: Register = (program, run) => {
  program
    .command('import')
    .description('take the files of a folder in as resources; safe to repeat and to interrupt')
    .argument('<dir>', 'the folder')
    .option('--prefix <path>', 'put them below this path')
    .addOption(
      fieldOption(
        '--exclude <pattern>',
        'leave out paths that match; may be given more than once',
        'pattern',
      ).argParser(collect),
    )
    .option('--strategy <strategy>', 'how a conflict of a file is decided, e.g. "merge(auto)"')
    .addOption(fieldOption('--note <text>', 'why', 'note'))
    .addHelpText(
      'after',
      '\nLeft out always: links, and files or folders named .git .hg .svn .jj .bzr .entente .env .env.* node_modules .DS_Store Thumbs.db',
    )
    .action(run(importFolder));
};
