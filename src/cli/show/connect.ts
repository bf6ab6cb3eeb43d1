// How to reach a server that has just started: three ways, each to be copied as it stands.
import { shellWord } from '../shell/text.ts';

/** Lines for curl, TypeScript and the command line. None of them holds the key, only where it lies. */
export function waysToConnect(url: string, keyFile: string): readonly string[] {
  return [
    'curl:',
    `  curl -H "Authorization: Bearer $(cat ${shellWord(keyFile)})" '${url}/v1/spaces/default/resources'`,
    'TypeScript:',
    `  import { readFileSync } from 'node:fs';`,
    `  import { createClient } from 'entente/client';`,
    `  const key = readFileSync(${JSON.stringify(keyFile)}, 'utf8').trim();`,
    `  const entente = createClient({ url: ${JSON.stringify(url)}, key });`,
    'command line:',
    `  export ENTENTE_STORE=${shellWord(url)} ENTENTE_KEY_FILE=${shellWord(keyFile)}`,
    '  npx entente status',
  ];
}
