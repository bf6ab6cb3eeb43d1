// How an agent is connected, ready to be pasted: with the address of this server and a key filled in.

export interface Place {
  /** The address of the server. */
  readonly url: string;
  readonly space: string;
  readonly agent: string;
  readonly key: string;
}

export interface Block {
  readonly title: string;
  readonly where: string;
  readonly text: string;
  /** What has to be known before it is pasted. */
  readonly about?: readonly string[];
}

const mcp = ({ url, space, key }: Place): string =>
  JSON.stringify(
    {
      mcpServers: {
        entente: {
          type: 'http',
          url: `${url}/mcp${space === 'default' ? '' : `/${encodeURIComponent(space)}`}`,
          headers: { Authorization: `Bearer ${key}` },
        },
      },
    },
    null,
    2,
  );

/** A word for a shell: as it is where it is harmless, else quoted. */
const word = (text: string): string => (/^[\w.@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** A name that may stand in the middle of a line of shell. */
const harmless = (text: string): string => (/^[\w.@:-]+$/.test(text) ? text : 'my agent');

const hook = ({ agent }: Place): string => `cd your/project
entente init                     # sets up the hosts that it finds, shows each change first
entente mcp --agent ${word(agent)}     # what a host starts beside its own tools`;

/** Who pastes the lines of the hook and then waits for the light would wait for ever. */
const HOOK: readonly string[] = [
  'Hooks keep a folder on the machine where the agent works, with a store of its own in that folder. They need no key, and what they keep is not in this server: the light of this page does not show it.',
  'For one history of both, start this server on that machine with entente serve --guard DIR: it keeps the folder DIR itself, as long as the home of that folder names the store of this server.',
];

const curl = ({ url, space, key, agent }: Place): string => `url=${url}/v1/spaces/${encodeURIComponent(space)}
auth='Authorization: Bearer ${key}'

token=$(curl -s -H "$auth" -H 'Content-Type: application/json' \\
  -d '{"id":"notes/hello.md","note":"first call of ${harmless(agent)}"}' $url/drafts | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
curl -H "$auth" -H 'Content-Type: application/json' \\
  -d "{\\"token\\":\\"$token\\",\\"append\\":\\"Hello from ${harmless(agent)}.\\\\n\\"}" $url/commits`;

const typescript = ({ url, space, key, agent }: Place): string => `import { createClient } from 'entente/client';

const entente = createClient({
  url: ${JSON.stringify(url)},
  key: ${JSON.stringify(key)},${space === 'default' ? '' : `\n  space: ${JSON.stringify(space)},`}
});
const { token } = await entente.begin('notes/hello.md', { agent: ${JSON.stringify(agent)} });
const outcome = await entente.commitOrResolve(token, { append: ${JSON.stringify(`Hello from ${agent}.\n`)} });
console.log(outcome.status);`;

export function blocksFor(place: Place): readonly Block[] {
  return [
    { title: 'MCP', where: '.mcp.json of the project, or the settings of your host', text: mcp(place) },
    { title: 'curl', where: 'any shell', text: curl(place) },
    { title: 'TypeScript', where: 'Node or a browser', text: typescript(place) },
    { title: 'Hook', where: 'a folder that agents edit with their own tools', text: hook(place), about: HOOK },
  ];
}

/** The same text with the secret of the key covered, for showing while somebody looks over the shoulder. */
export function covered(text: string, key: string): string {
  if (key === '') return text;
  // The secret may have underscores of its own: what stands before it ends with the second one of all.
  const start = key.indexOf('_', key.indexOf('_') + 1) + 1;
  return text.replaceAll(key, () => `${key.slice(0, start)}…`);
}
