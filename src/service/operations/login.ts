// Who one is to a server: a code becomes a session, and a key says whose it is and what it may do.
import * as z from 'zod';
import type { KeyInfo } from '../keys.ts';
import { unauthenticated } from '../keys.ts';
import type { LoginCode } from '../logins.ts';
import type { OpenCall, Operation, OwnCall } from '../operation.ts';
import { formatGrant, type Principal } from '../principal.ts';
import { loginCodeResult, sessionResult, whoResult } from '../schemas/account.ts';

/** The spaces that hold anything, and the default one, as far as a grant is for them. */
async function spacesOf({ service }: OpenCall, { grants }: Pick<Principal, 'grants'>): Promise<readonly string[]> {
  // Entente's own have names that nobody can say.
  const there = (await service.store.spaces()).filter((name) => !name.startsWith('~'));
  const names = [...new Set(['default', ...there])].sort();
  return names.filter((name) => grants.some(({ space }) => space === '*' || space === name));
}

export interface Session {
  /** Shown this once. */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly expiresAt?: number;
  readonly spaces: readonly string[];
}

const codeField = z.string().min(1).max(100);

export const login: Operation<{ readonly code: string }, Session, OpenCall> = {
  name: 'login',
  summary: 'Begin a session with a one-time code: a key with an end, for a browser.',
  input: z.strictObject({ code: codeField }).meta({ id: 'LoginInput' }),
  output: sessionResult,
  async run(call, { code }) {
    const { keys, logins } = call.service;
    const { info, text } = await keys.openSession(logins.take(code));
    const { id, name, expires } = info;
    const spaces = await spacesOf(call, info);
    return { key: text, id, name, ...(expires === undefined ? {} : { expiresAt: expires }), spaces };
  },
};

export interface WireLoginCode extends LoginCode {
  /** To be put behind the address of the server. */
  readonly path: string;
}

/** The place of the page that takes a code: behind `#`, so that it is in no log of any server. */
export function loginPath(code: string): string {
  return `/#login=${code}`;
}

export const makeLoginCode: Operation<object, WireLoginCode, OwnCall> = {
  name: 'make-login-code',
  summary: 'A code that begins a session of your key: good once, for 5 minutes.',
  input: z.strictObject({}).meta({ id: 'LoginCodeInput' }),
  output: loginCodeResult,
  async run({ service, principal }) {
    const made = service.logins.create(principal.id);
    return { ...made, path: loginPath(made.code) };
  },
};

export interface Who extends Pick<KeyInfo, 'id' | 'name' | 'label'> {
  /** The key is a session. */
  readonly session: boolean;
  readonly expiresAt?: number;
  readonly grants: readonly string[];
  readonly spaces: readonly string[];
}

export const whoami: Operation<object, Who, OwnCall> = {
  name: 'whoami',
  summary: 'Whose key this is, what it may do, and in which spaces.',
  input: z.strictObject({}).meta({ id: 'WhoamiInput' }),
  output: whoResult,
  async run(call) {
    const { principal, service } = call;
    const info = await service.keys.find(principal.id);
    if (info === undefined) throw unauthenticated();
    const { id, name, label, of, expires } = info;
    return {
      ...{ id, name, label, session: of !== undefined },
      ...(expires === undefined ? {} : { expiresAt: expires }),
      ...{ grants: principal.grants.map(formatGrant), spaces: await spacesOf(call, principal) },
    };
  },
};
