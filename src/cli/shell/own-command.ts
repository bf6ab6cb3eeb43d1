// How this program is called by others: by its name where that is on the path, else by where it lies on this machine.
import { access, constants } from 'node:fs/promises';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellWord } from './text.ts';

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export async function isOnPath(env: { readonly [name: string]: string | undefined }, name: string): Promise<boolean> {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    if (folder !== '' && (await isProgram(path.join(folder, name)))) return true;
  }
  return false;
}

/** As words for a shell. */
export async function ownCommand(env: { readonly [name: string]: string | undefined }): Promise<string> {
  if (await isOnPath(env, 'entente')) return 'entente';
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  return (await isProgram(main)) ? `${shellWord(process.execPath)} ${shellWord(main)}` : 'entente';
}
