// `init`: makes the home folder and the database. Safe to repeat: what is there is left as it is.
import { chmod, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { parseSpace } from '../../core/resource.ts';
import { ownFolder, replaceFile } from '../place/files.ts';
import { chooseHome, findHome } from '../place/home.ts';
import { DATABASE_NAME, parseStoreUrl, readConfig, type StoreUrl } from '../place/location.ts';
import { isThere, openStore } from '../place/open.ts';
import { reach } from '../place/reach.ts';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';
import { cleanName } from '../shell/text.ts';
import { initGit } from './init-git.ts';
import { collect, type Register } from './register.ts';

async function writeOnce(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

interface Made {
  readonly name: string;
  readonly created: boolean;
  readonly epoch: string;
}

/** As it is written down for later: without a password. */
function nameOf(url: Exclude<StoreUrl, { kind: 'server' }>): string {
  if (url.kind === 'postgres') return url.shown;
  return url.kind === 'sqlite' ? `sqlite:${url.path}` : 'memory:';
}

async function initStore(context: Context, url: Exclude<StoreUrl, { kind: 'server' }>): Promise<Made> {
  const created = url.kind === 'sqlite' && !(await isThere(url.path));
  const store = await openStore(url, (message) => context.console.talk(`warning: ${message}`), true);
  const epoch = await store.epoch();
  await store.close();
  return { name: nameOf(url), created, epoch };
}

/** A server has its store already: it is asked, so that a wrong address or key shows now. */
async function initServer(context: Context, store: Extract<StoreUrl, { kind: 'server' }>, home: string): Promise<Made> {
  const { io, console } = context;
  const location = { store, url: store.url, home };
  const { controller, insight } = await reach({
    io,
    console,
    location,
    space: parseSpace(context.text('space') ?? 'default'),
  });
  try {
    return { name: store.url, created: false, epoch: (await insight.position()).epoch };
  } finally {
    await controller.close();
  }
}

async function init(context: Context): Promise<ExitCode | undefined> {
  const { io, console } = context;
  if (context.flag('git')) return initGit(context);
  const lone = ['remove', 'yes', 'pattern', 'command'].find(
    (name) => context.flag(name) || context.text(name) !== undefined || context.list(name).length > 0,
  );
  if (lone !== undefined) {
    throw new EntenteError('misuse', `--${lone} belongs to --git.`, { next: `entente init --git --${lone}` });
  }
  const given = context.text('store');
  const found = await findHome(io.cwd);
  const home = found ?? (await chooseHome(io.cwd));
  const url = await parseStoreUrl(
    given ?? (await readConfig(home)).store ?? `sqlite:${DATABASE_NAME}`,
    given === undefined ? home : io.cwd,
  );
  await ownFolder(home);
  await chmod(home, 0o700);
  // Nothing in here belongs into a repository.
  await writeOnce(path.join(home, '.gitignore'), '*\n');
  const { name, created, epoch } =
    url.kind === 'server' ? await initServer(context, url, home) : await initStore(context, url);
  if (given !== undefined)
    await replaceFile(
      home,
      'config.json',
      `${JSON.stringify({ ...(await readConfig(home)), store: name }, null, 2)}\n`,
    );
  if (console.json) await console.object({ status: created ? 'created' : 'exists', home, store: name, epoch });
  else await console.done(`${created ? 'Created' : 'Already there:'} ${cleanName(home)} (${cleanName(name)})`);
  console.talk('next: entente import DIR   or   entente commit ID FILE');
  return undefined;
}

export const registerInit: Register = (program, run) => {
  program
    .command('init')
    .description('set up: make .entente/ and its database here (in a git repository: one for all its worktrees)')
    .option('--git', 'instead: let git merge with entente (.gitattributes and the config of the repository)')
    .option('--remove', 'with --git: take that away again')
    .option('--pattern <pattern>', 'with --git: which files (repeatable; default: the formats with an engine)', collect)
    .option('--command <words>', 'with --git: how git calls entente (default: entente, or where it lies)')
    .option('-y, --yes', 'with --git: do not ask')
    .action(run(init));
};
