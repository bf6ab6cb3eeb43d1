// The part of `init` and `uninstall` that is about hosts of agents: which are here, what their files would get, and the
// question before it is written.
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EntenteError } from '../../core/errors.ts';
import { HOST_NAMES } from '../../guard/hosts/event.ts';
import { HTML_COMMENT } from '../hosts/block.ts';
import { carryOutAdding, carryOutRemoving, type FileChange, planAdding, planRemoving } from '../hosts/setup.ts';
import { AGREEMENT, type Commands, HOST_SETUPS, type HostFile, type HostSetup } from '../hosts/setups.ts';
import { askYes, mayAsk } from '../shell/ask.ts';
import type { Context } from '../shell/context.ts';
import { isOnPath } from '../shell/own-command.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { unifiedDiff } from '../show/diff.ts';

/** How hosts call entente: by its names where they are on the path, else by where it lies on this machine. */
async function commandsOf(context: Context): Promise<Commands> {
  if ((await isOnPath(context.io.env, 'entente')) && (await isOnPath(context.io.env, 'entente-hook'))) {
    return { hook: 'entente-hook', hookWords: ['entente-hook'], mcp: ['entente', 'mcp'], isLocal: false };
  }
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const hook = path.resolve(path.dirname(main), '../../bin/entente-hook');
  return { hook: shellWord(hook), hookWords: [hook], mcp: [process.execPath, main, 'mcp'], isLocal: true };
}

function setupsOf(context: Context, root: string): readonly HostSetup[] {
  const named = context.list('host');
  const odd = named.find((name) => !HOST_NAMES.some((known) => known === name));
  if (odd !== undefined) {
    throw new EntenteError('misuse', `There is no host ${JSON.stringify(odd)}.`, {
      next: `entente init ${HOST_NAMES.map((name) => `--host ${name}`).join('   or   entente init ')}`,
    });
  }
  return HOST_SETUPS.filter(({ host, isHere }) => (named.length === 0 ? isHere(root) : named.includes(host)));
}

const NOTHING = new Uint8Array();

function diffOf({ file, before, after }: FileChange, context: Context): readonly string[] {
  return unifiedDiff(
    { label: before === null ? '/dev/null' : file, content: before ?? NOTHING },
    { label: after === null ? '/dev/null' : file, content: after ?? NOTHING },
    context.console.out,
    true,
  );
}

export interface HostsResult {
  readonly status: 'none' | 'exists' | 'planned' | 'written' | 'removed' | 'aborted';
  readonly hosts: readonly string[];
  readonly files: readonly { readonly file: string; readonly action: string; readonly diff: readonly string[] }[];
}

function resultOf(
  status: HostsResult['status'],
  hosts: readonly string[],
  changes: readonly FileChange[],
  context: Context,
): HostsResult {
  const files = changes.map((change) => ({
    file: change.file,
    action: change.before === null ? 'create' : change.after === null ? 'remove' : 'change',
    diff: diffOf(change, context),
  }));
  return { status, hosts, files };
}

async function settle(
  context: Context,
  changes: readonly FileChange[],
  hosts: readonly string[],
  {
    question,
    done,
    carryOut,
  }: { readonly question: string; readonly done: 'written' | 'removed'; readonly carryOut: () => Promise<void> },
): Promise<HostsResult> {
  const { console, flag } = context;
  const isDry = flag('dryRun');
  const asks = !isDry && mayAsk(context) && !flag('yes');
  const say = asks || isDry ? console.alert : console.talk;
  if (!console.json) for (const change of changes) say(diffOf(change, context).join('\n'));
  if (isDry) return resultOf('planned', hosts, changes, context);
  if (asks && !(await askYes(context, question))) return resultOf('aborted', hosts, changes, context);
  await carryOut();
  return resultOf(done, hosts, changes, context);
}

/** Sets up the hosts that are in the project, or those of `--host`. */
export async function initHosts(context: Context, home: string, root: string): Promise<HostsResult> {
  const setups = setupsOf(context, root);
  const commands = await commandsOf(context);
  const agreement: HostFile = { kind: 'block', file: 'AGENTS.md', lines: AGREEMENT, style: HTML_COMMENT };
  const files = [
    ...setups.flatMap((setup) => setup.files(root, commands)),
    ...(context.flag('agentsMd') ? [agreement] : []),
  ];
  const hosts = setups.map(({ host }) => host);
  if (files.length === 0) return { status: 'none', hosts, files: [] };
  const changes = await planAdding(root, files);
  if (changes.length === 0) return { status: 'exists', hosts, files: [] };
  if (commands.isLocal && setups.length > 0) {
    context.console.talk(
      'These files name places of this machine, because entente is not on the PATH: npm install -g entente',
    );
  }
  const labels = setups.map(({ label }) => label).join(', ');
  return settle(context, changes, hosts, {
    question: `Write this${labels === '' ? '' : ` for ${labels}`}?`,
    done: 'written',
    carryOut: () => carryOutAdding(home, root, changes),
  });
}

/** Takes away what `initHosts` wrote below this root. */
export async function removeHosts(context: Context, home: string, root: string): Promise<HostsResult> {
  const changes = await planRemoving(home, root);
  if (changes.length === 0) return { status: 'none', hosts: [], files: [] };
  return settle(context, changes, [], {
    question: 'Take this away?',
    done: 'removed',
    carryOut: () => carryOutRemoving(home, root, changes),
  });
}

/** What was done, in one line for people; undefined where there is nothing to say. */
export function hostsLine({ status, hosts, files }: HostsResult): string | undefined {
  const names = cleanName(hosts.join(', '));
  const places = cleanName(files.map(({ file }) => file).join(', '));
  switch (status) {
    case 'none':
      return undefined;
    case 'exists':
      return names === '' ? 'AGENTS.md has its block already.' : `Already set up: ${names}`;
    case 'planned':
      return `Would be written: ${places}`;
    case 'written':
      return `Set up${names === '' ? '' : ` ${names}`}: ${places}`;
    case 'removed':
      return `Taken away: ${places}`;
    case 'aborted':
      return 'Nothing was written.';
  }
}
