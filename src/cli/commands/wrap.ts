// `wrap -- COMMAND`: in front of a server of the Model Context Protocol that keeps its state in files. Nothing but the
// protocol goes to stdout.
import { realpath } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntenteError } from '../../core/errors.ts';
import { parseResourceId } from '../../core/resource.ts';
import { realTimers } from '../../service/timers.ts';
import { merge } from '../../strategies/merge.ts';
import { saveDraft } from '../place/drafts.ts';
import type { Location } from '../place/location.ts';
import type { Context } from '../shell/context.ts';
import type { ExitCode } from '../shell/exit.ts';
import { parseDuration } from '../shell/wait.ts';
import { collect, type Register } from './register.ts';

const USAGE = 'entente wrap --env MEMORY_FILE_PATH=memory.jsonl -- npx -y @modelcontextprotocol/server-memory';

interface Named {
  readonly file: string;
  readonly variable?: string;
}

function filesOf(context: Context): readonly Named[] {
  const inPlace = context.list('file').map((file) => ({ file: context.path(file) }));
  const copied = context.list('env').map((given) => {
    const [, variable, file] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(given) ?? [];
    if (variable === undefined || file === undefined)
      throw new EntenteError('misuse', `--env takes NAME=PATH, not ${JSON.stringify(given.slice(0, 120))}.`, {
        next: USAGE,
      });
    return { file: context.path(file), variable };
  });
  const files = [...copied, ...inPlace];
  if (files.length > 0) return files;
  throw new EntenteError('misuse', 'Which files the server keeps its state in is not said.', { next: USAGE });
}

/** Relative to the project; a file elsewhere goes by its name. */
function resourceOf(location: Location, folder: string, name: string): string {
  const root = location.home === undefined ? undefined : path.dirname(location.home);
  const inside = root === undefined ? undefined : path.relative(root, path.join(folder, name));
  const isInside = inside !== undefined && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
  return isInside ? inside.split(path.sep).join('/') : name;
}

async function wrapServer(context: Context): Promise<ExitCode> {
  const [command, ...args] = context.args;
  if (command === undefined) throw new EntenteError('misuse', 'There is no server to start.', { next: USAGE });
  const named = filesOf(context);
  const { controller, insight, location } = await context.open();
  const { state } = location;
  if (state === undefined)
    throw new EntenteError('misuse', 'A store in memory ends with its process: no two servers share it.', {
      next: 'entente init',
    });
  // Of a store of our own the rule is ours: what can be merged is. A server has its policy.
  if (location.store.kind !== 'server' && context.text('strategy') === undefined)
    controller.registerStrategy('**', merge('auto'));
  const files = await Promise.all(
    named.map(async ({ file, variable }) => {
      const folder = await realpath(path.dirname(file));
      const name = path.basename(file);
      const resource = parseResourceId(resourceOf(location, folder, name));
      return { resource, folder, name, ...(variable === undefined ? {} : { variable }) };
    }),
  );
  const { wrap } = await import('../../guard/wrap/wrap.ts');
  const { io, signal } = context;
  const exit = await wrap({
    ...{ controller, files, state, command, args, signal },
    rebase: (draft, base) => insight.rebase(draft, base),
    agent: context.text('agent') ?? (io.env['ENTENTE_AGENT'] || undefined),
    ...{ env: io.env, cwd: io.cwd, input: io.stdin, output: io.stdout, errors: io.stderr },
    ...{ reads: context.list('reads'), inMemory: context.flag('inMemory') },
    callMs: parseDuration(context.text('callTimeout') ?? '5m'),
    keep: (resource, bytes) => saveDraft(state, resource, 'unsaved', bytes),
    sleep: (ms) => sleep(ms),
    timers: realTimers,
  });
  return exit as ExitCode;
}

export const registerWrap: Register = (program, run) => {
  program
    .command('wrap')
    .description(
      'stand in front of an MCP server that keeps its state in files: its calls take turns, its files are versions',
    )
    .argument('<command...>', 'after --: the server and its arguments')
    .option(
      '--env <name=path>',
      'the server takes the path of this file from NAME, and works on a copy of its own',
      collect,
    )
    .option('--file <path>', 'the server works on this file itself', collect)
    .option('--reads <tool>', 'a tool that only reads: it waits for nobody', collect)
    .option('--in-memory', 'the server reads its file once and writes from memory')
    .option('--call-timeout <duration>', 'how long a call may take', '5m')
    .action(run(wrapServer));
};
