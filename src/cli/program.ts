// All commands, and what each of them shares: the global options and the frame that opens, runs and closes.
import { Command } from 'commander';
import { registerApply } from './commands/apply.ts';
import { registerBackup } from './commands/backup.ts';
import { registerBegin } from './commands/begin.ts';
import { registerCommit } from './commands/commit.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConflicts } from './commands/conflicts.ts';
import { registerDashboard } from './commands/dashboard.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEdit } from './commands/edit.ts';
import { registerExport } from './commands/export.ts';
import { registerGuard } from './commands/guard.ts';
import { registerHook } from './commands/hook.ts';
import { registerImport } from './commands/import.ts';
import { registerInit } from './commands/init.ts';
import { registerKeys } from './commands/keys.ts';
import { registerLog } from './commands/log.ts';
import { registerMcp } from './commands/mcp.ts';
import { registerMergeDriver } from './commands/merge-driver.ts';
import { registerMergeFile } from './commands/merge-file.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerPolicy } from './commands/policy.ts';
import { registerRecorded } from './commands/recorded.ts';
import { registerRecover } from './commands/recover.ts';
import type { Register, Run } from './commands/register.ts';
import { registerResolve } from './commands/resolve.ts';
import { registerResolveMarkers } from './commands/resolve-markers.ts';
import { registerRun } from './commands/run.ts';
import { registerServe } from './commands/serve.ts';
import { registerDiff, registerShow } from './commands/show.ts';
import { registerStatus } from './commands/status.ts';
import { registerUndo } from './commands/undo.ts';
import { registerUninstall } from './commands/uninstall.ts';
import { registerVerify } from './commands/verify.ts';
import { registerWatch } from './commands/watch.ts';
import { registerWrap } from './commands/wrap.ts';
import type { Console } from './shell/console.ts';
import { createContext } from './shell/context.ts';
import { type ExitCode, exitCodes } from './shell/exit.ts';
import { fieldOption, takeFields } from './shell/fields.ts';
import type { Io } from './shell/io.ts';
import { packageVersion } from './shell/version.ts';

const COMMANDS: readonly Register[] = [
  registerInit,
  registerImport,
  registerExport,
  registerBegin,
  registerCommit,
  registerEdit,
  registerRun,
  registerStatus,
  registerLog,
  registerShow,
  registerDiff,
  registerConflicts,
  registerResolve,
  registerRecorded,
  registerWatch,
  registerPolicy,
  registerUndo,
  registerMergeFile,
  registerMergeDriver,
  registerResolveMarkers,
  registerBackup,
  registerMigrate,
  registerVerify,
  registerDoctor,
  registerGuard,
  registerRecover,
  registerApply,
  registerServe,
  registerDashboard,
  registerMcp,
  registerHook,
  registerKeys,
  registerWrap,
  registerUninstall,
  registerDemo,
  registerCompletion,
];

export const COMMAND_NAMES: readonly string[] = [
  ...['init', 'import', 'export', 'begin', 'commit', 'edit', 'run', 'status', 'log', 'show', 'diff', 'conflicts'],
  ...[
    'resolve',
    'recorded',
    'watch',
    'policy',
    'undo',
    'merge-file',
    'merge-driver',
    'resolve-markers',
    'backup',
    'restore',
    'migrate',
    'verify',
    'doctor',
    'guard',
    'recover',
    'apply',
    'serve',
    'dashboard',
    'mcp',
    'hook',
    'uninstall',
    'keys',
    'wrap',
    'demo',
  ],
  ...['completion', 'help'],
];

const EPILOGUE = `
Exit codes: 0 committed, unchanged, merged or kept both; 1 unexpected; 2 usage; 3 not found; 4 not allowed;
5 conflict; 6 stale; 7 input refused; 8 escalated; 9 aborted; 69 store not reachable; 130 interrupted.
(merge-file and merge-driver: 0 clean, 1 conflict, 129 and above an error.)

The loop: entente begin ID > work.md; change it; entente commit ID work.md`;

export interface ProgramInput {
  readonly io: Io;
  readonly console: Console;
  readonly signal: AbortSignal;
  finish(exit: ExitCode): void;
}

/** Runs a handler in a context of its own, and closes the store whatever happens. */
function createRun({ io, console, signal, finish }: ProgramInput): Run {
  return (handler) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const context = createContext({ io, console, signal, ...(await takeFields(command)) });
      try {
        finish((await handler(context)) ?? exitCodes.ok);
      } finally {
        await context.close();
      }
    };
}

/** What commander would write itself: help to stdout, its complaints nowhere, since `runCli` says them. */
function quieten(command: Command, { io }: ProgramInput): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => {
      io.stdout.write(text);
    },
    writeErr: (text) => {
      io.stderr.write(text);
    },
    outputError: () => {},
  });
  command.showSuggestionAfterError(true);
  for (const each of command.commands) quieten(each as Command, { io } as ProgramInput);
}

export function createProgram(input: ProgramInput): Command {
  const program = new Command('entente')
    .description('Let several agents change the same files at once, without locks and without losing anyone’s work.')
    .version(packageVersion(), '-V, --version')
    .option(
      '--store <url>',
      'the store: sqlite:PATH, http://HOST:PORT (a server) or memory: (default: ENTENTE_STORE, else the nearest .entente/)',
    )
    .addOption(fieldOption('--space <name>', 'the space (default: default)', 'space'))
    .addOption(
      fieldOption(
        '--agent <name>',
        'who writes (default: ENTENTE_AGENT, else the user); one worker, one name',
        'agent',
      ),
    )
    .option('--json', 'one JSON object on stdout, errors too; NDJSON for streams')
    .option('-q, --quiet', 'say only what went wrong')
    .option('--no-input', 'never ask, never read from the terminal')
    .option('--no-color', 'no colours')
    .helpCommand('help [command]', 'how a command is used')
    .addHelpText('after', EPILOGUE);
  const run = createRun(input);
  for (const register of COMMANDS) register(program, run);
  quieten(program, input);
  return program;
}
