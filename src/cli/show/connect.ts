// How to reach a server that has just started: ways to be copied as they stand.
import { socketOf } from '../place/socket.ts';
import { shellWord } from '../shell/text.ts';

const LIST = '/v1/spaces/default/resources';

/** The link of a browser; `program`: how entente is called here, as words for a shell. */
export function linkLines(link: string, program: string): readonly string[] {
  return [`dashboard: ${link}`, `  (logs in once, within 5 minutes; another link: ${program} dashboard)`];
}

/** Lines for curl, TypeScript, MCP and the command line. None of them holds the key, only where it lies. */
export function waysToConnect(url: string, keyFile: string, program: string): readonly string[] {
  const key = shellWord(keyFile);
  const socket = socketOf(url);
  const shell = [
    'command line:',
    `  export ENTENTE_STORE=${shellWord(url)} ENTENTE_KEY_FILE=${key}`,
    `  ${program} status`,
  ];
  const auth = `-H "Authorization: Bearer $(cat ${key})"`;
  if (socket !== undefined)
    return ['curl:', `  curl --unix-socket ${shellWord(socket)} ${auth} 'http://localhost${LIST}'`, ...shell];
  return [
    'curl:',
    `  curl ${auth} '${url}${LIST}'`,
    'TypeScript:',
    `  import { readFileSync } from 'node:fs';`,
    `  import { createClient } from 'entente/client';`,
    `  const key = readFileSync(${JSON.stringify(keyFile)}, 'utf8').trim();`,
    `  const entente = createClient({ url: ${JSON.stringify(url)}, key });`,
    'MCP (for Claude Code; docs/mcp.md has other hosts):',
    `  claude mcp add --transport http entente '${url}/mcp' --header "Authorization: Bearer $(cat ${key})"`,
    ...shell,
  ];
}
