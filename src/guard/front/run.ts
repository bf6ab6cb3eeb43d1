// One call of a hook without a guard process: the host's JSON in, what is printed out. It takes the short way where that
// is the whole story, asks a guard that listens, and opens one of its own for everything else. A fault of entente is told
// as the user wants it, and never as an exit code that a host would take for a decision.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Fields, failure, type Host, type HostEvent, type Look, type Tools, textOf } from '../hosts/event.ts';
import { readTools } from '../hosts/tools.ts';
import type { Guard } from '../types.ts';
import { createFast } from './fast.ts';
import { findPlace, type HookConfig, type Place, readHookConfig, SOCKET } from './place.ts';

export interface HookRun {
  readonly host: string;
  /** What the host sent. */
  readonly text: string;
  readonly cwd: string;
  readonly clock: () => number;
  /** Opens the guard of a place, where no process has it. */
  readonly open: (place: Place) => Promise<Guard>;
  /** The guard that listens was asked already, in vain. */
  readonly alone?: boolean;
}

export interface HookAnswer {
  /** Exactly what the hook prints. */
  readonly out: string;
  /** What went wrong, for the user's eyes. */
  readonly fault?: string;
}

async function loadHost(name: string): Promise<Host | undefined> {
  switch (name) {
    case 'claude-code':
      return (await import('../hosts/claude-code.ts')).claudeCode;
    case 'codex':
      return (await import('../hosts/codex.ts')).codex;
    case 'cursor':
      return (await import('../hosts/cursor.ts')).cursor;
    case 'opencode':
      return (await import('../hosts/opencode.ts')).opencode;
    default:
      return undefined;
  }
}

/** The text of a file; undefined where there is none, or none that is text. */
export const lookAt: Look = (file) => {
  try {
    const bytes = fs.readFileSync(file);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

function cwdOf(body: Fields, fallback: string): string {
  const roots = body['workspace_roots'];
  const first: unknown = Array.isArray(roots) ? roots[0] : undefined;
  return textOf(body, 'cwd', 'directory') || (typeof first === 'string' ? first : fallback);
}

/** The nearest folder of a path that is there. */
function folderOf(file: string): string {
  let folder = path.dirname(file);
  while (!fs.existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return folder;
}

/** The place of the file that an event is about: an agent may work in another worktree than the one it was started in. */
function placeOf(event: HostEvent, cwd: string): Place | undefined {
  const file = event.kind === 'read' ? event.path : 'writes' in event ? event.writes[0]?.path : undefined;
  return findPlace(file === undefined ? cwd : folderOf(path.resolve(cwd, file)));
}

/** A body that is no JSON object has nothing to say which host would know. */
function parse(text: string): Fields {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('A hook gets a JSON object.');
  return value as Fields;
}

/** A call as it was understood. */
interface HookCall {
  readonly host: Host;
  readonly body: Fields;
  readonly event: HostEvent;
  /** Undefined where nothing is to be guarded. */
  readonly place: Place | undefined;
}

function understand(host: Host, body: Fields, fallback: string, tools: Tools): HookCall {
  const cwd = cwdOf(body, fallback);
  const event = host.parse(body, lookAt, tools);
  return { host, body, event, place: event.kind === 'other' ? undefined : placeOf(event, cwd) };
}

/** Never throws. */
export async function runHook(run: HookRun): Promise<HookAnswer> {
  const host = await loadHost(run.host);
  if (host === undefined) return { out: '', fault: `entente knows no host ${JSON.stringify(run.host)}.` };
  let body: Fields = {};
  let config: HookConfig = { onFailure: 'open', tools: undefined, announce: false };
  try {
    const home = findPlace(run.cwd)?.home;
    if (home !== undefined) config = readHookConfig(home);
    body = parse(run.text);
    return { out: await answer(run, understand(host, body, run.cwd, readTools(config.tools)), config) };
  } catch (error) {
    const fault = failure(error);
    return { out: host.fail(body, fault, config.onFailure), fault };
  }
}

async function answer(run: HookRun, call: HookCall, config: HookConfig): Promise<string> {
  const { host, body, event, place } = call;
  const silence = (): string => host.print(body, event, { do: 'nothing' });
  if (place === undefined) return silence();
  if (run.alone !== true && fs.existsSync(path.join(place.home, SOCKET))) {
    const { askGuard } = await import('./ask.ts');
    const told = await askGuard(place, run.host, run.text);
    if (told !== undefined) return told;
  }
  if (createFast(place, { clock: run.clock, announces: config.announce }).answer(event) === 'silent') return silence();
  const guard = await run.open(place);
  try {
    return await tell(guard, call, config);
  } finally {
    await guard.close();
  }
}

async function tell(guard: Guard, { host, body, event }: HookCall, { onFailure }: HookConfig): Promise<string> {
  const { answerEvent } = await import('../hosts/answer.ts');
  return answerEvent(host, body, event, guard, onFailure);
}

export interface ServedHook {
  readonly host: string;
  readonly text: string;
  /** The guarded folder of the process. */
  readonly cwd: string;
  /** The home that it stands for: calls about files of another one are answered by silence. */
  readonly home: string;
  readonly clock: () => number;
  /** The guard of a worktree; they are kept open. */
  readonly guardOf: (place: Place) => Promise<Guard>;
  /** A write landed that was only written down: to be made a version when nobody waits for it. */
  readonly landed: (place: Place, path: string) => void;
}

/** What a guard that listens answers to `POST /hook/HOST`; undefined for a host that nobody knows. Never throws. */
export async function serveHook(served: ServedHook): Promise<string | undefined> {
  const { text, cwd, home, guardOf } = served;
  const host = await loadHost(served.host);
  if (host === undefined) return undefined;
  const config = readHookConfig(home);
  let body: Fields = {};
  try {
    body = parse(text);
    const call = understand(host, body, cwd, readTools(config.tools));
    const { place } = call;
    if (place === undefined || !isSameFile(place.home, home) || (await isShort(served, place, call.event)))
      return host.print(body, call.event, { do: 'nothing' });
    return await tell(await guardOf(place), call, config);
  } catch (error) {
    return host.fail(body, failure(error), config.onFailure);
  }
}

/** The short way is that of a hook without a process: who waits for the answer waits for no store. */
async function isShort(served: ServedHook, place: Place, event: HostEvent): Promise<boolean> {
  const { clock, cwd, landed, guardOf } = served;
  // Who else is at a file stands in the store.
  if (event.kind === 'read' && (await (await guardOf(place)).isShared(event))) return false;
  if (createFast(place, { clock, announces: false }).answer(event) !== 'silent') return false;
  if (event.kind === 'after') for (const { path: written } of event.writes) landed(place, path.resolve(cwd, written));
  return true;
}

function isSameFile(a: string, b: string): boolean {
  return fs.realpathSync.native(a) === fs.realpathSync.native(b);
}
