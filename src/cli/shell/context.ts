// What a command gets: its arguments, typed access to its options, and the store and controller, opened when first asked
// for and closed when the command is done.
import * as os from 'node:os';
import * as path from 'node:path';
import type { Client } from '../../client/client.ts';
import type { Controller } from '../../controller/types.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import {
  type AgentId,
  parseAgentId,
  parseResourceId,
  parseSpace,
  type ResourceId,
  type Space,
} from '../../core/resource.ts';
import type { Store } from '../../stores/store.ts';
import { parseStrategy } from '../../strategies/policy-file.ts';
import type { Insight } from '../place/insight.ts';
import { findLocation, type Location } from '../place/location.ts';
import { reach } from '../place/reach.ts';
import { currentSession } from '../place/session.ts';
import { drainSpool } from '../place/spool.ts';
import type { Console } from './console.ts';
import { Refused } from './fields.ts';
import type { Io } from './io.ts';

export interface Opened {
  readonly controller: Controller;
  readonly insight: Insight;
  /** The client of the server that the store is behind; undefined where the store itself is at hand. */
  readonly server: Client | undefined;
  /** The store itself; `misuse` with what to do instead where it is behind a server. */
  store(): Store;
  readonly location: Location;
  readonly space: Space;
  readonly agent: AgentId;
}

export interface Context {
  readonly io: Io;
  readonly console: Console;
  readonly signal: AbortSignal;
  readonly args: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** `--no-NAME` was given. */
  without(name: string): boolean;
  /** An option that may be given more than once. */
  list(name: string): readonly string[];
  /** A whole number; `misuse` outside `[min, max]`. */
  count(name: string, fallback: number, min?: number, max?: number): number;
  /** The n-th argument as a resource id. */
  id(index?: number): ResourceId;
  /** A path as the caller means it. */
  path(file: string): string;
  location(): Promise<Location>;
  /** `asks`: whose key it is is looked up where nobody is named. @default true */
  open(options?: { readonly asks?: boolean }): Promise<Opened>;
  session(): Promise<string>;
  close(): Promise<void>;
}

export interface ContextInput {
  readonly io: Io;
  readonly console: Console;
  readonly signal: AbortSignal;
  readonly args: readonly string[];
  readonly options: { readonly [name: string]: unknown };
}

function userName(): string {
  try {
    return os.userInfo().username || 'someone';
  } catch {
    return 'someone';
  }
}

function readText(options: ContextInput['options'], name: string): string | undefined {
  const value = options[name];
  if (value instanceof Refused) throw value.fault;
  return typeof value === 'string' ? value : undefined;
}

function readList(options: ContextInput['options'], name: string): readonly string[] {
  const value = options[name];
  if (value instanceof Refused) throw value.fault;
  return Array.isArray(value) ? value.map(String) : [];
}

function readCount(value: string | undefined, name: string, fallback: number, min: number, max: number): number {
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new EntenteError(
    'misuse',
    `--${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(value)}.`,
  );
}

/** Who writes where nobody is named: on a server whose key it is, else the user of this machine. */
async function nameAt(server: Opened['server']): Promise<string> {
  if (server === undefined) return userName();
  // A key that is not good is said by what the command asks for.
  return server.whoami().then(
    ({ name }) => name,
    (error: unknown) => {
      if (isEntenteError(error) && error.code === 'store-unavailable') throw error;
      return userName();
    },
  );
}

function noStrategy(): EntenteError {
  return new EntenteError('misuse', 'On a server its policy decides: --strategy is for a store of your own.', {
    next: 'entente policy set FILE   (or leave --strategy out)',
  });
}

export function createContext(input: ContextInput): Context {
  const { io, args, options } = input;
  const text = (name: string): string | undefined => readText(options, name);
  const find = (): ReturnType<typeof findLocation> => findLocation(io.cwd, text('store'), io.env);
  let located: ReturnType<typeof findLocation> | undefined;
  let opened: Promise<Opened> | undefined;

  const locate = (): ReturnType<typeof findLocation> => {
    located ??= find();
    return located;
  };
  const open = async (asks: boolean): Promise<Opened> => {
    const location = await locate();
    const named = text('agent') ?? (io.env['ENTENTE_AGENT'] || undefined) ?? location.config.agent;
    const own = named === undefined ? undefined : parseAgentId(named);
    const space = parseSpace(text('space') ?? location.config.space ?? 'default');
    const strategy = text('strategy');
    const chosen =
      strategy === undefined ? undefined : parseStrategy(strategy.startsWith('{') ? parseJson(strategy) : strategy);
    if (chosen !== undefined && location.store.kind === 'server') throw noStrategy();
    const reached = await reach({ io, console: input.console, location, space });
    await drainSpool(location, space, io.cwd, reached.store);
    if (chosen !== undefined) reached.controller.registerStrategy('**', chosen);
    return {
      ...reached,
      location,
      space,
      agent: own ?? parseAgentId(asks ? await nameAt(reached.server) : userName()),
    };
  };

  return {
    ...input,
    text,
    flag: (name) => options[name] === true,
    without: (name) => options[name] === false,
    list: (name) => readList(options, name),
    count: (name, fallback, min = 1, max = Number.MAX_SAFE_INTEGER) => readCount(text(name), name, fallback, min, max),
    id: (index = 0) => parseResourceId(args[index]),
    path: (file) => path.resolve(io.cwd, file),
    location: locate,
    open: ({ asks = true } = {}) => {
      opened ??= open(asks);
      return opened;
    },
    session: () => currentSession(io.env),
    close: async () => {
      const found = await opened?.catch(() => undefined);
      await found?.controller.close();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EntenteError('misuse', `--strategy is not usable JSON: ${(error as Error).message}`, {
      next: `--strategy '{"strategy":"merge","engine":"json","otherwise":"keepBoth"}'`,
    });
  }
}
