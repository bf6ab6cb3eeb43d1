// `export DIR`: the current versions as files. It writes below DIR and nowhere else, whole files only, and never over
// edits that are not stored unless `--force` says so.
import { realpath } from 'node:fs/promises';
import type { Controller } from '../../controller/types.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { type Head, hasContent } from '../../core/version.ts';
import { parsePattern } from '../../strategies/pattern.ts';
import { makeFolder } from '../place/files.ts';
import { baseOf, type Manifest, openManifest } from '../place/manifest.ts';
import { foldedKey, unwritable } from '../place/names.ts';
import { foldsCase, openSafeFolder, type SafeFolder } from '../place/safe-folder.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldOption } from '../shell/fields.ts';
import { Interrupted } from '../shell/io.ts';
import { forEachConcurrently } from '../shell/pool.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import type { Register } from './register.ts';

const PAGE = 500;
/** Files at once: each waits for the disk. */
const AT_ONCE = 16;
const KINDS = ['written', 'unchanged', 'differs', 'refused', 'hashOnly'] as const;
type Kind = (typeof KINDS)[number];

interface Problem {
  readonly id: string;
  readonly kind: Kind;
  readonly code?: string;
  readonly message: string;
}

interface Work {
  readonly controller: Controller;
  readonly folder: SafeFolder;
  readonly manifest: Manifest;
  readonly force: boolean;
  /** Folded id → id, where the file system takes both for one file. */
  readonly folded: Map<string, string> | undefined;
  readonly counts: { [kind in Kind]: number };
  readonly problems: Problem[];
}

function checkName(work: Work, id: string): void {
  const why = unwritable(id);
  if (why !== undefined) throw new EntenteError('bad-id', `${why}: it is not written to files.`);
  if (work.folded === undefined) return;
  const other = work.folded.get(foldedKey(id));
  if (other !== undefined && other !== id) {
    throw new EntenteError('id-collision', `it is one file with ${cleanName(other)} here.`);
  }
  work.folded.set(foldedKey(id), id);
}

async function exportOne(work: Work, listed: Head): Promise<Kind> {
  const id = listed.resource;
  checkName(work, id);
  const found = await work.controller.read(id);
  if (found === undefined || found.head.deleted) return 'unchanged';
  const { head, content } = found;
  if (!hasContent(head) || content === undefined) return 'hashOnly';
  const there = await work.folder.read(id);
  const entry = { disk: head.hash, base: baseOf(head) };
  const hash = there === undefined ? undefined : hashOf(there);
  if (hash === head.hash) {
    work.manifest.set(id, entry);
    return 'unchanged';
  }
  const inStep = hash === undefined || hash === work.manifest.get(id)?.disk;
  if (!inStep && !work.force) return 'differs';
  if (!(await work.folder.put(id, content, there))) return 'differs';
  work.manifest.set(id, entry);
  return 'written';
}

async function exportEach(work: Work, head: Head): Promise<void> {
  try {
    const kind = await exportOne(work, head);
    work.counts[kind] += 1;
    if (kind === 'differs') {
      const message = 'the file has edits that are not stored; it is left as it is';
      work.problems.push({ id: head.resource, kind, message });
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const ofFile = ['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code);
    const refusal = isEntenteError(error) && (error.code === 'bad-id' || error.code === 'id-collision');
    if (!ofFile && !refusal) throw error;
    work.counts.refused += 1;
    const message = (error as Error).message;
    work.problems.push({ id: head.resource, kind: 'refused', code: refusal ? error.code : 'file', message });
  }
}

async function* heads(controller: Controller, prefix: string, signal: AbortSignal): AsyncGenerator<Head> {
  let after: string | undefined;
  do {
    const page = await controller.list(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const head of page.items) {
      if (signal.aborted) throw new Interrupted();
      yield head;
    }
    after = page.next;
  } while (after !== undefined);
}

async function report(context: Context, root: string, work: Work): Promise<ExitCode> {
  const { console } = context;
  const { counts, problems } = work;
  if (console.json) await console.object({ status: 'exported', root, counts, problems });
  else {
    const shown = KINDS.filter((kind) => counts[kind] > 0).map(
      (kind) => `${counts[kind]} ${kind === 'hashOnly' ? 'hash-only' : kind}`,
    );
    await console.done(shown.length === 0 ? 'nothing to export' : shown.join(', '));
  }
  for (const { id, kind, message } of problems.slice(0, 50))
    console.alert(`${kind} ${cleanName(id)}: ${cleanName(message)}`);
  if (problems.length > 50) console.alert(`… and ${problems.length - 50} more: see --json`);
  if (counts.differs > 0)
    console.alert(`next: entente import ${shellWord(root)}   (or --force to write over the files)`);
  if (counts.differs > 0) return exitCodes.conflict;
  return counts.refused > 0 ? exitCodes.refused : exitCodes.ok;
}

async function exportFolder(context: Context): Promise<ExitCode> {
  const { console, signal } = context;
  const target = context.path(context.args[0] ?? '.');
  const pattern = context.text('pattern');
  const wanted = pattern === undefined ? undefined : parsePattern(pattern);
  const { controller, insight, location, space } = await context.open();
  const { epoch } = await insight.position();
  await makeFolder(target);
  const root = await realpath(target);
  const work: Work = {
    controller,
    folder: await openSafeFolder(root),
    manifest: await openManifest(location.state, { space, root, prefix: '', epoch }),
    force: context.flag('force'),
    folded: (await foldsCase(root)) ? new Map() : undefined,
    counts: { written: 0, unchanged: 0, differs: 0, refused: 0, hashOnly: 0 },
    problems: [],
  };
  let done = 0;
  try {
    const listed = heads(controller, context.text('prefix') ?? '', signal);
    await forEachConcurrently(listed, AT_ONCE, async (head) => {
      if (wanted !== undefined && !wanted.matches(head.resource)) return;
      await exportEach(work, head);
      done += 1;
      console.progress(`exporting: ${done} files`);
    });
  } finally {
    console.endProgress();
    await work.manifest.save();
  }
  return report(context, root, work);
}

export const registerExport: Register = (program, run) => {
  program
    .command('export')
    .description('write the current versions to files below a folder')
    .argument('<dir>', 'the folder; made if it is not there')
    .option('--prefix <path>', 'only resources whose id starts so')
    .addOption(fieldOption('--pattern <pattern>', 'only resources that match', 'pattern'))
    .option('--force', 'write over files whose edits are not stored')
    .action(run(exportFolder));
};
