// What entente knows of a file on disk: which bytes it accounts for, and on which version they stand. Written in a turn, so
// that nobody else writes it meanwhile; a damaged one is as good as none, and then what lies there is asked about anew.
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { FileBase } from './types.ts';

export interface Account {
  /** The hash of what lies on disk by entente's own doing; empty: nothing. */
  readonly disk: string;
  readonly base: FileBase | undefined;
  /** Bytes that somebody else put there and that could not be taken in; with the conflict that they wait in. */
  readonly held?: { readonly mark: string; readonly conflict?: string };
}

export async function readAccount(file: string): Promise<Account | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Account;
    return typeof value?.disk === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeAccount(file: string, account: Account): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(account), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
