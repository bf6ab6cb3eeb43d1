// `edit`: begin, an editor, commit. On a conflict the editor opens again on the merge with markers. The draft is a file
// from the first moment on and goes only when its content is saved.
import { readFile, rm } from 'node:fs/promises';
import * as path from 'node:path';
import type { Controller, Draft } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Token } from '../../core/token.ts';
import { hasMarkers } from '../../merge/markers.ts';
import { draftFolder, saveDraft } from '../place/drafts.ts';
import { replaceFile } from '../place/files.ts';
import { saveToken } from '../place/tokens.ts';
import { fileOrigin } from '../place/working.ts';
import { runChild } from '../shell/child.ts';
import type { Context } from '../shell/context.ts';
import { CommandFailed, type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName, idWord, shellWord } from '../shell/text.ts';
import { checkWait, waitForDecision } from '../shell/wait.ts';
import { renderSides } from '../show/markers.ts';
import { showOutcome } from '../show/outcome.ts';
import { commitOptions } from './commit.ts';
import type { Register } from './register.ts';

const ROUNDS = 3;

function editorOf(env: Context['io']['env']): string {
  return env['VISUAL'] || env['EDITOR'] || 'vi';
}

/** Opens the editor; its setting may hold arguments, so a shell reads it. */
async function openEditor(context: Context, file: string): Promise<Uint8Array> {
  const editor = editorOf(context.io.env);
  const { status } = await runChild(context.io, 'sh', ['-c', `${editor} "$1"`, 'sh', file], {
    limit: 0,
    signal: context.signal,
  });
  if (status !== 0) throw new CommandFailed(`The editor (${editor}) ended with status ${status}.`, status);
  return readFile(file);
}

interface Sitting {
  readonly context: Context;
  readonly controller: Controller;
  readonly resource: string;
  readonly file: string;
  /** Own texts that were kept beside a merge; they go when the draft goes. */
  readonly kept: string[];
}

/** Writes the merge of the draft with `now` over the draft, the own text beside it. False where there is no such text. */
async function prepareMerge(
  sitting: Sitting,
  base: Uint8Array | undefined,
  now: Draft,
  proposed: Uint8Array,
): Promise<boolean> {
  const { context, resource, file } = sitting;
  const { agent, location } = await context.open();
  const holder = now.head === undefined ? 'current' : `current: v${now.head.version} by ${cleanName(now.head.agent)}`;
  const rendered = renderSides({
    path: resource,
    base: base ?? null,
    current: now.content ?? null,
    proposed,
    labels: { base: 'as you read it', current: holder, proposed: `yours: ${cleanName(agent)}` },
  });
  if (rendered === undefined) return false;
  const mine = await saveDraft(location.state, resource, 'mine', proposed);
  sitting.kept.push(mine);
  await replaceFile(path.dirname(file), path.basename(file), rendered.text);
  context.console.talk(`Your own text is kept in ${cleanName(mine)}`);
  return true;
}

/** Binds the draft to the token that its content is judged by: `commit ID DRAFT` goes on from there. */
async function keepToken({ context, file }: Sitting, token: Token): Promise<void> {
  const { location } = await context.open();
  if (location.state !== undefined) await saveToken(location.state, token, await fileOrigin(file));
}

async function keepForLater(sitting: Sitting, token: Token, why: string): Promise<ExitCode> {
  const { context, resource, file } = sitting;
  await keepToken(sitting, token);
  const next = `entente commit ${idWord(resource)} ${shellWord(file)}`;
  if (context.console.json)
    await context.console.object({
      status: 'conflict',
      saved: false,
      draft: file,
      reason: why,
      next: [context.console.hint(next)],
    });
  context.console.alert(`${why} The draft is kept in ${cleanName(file)}`);
  context.console.alert(`next: edit it, then ${next}`);
  return exitCodes.conflict;
}

async function finish(sitting: Sitting, outcome: Outcome): Promise<ExitCode> {
  const { context, resource, file } = sitting;
  const kept = 'saved' in outcome || outcome.status === 'unknown';
  if (!kept) for (const each of [file, ...sitting.kept]) await rm(each, { force: true });
  const exit = await showOutcome(context, outcome, resource, kept ? { draft: file } : {});
  return outcome.status === 'escalated' ? (await waitForDecision(context, outcome.conflictId)).exit : exit;
}

async function sit(sitting: Sitting, draft: Draft): Promise<ExitCode> {
  const { context, resource } = sitting;
  let token = draft.token;
  let base = draft.content;
  const opened = draft.content ?? new Uint8Array();
  for (let round = 1; ; round += 1) {
    const content = await openEditor(context, sitting.file);
    if (round === 1 && hashOf(content) === hashOf(opened)) {
      await rm(sitting.file, { force: true });
      if (context.console.json) await context.console.object({ status: 'unchanged', resource });
      else await context.console.done(`unchanged ${cleanName(resource)}`);
      return exitCodes.ok;
    }
    if (round > 1 && hasMarkers(content)) return keepForLater(sitting, token, 'Conflict markers are still in it.');
    const outcome = await sitting.controller.commitOrResolve(token, { content }, commitOptions(context));
    if (outcome.status !== 'conflict' && outcome.status !== 'retry' && outcome.status !== 'rejected') {
      return finish(sitting, outcome);
    }
    // One read for both: the token must stand on exactly what the editor is about to show.
    const now = await sitting.controller.begin(resource, { agent: token.agent });
    if (!(await prepareMerge(sitting, base, now, content))) {
      await keepToken(sitting, 'token' in outcome ? outcome.token : token);
      return finish(sitting, outcome);
    }
    token = now.token;
    base = now.content;
    if (round >= ROUNDS) return keepForLater(sitting, token, 'Others keep changing it.');
    context.console.talk('Others changed it meanwhile: opening the merge.');
  }
}

async function edit(context: Context): Promise<ExitCode> {
  const resource = context.id();
  if (!context.flag('input')) {
    throw new EntenteError('misuse', 'edit opens an editor, but --no-input is set.', {
      next: `entente begin ${idWord(resource)} -o FILE   then   entente commit ${idWord(resource)} FILE`,
    });
  }
  checkWait(context);
  const { agent, controller, location } = await context.open();
  const draft = await controller.begin(resource, { agent });
  await draftFolder(location.state);
  const file = await saveDraft(location.state, resource, 'edit', draft.content ?? '');
  const sitting: Sitting = { context, controller, resource, file, kept: [] };
  try {
    return await sit(sitting, draft);
  } catch (error) {
    // Whatever went wrong: an edited draft stays, and its token with it.
    const content = await readFile(file).catch(() => undefined);
    if (content === undefined || hashOf(content) === hashOf(draft.content ?? '')) await rm(file, { force: true });
    else {
      await keepToken(sitting, draft.token);
      context.console.alert(`Your draft is kept in ${cleanName(file)}`);
    }
    throw error;
  }
}

export const registerEdit: Register = (program, run) => {
  program
    .command('edit')
    .description('begin, open $VISUAL or $EDITOR, commit; on a conflict the editor opens on the merge')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .option('--strategy <strategy>', 'how a conflict of this commit is decided')
    .addOption(fieldOption('--note <text>', 'why: shown to whoever meets this change in a conflict', 'note'))
    .option('--wait [duration]', 'on an escalation, wait for the decision, e.g. --wait=30s')
    .action(run(edit));
};
