// A one-time code becomes a session.
import * as z from 'zod';
import type { OpenCall, Operation } from '../operation.ts';
import { sessionResult } from '../schemas/account.ts';
import { spacesOf } from './whoami.ts';

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
