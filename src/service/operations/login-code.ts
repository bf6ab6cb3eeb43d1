// A code that begins a session in a browser.
import * as z from 'zod';
import type { LoginCode } from '../logins.ts';
import type { Operation, OwnCall } from '../operation.ts';
import { loginCodeResult } from '../schemas/account.ts';

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
