// `serve`: the HTTP server over the store, on this machine alone unless said otherwise. It refuses to start on anything
// that it does not understand.
import * as path from 'node:path';
import type { Logger } from 'pino';
import { EntenteError } from '../../core/errors.ts';
import { parseServiceLimits } from '../../service/limits.ts';
import type { Store } from '../../stores/store.ts';
import { type GuardPlace, guardsOver } from '../place/guard.ts';
import { clashOf, keepFolder, placeOrFault } from '../place/keep.ts';
import { ensureKeyFile, KEY_FILE } from '../place/key-file.ts';
import { findLocation, type Location } from '../place/location.ts';
import { isThere, openStore } from '../place/open.ts';
import { checkSocketPath, clearSocket, ownersOnly, socketUrl } from '../place/socket.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { untilAborted } from '../shell/io.ts';
import { ownCommand } from '../shell/own-command.ts';
import { PORT, portOf } from '../shell/server-address.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { packageVersion } from '../shell/version.ts';
import { linkLines, waysToConnect } from '../show/connect.ts';
import { createServerLog } from '../show/log-line.ts';
import { collect, type Register } from './register.ts';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

function levelOf(context: Context): string {
  // Who sits at a terminal is told what needs looking at; a log that is kept has more.
  const level = context.text('logLevel') ?? (context.io.stderr.isTTY === true ? 'warn' : 'info');
  if (LEVELS.includes(level)) return level;
  throw new EntenteError('misuse', `There is no log level ${JSON.stringify(level)}; there are ${LEVELS.join(', ')}.`);
}

/** Where the owner's key lies: beside the store, unless a file is named. */
async function keyFileOf(context: Context): Promise<string> {
  const given = context.text('keyFile');
  if (given !== undefined) return context.path(given);
  const { state } = await context.location();
  if (state !== undefined) return path.join(state, KEY_FILE);
  throw new EntenteError('misuse', 'A store in memory has no folder for the key.', {
    next: 'entente serve --store memory: --key-file PATH',
  });
}

/** The file is this server's own: beside its store, or of a store that ends with it, as its keys do. */
function isOwnKey(context: Context, { store }: Location): boolean {
  return context.text('keyFile') === undefined || store.kind === 'memory';
}

/** Where it listens instead of on a port; refused where the system would not take the path. */
function socketFile(context: Context): string | undefined {
  const given = context.text('socket');
  if (given === undefined) return undefined;
  const file = context.path(given);
  checkSocketPath(file);
  return file;
}

async function listenOn(app: { listen(at: { path: string }): Promise<string> }, file: string): Promise<string> {
  await clearSocket(file);
  await ownersOnly(() => app.listen({ path: file }));
  return socketUrl(file);
}

/** Limits as they are given: NAME=NUMBER each. What is no number would mean no limit, and is refused. */
function limitsOf(context: Context): { readonly [name: string]: number } {
  const pairs = context.list('limit').map((text) => {
    const [, name = '', digits = ''] = /^([A-Za-z]+)=(\d{1,15})$/.exec(text) ?? [];
    if (name !== '') return [name, Number(digits)] as const;
    throw new EntenteError('misuse', `--limit takes NAME=NUMBER, not ${JSON.stringify(text.slice(0, 80))}.`, {
      next: 'entente serve --limit requestsPerMinute=6000',
    });
  });
  return Object.fromEntries(pairs);
}

/** The folder of `--guard`: its home has to name the store that is served, which hooks use where no process answers. */
async function guardedPlace(context: Context, { url }: Location): Promise<GuardPlace | undefined> {
  const given = context.text('guard');
  if (given === undefined) return undefined;
  const place = placeOrFault(context.path(given));
  const own = await findLocation(path.dirname(place.home), undefined, {});
  if (own.url === url) return place;
  throw new EntenteError(
    'misuse',
    `The store of ${cleanName(place.home)} is ${own.url}, and what is served is ${url}.`,
    {
      next: `entente serve --store ${shellWord(own.url)} --guard ${shellWord(given)}`,
    },
  );
}

interface Guarded {
  readonly root: string;
  readonly socket: string;
  close(): Promise<void>;
}

async function keepBeside(place: GuardPlace, store: Store, logger: Logger): Promise<Guarded> {
  const guards = guardsOver(store, place.home, (message) => logger.warn(message));
  const kept = await keepFolder({
    ...{ place, guards, watch: true },
    onCaptured: (captured) => {
      for (const one of captured) {
        const { path: file, agent, version, conflictId } = one;
        const clash = clashOf(one);
        if (clash === undefined) logger.info({ file, agent, version }, 'captured');
        else logger.warn({ file, agent, version, conflictId }, clash);
      }
    },
    onArrived: ({ path: file, agent, version, deleted }) =>
      logger.info({ file, agent, version }, deleted ? 'deleted on disk' : 'put on disk'),
    onWarning: (message) => logger.warn(message),
    onFault: (err) => logger.warn({ err }, 'the guard could not look at the folder'),
  });
  for (const name of kept.names) logger.warn(name);
  return {
    ...{ root: place.root, socket: kept.socket },
    close: async () => {
      await kept.close();
      await guards.close();
    },
  };
}

/** Which dashboard is served: none where none is wanted, and none on a socket, where no browser gets to. */
function pageOf(context: Context, socket: string | undefined): { readonly dashboard?: string | false } {
  if (context.without('dashboard') || socket !== undefined) return { dashboard: false };
  const folder = context.text('dashboard');
  return folder === undefined ? {} : { dashboard: context.path(folder) };
}

/** A port that is taken and an address that is not ours are the caller's to mend. */
async function listening(listen: () => Promise<string>): Promise<string> {
  try {
    return await listen();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND'].includes(code)) throw error;
    throw new EntenteError('misuse', `The server cannot listen there: ${(error as Error).message}.`, {
      next: 'entente serve --port 0   (any free port)',
    });
  }
}

interface Listening {
  readonly url: string;
  readonly store: string;
  readonly keyFile: string;
  /** The key was made now. */
  readonly made: boolean;
  readonly guard: Guarded | undefined;
  readonly link: string | undefined;
}

async function tell({ console, io }: Context, { url, store, keyFile, made, guard, link }: Listening): Promise<void> {
  if (console.json) {
    const shown = guard === undefined ? {} : { guard: { root: guard.root, socket: guard.socket } };
    const login = link === undefined ? {} : { dashboard: link };
    await console.object({ status: 'listening', url, store, keyFile, ...shown, ...login });
    return;
  }
  await console.line(`entente listens on ${url}`);
  await console.line(`data: ${store}`);
  await console.line(`key:  ${keyFile}${made ? ' (made now)' : ''}`);
  if (guard !== undefined) await console.line(`guard: ${cleanName(guard.root)} is kept, and watched`);
  const program = await ownCommand(io.env);
  if (link !== undefined) for (const line of linkLines(link, program)) await console.line(line);
  for (const line of waysToConnect(url, keyFile, program)) await console.line(line);
}

/** The server and what it stands on is loaded when it is asked for: no other command waits for it. */
async function serve(context: Context): Promise<ExitCode> {
  const { io, signal } = context;
  const port = portOf(context, 0);
  const host = context.text('host') ?? '127.0.0.1';
  const socket = socketFile(context);
  const page = pageOf(context, socket);
  const publicUrl = context.text('publicUrl');
  const limits = limitsOf(context);
  parseServiceLimits(limits);
  const [{ pino }, { createHttpApp }, { createMetrics }, { createService }, { createMcpMount }, { dashboardLink }] =
    await Promise.all([
      import('pino'),
      import('../../http/app.ts'),
      import('../../http/metrics.ts'),
      import('../../service/service.ts'),
      import('../../mcp/http.ts'),
      import('../place/dashboard-link.ts'),
    ]);
  const log = createServerLog(io);
  const logger = pino({ level: levelOf(context), base: null }, log);
  const location = await context.location();
  const create = location.store.kind === 'sqlite' && !(await isThere(location.store.path));
  const keyFile = await keyFileOf(context);
  const warn = (message: string): void => logger.warn(message);
  const place = await guardedPlace(context, location);
  const store = await openStore(location.store, warn, create).catch((error: unknown) => {
    log.release();
    throw error;
  });
  let guard: Guarded | undefined;
  try {
    if (place !== undefined) guard = await keepBeside(place, store, logger);
    const metrics = createMetrics();
    let pages: string | undefined;
    const service = createService({ store, limits, meter: metrics.meter });
    const app = createHttpApp({
      service,
      logger,
      metrics,
      mounts: [
        createMcpMount({
          ...{ service, version: packageVersion(), dashboard: () => pages },
          onFault: (err) => logger.error({ err }, 'mcp failed'),
        }),
      ],
      allowHosts: context.list('allowHost'),
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...page,
    });
    const { made, id } = await ensureKeyFile(service.keys, keyFile, isOwnKey(context, location));
    const url = await listening(() => (socket === undefined ? app.listen({ port, host }) : listenOn(app, socket)));
    const link = await dashboardLink({ service, id, url: publicUrl ?? url, ...page });
    if (link !== undefined) pages = publicUrl ?? url;
    await tell(context, { url, link, keyFile, made, guard, store: location.url });
    log.release();
    await untilAborted(signal);
    await app.close();
  } finally {
    log.release();
    await guard?.close();
    await store.close();
  }
  return exitCodes.ok;
}

export const registerServe: Register = (program, run) => {
  program
    .command('serve')
    .description('the HTTP server: on this machine alone, unless --host says otherwise')
    .option('--port <n>', `where it listens (default: ${PORT}; 0: any free one)`)
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--socket <path>', 'listen on a Unix socket of mode 0600 instead')
    .option('--public-url <url>', 'how it is reached from outside, behind a proxy')
    .option('--allow-host <name>', 'a further name that it is reached by (repeatable)', collect)
    .option('--key-file <path>', `the owner's key (default: ${KEY_FILE} beside the store; made where there is none)`)
    .option('--dashboard <dir>', 'the files of another dashboard than the one that was built')
    .option('--no-dashboard', 'serve the API alone')
    .option('--limit <name=number>', 'a limit of the service, e.g. requestsPerMinute=6000 (repeatable)', collect)
    .option('--guard <dir>', 'keep a guarded folder too: its hooks and what nobody announces')
    .option('--log-level <level>', `one of ${LEVELS.join(', ')} (default: info)`)
    .action(run(serve));
};
