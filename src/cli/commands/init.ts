// `init`: makes the home folder and the database, and sets up the hosts of agents that the project has. Safe to repeat:
// what is there is left as it is.
import { chmod, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { parseSpace } from '../../core/resource.ts';
import { findPlace } from '../../guard/front/place.ts';
import { ownFolder, replaceFile } from '../place/files.ts';
import { chooseHome, findHome } from '../place/home.ts';
import { DATABASE_NAME, parseStoreUrl, readConfig, type StoreUrl } from '../place/location.ts';
import { isThere, openStore } from '../place/open.ts';
import { reach } from '../place/reach.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { cleanName } from '../shell/text.ts';
import { initGit } from './init-git.ts';
import { type HostsResult, hostsLine, initHosts } from './init-hosts.ts';
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
  if (url.kind === 'postgres' || url.kind === 'etcd') return url.shown;
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
  const lone = ['remove', 'pattern', 'command'].find(
    (name) => context.flag(name) || context.text(name) !== undefined || context.list(name).length > 0,
  );
  if (lone !== undefined) {
    throw new EntenteError('misuse', `--${lone} belongs to --git.`, { next: `entente init --git --${lone}` });
  }
  const given = context.text('store');
  const found = await findHome(io.cwd);
  const home = found ?? (await chooseHome(io.cwd));
  const hosts = (): Promise<HostsResult> => initHosts(context, home, findPlace(io.cwd)?.root ?? path.dirname(home));
  // Only what hosts would get is shown: the home is ours, and nothing of it is anybody else's.
  if (context.flag('dryRun')) return showHosts(context, await hosts());
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
  const set = context.flag('hosts') ? await hosts() : undefined;
  await sayDone(context, { status: created ? 'created' : 'exists', home, store: name, epoch }, set);
  console.talk('next: entente import DIR   or   entente commit ID FILE');
  return undefined;
}

async function sayDone(
  { console }: Context,
  made: { readonly status: string; readonly home: string; readonly store: string; readonly epoch: string },
  hosts: HostsResult | undefined,
): Promise<void> {
  const isSet = hosts !== undefined && hosts.status !== 'none';
  if (console.json) return console.object({ ...made, ...(isSet ? { hosts } : {}) });
  const { status, home, store } = made;
  await console.done(`${status === 'created' ? 'Created' : 'Already there:'} ${cleanName(home)} (${cleanName(store)})`);
  const line = isSet ? hostsLine(hosts) : undefined;
  if (line !== undefined) await console.done(line);
  if (hosts?.status === 'written') console.talk('next: start the hosts anew   (to take it away: entente uninstall)');
}

async function showHosts(context: Context, result: HostsResult): Promise<ExitCode> {
  const { console } = context;
  if (console.json) await console.object(result);
  else await console.done(hostsLine(result) ?? 'No host of agents is in this project: entente init --host claude-code');
  return exitCodes.ok;
}

export const registerInit: Register = (program, run) => {
  program
    .command('init')
    .description(
      'set up: make .entente/ and its database here (in a git repository: one for all its worktrees), and hooks for hosts of agents',
    )
    .option('--git', 'instead: let git merge with entente (.gitattributes and the config of the repository)')
    .option('--remove', 'with --git: take that away again')
    .option('--pattern <pattern>', 'with --git: which files (repeatable; default: the formats with an engine)', collect)
    .option('--command <words>', 'with --git: how git calls entente (default: entente, or where it lies)')
    .option('--host <name>', 'set up this host of agents (repeatable; default: those that the project has)', collect)
    .option('--no-hosts', 'leave the files of hosts alone')
    .option('--agents-md', 'put a few lines for agents into AGENTS.md too')
    .option('--dry-run', 'show what the files of hosts, or git with --git, would get, and do nothing')
    .option('-y, --yes', 'do not ask')
    .action(run(init));
};
