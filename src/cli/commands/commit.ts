// `commit`: compares with what was read and saves, merges or says what clashes. What could not be saved is never lost.
import { createReadStream } from 'node:fs';
import type { CommitOptions } from '../../controller/types.ts';
import type { Change } from '../../core/change.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { EMPTY_HASH } from '../../core/hash.ts';
import type { Outcome } from '../../core/outcome.ts';
import { saveDraft } from '../place/drafts.ts';
import { findBasis, settleToken } from '../place/working.ts';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { readAll } from '../shell/io.ts';
import { cleanName, idWord, shellWord } from '../shell/text.ts';
import { checkWait, waitForDecision } from '../shell/wait.ts';
import { DELETION, showOutcome } from '../show/outcome.ts';
import type { Register } from './register.ts';

const CONTENT_LIMIT = 8 * 1024 * 1024;

/** Before stdin is read: a person at a terminal is told what is waited for, unless that is not wanted. */
export function announceInput({ io, console, flag }: Context): void {
  if (io.stdin.isTTY !== true) return;
  if (!flag('input')) {
    throw new EntenteError('misuse', 'The content would be read from the terminal, but --no-input is set.', {
      next: 'Name a file, or pipe the content in.',
    });
  }
  console.talk('Reading the content from the terminal; end it with Ctrl-D.');
}

async function readInput(context: Context): Promise<Uint8Array> {
  announceInput(context);
  return readAll(context.io.stdin, CONTENT_LIMIT, context.signal);
}

/** Bytes of a file, or of stdin for `-`; no more than a content may have, so that a device or a pipe has an end too. */
export async function readSource(context: Context, name: string): Promise<Uint8Array> {
  if (name === '-') return readInput(context);
  return readAll(createReadStream(context.path(name)), CONTENT_LIMIT, context.signal);
}

export function commitOptions(context: Context): CommitOptions {
  const commitId = context.text('commitId');
  const note = context.text('note') ?? context.text('intent');
  return {
    signal: context.signal,
    ...(commitId === undefined ? {} : { commitId }),
    ...(note === undefined ? {} : { note }),
    ...(context.flag('supersede') ? { supersede: true } : {}),
  };
}

function changeOf(context: Context, bytes: Uint8Array | undefined): Change {
  if (bytes === undefined) return { delete: true };
  if (context.flag('append')) return { append: bytes };
  const mediaType = context.text('mediaType');
  return { content: bytes, ...(mediaType === undefined ? {} : { mediaType }) };
}

const NOT_SAVED: readonly Outcome['status'][] = ['conflict', 'retry', 'rejected', 'aborted', 'unknown'];

/** Keeps the bytes of a failed commit that came from stdin and says where; then the fault goes on. */
async function rescue(context: Context, error: unknown, bytes: Uint8Array | undefined): Promise<never> {
  if (bytes === undefined || bytes.length === 0) throw error;
  const location = await context.location().catch(() => undefined);
  const saving = saveDraft(location?.state, context.args[0] ?? 'draft', 'unsaved', bytes);
  const draft = await saving.catch((fault: Error) => {
    context.console.alert(`Your content could not be kept either: ${cleanName(fault.message)}`);
  });
  // What went wrong first is what has to be mended.
  if (draft === undefined) throw error;
  context.console.alert(`Your content is kept in ${cleanName(draft)}`);
  if (!isEntenteError(error)) throw error;
  throw new EntenteError(error.code, error.message, { ...error.details, draft }, { cause: error });
}

/** Empty input in the place of a content is what a failed command before a pipe leaves: refused unless it is meant. */
function assertMeant(context: Context, baseHash: string): void {
  if (context.flag('allowEmpty') || baseHash === '' || baseHash === EMPTY_HASH) return;
  const id = idWord(context.id());
  throw new EntenteError('misuse', 'The input is empty: nothing is saved in the place of a content.', {
    next: `entente commit ${id} --allow-empty   (or entente commit ${id} --delete)`,
  });
}

/** An append that says nothing of what it was made on needs no base: it is put on whatever is there, until it lands. */
function isFreeAppend(context: Context): boolean {
  const bound = ['token', 'commitId', 'strategy'].some((name) => context.text(name) !== undefined);
  return context.flag('append') && context.flag('resolve') && !bound;
}

async function append(context: Context, bytes: Uint8Array): Promise<Sent> {
  const { agent, controller } = await context.open();
  const note = context.text('note') ?? context.text('intent');
  const options = { agent, signal: context.signal, ...(note === undefined ? {} : { note }) };
  return { outcome: await controller.update(context.id(), options, () => ({ append: bytes })) };
}

interface Sent {
  readonly outcome: Outcome;
  /** A file that now holds the merged content. */
  readonly refreshed?: string | undefined;
}

async function compare(context: Context, file: string | undefined, bytes: Uint8Array | undefined): Promise<Sent> {
  const { controller } = await context.open();
  const basis = await findBasis(context, file, context.flag('append'));
  if (file === undefined && bytes?.length === 0) assertMeant(context, basis.token.hash);
  const change = changeOf(context, bytes);
  const options = commitOptions(context);
  const outcome = context.flag('resolve')
    ? await controller.commitOrResolve(basis.token, change, options)
    : await controller.commit(basis.token, change, options);
  const content = context.flag('append') ? undefined : bytes;
  return { outcome, refreshed: await settleToken(context, outcome, basis, content) };
}

async function send(context: Context, file: string | undefined, bytes: Uint8Array | undefined): Promise<ExitCode> {
  const { location } = await context.open();
  const resource = context.id();
  const free = bytes !== undefined && isFreeAppend(context);
  const { outcome, refreshed } = free ? await append(context, bytes) : await compare(context, file, bytes);
  const keep = file === undefined && bytes !== undefined && NOT_SAVED.includes(outcome.status);
  const draft = keep ? await saveDraft(location.state, resource, 'unsaved', bytes) : undefined;
  const exit = await showOutcome(context, outcome, resource, {
    file: bytes === undefined ? DELETION : file && shellWord(file),
    draft,
    refreshed,
    how: context.flag('append') ? '--append' : undefined,
  });
  return outcome.status === 'escalated' ? (await waitForDecision(context, outcome.conflictId)).exit : exit;
}

async function commit(context: Context): Promise<ExitCode> {
  context.id();
  checkWait(context);
  const name = context.args[1];
  const remove = context.flag('delete');
  if (remove && (name !== undefined || context.flag('append'))) {
    throw new EntenteError('misuse', '--delete takes no content.', { next: 'entente commit ID --delete' });
  }
  const file = name === undefined || name === '-' ? undefined : context.path(name);
  const bytes = remove ? undefined : await readSource(context, name ?? '-');
  try {
    return await send(context, file, bytes);
  } catch (error) {
    return await rescue(context, error, file === undefined ? bytes : undefined);
  }
}

export const registerCommit: Register = (program, run) => {
  program
    .command('commit')
    .description('save a change made from what begin read; from FILE or stdin')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .argument('[file]', 'the new content; "-" or nothing: stdin')
    .option('--token <token>', 'the token to go by instead of the saved one')
    .option('--strategy <strategy>', 'how a conflict of this commit is decided, e.g. "merge(auto)"')
    .addOption(fieldOption('--note <text>', 'why: shown to whoever meets this change in a conflict', 'note'))
    .addOption(fieldOption('--intent <text>', 'the same as --note', 'note'))
    .addOption(fieldOption('--commit-id <id>', 'the id under which this lands at most once', 'commitId'))
    .option('--media-type <type>', 'the media type of the content')
    .option('--append', 'add the input to the end instead of replacing the content')
    .option('--delete', 'delete the resource')
    .option('--allow-empty', 'take empty input for the new content')
    .option('--no-resolve', 'compare only: a conflict is reported and no strategy decides it')
    .option('--supersede', 'send a refused content again on purpose, over what is there')
    .option('--wait [duration]', 'on an escalation, wait for the decision, e.g. --wait=30s')
    .action(run(commit));
};
