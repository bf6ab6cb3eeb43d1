import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from '../../../test/support/command-line.ts';
import { pluginText } from './plugin.ts';

const desks: Desk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
});

/** A project with all hosts in it, and entente on the path. */
async function project(files: {
  readonly [name: string]: string;
}): Promise<Desk & { readonly env: { readonly PATH: string } }> {
  const desk = await openDesk({ bare: true });
  desks.push(desk);
  for (const [name, text] of Object.entries({ '.git/HEAD': 'ref: refs/heads/main\n', ...files })) {
    mkdirSync(join(desk.folder, name, '..'), { recursive: true });
    writeFileSync(join(desk.folder, name), text);
  }
  const bin = join(desk.folder, '.git/bin');
  mkdirSync(bin);
  for (const name of ['entente', 'entente-hook']) {
    writeFileSync(join(bin, name), '#!/bin/sh\n');
    chmodSync(join(bin, name), 0o755);
  }
  return { ...desk, env: { PATH: bin } };
}

const SETTINGS = `{
    // house rules
    "permissions": { "allow": ["Bash(npm test)"] },
    "hooks": {
        "PreToolUse": [
            { "matcher": "Bash", "hooks": [{ "type": "command", "command": "./check.sh" }] }, // ours
        ],
    },
}
`;
const TOML = '# mine\nmodel = "gpt-5.1-codex"  # fast\n\n[features]\nweb_search = true';
const CURSOR = '{"version":1,"hooks":{"afterFileEdit":[{"command":"./format.sh"}]}}';
const OPENCODE = '{\n\t"$schema": "https://opencode.ai/config.json",\n\t// theme\n\t"theme": "system"\n}\n';
const ALL = {
  '.claude/settings.json': SETTINGS,
  '.codex/config.toml': TOML,
  '.cursor/hooks.json': CURSOR,
  'opencode.jsonc': OPENCODE,
};

function snapshot(folder: string): { readonly [name: string]: string } {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => !join(entry.parentPath, entry.name).includes('/.entente') && !entry.parentPath.includes('/.git'),
  );
  return Object.fromEntries(
    found.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(folder.length + 1), entry.isFile() ? readFileSync(file, 'latin1') : 'folder'];
    }),
  );
}

describe('entente init for hosts', () => {
  it('[HK30] finds the hosts of a project, and with --dry-run shows exactly what it would write, and writes nothing', async () => {
    const { run, folder, env } = await project(ALL);
    const before = snapshot(folder);
    const dry = await run(['init', '--dry-run'], { env });
    expect(snapshot(folder)).toEqual(before);
    expect(existsSync(join(folder, '.entente'))).toBe(false);
    for (const file of [
      '.claude/settings.json',
      '.mcp.json',
      '.codex/hooks.json',
      '.codex/config.toml',
      '.cursor/hooks.json',
    ]) {
      expect(dry.err).toContain(`+++ ${file}`);
    }
    expect(dry.err).toContain('+            "matcher": "Edit|MultiEdit|Write|NotebookEdit|Read|Bash",'.slice(1).trim());
    const told = (await run(['init', '--dry-run', '--json'], { env })).json() as { status: string; hosts: string[] };
    expect(told).toMatchObject({ status: 'planned', hosts: ['claude-code', 'codex', 'cursor', 'opencode'] });
    const bare = await project({});
    expect((await bare.run(['init', '--json'], { env })).json()).not.toHaveProperty('hosts');
  });

  it('[HK31] adds its entries and leaves the rest as it stands: comments, layout, entries of others; repeated, it changes nothing', async () => {
    const { run, folder, read, env } = await project(ALL);
    expect((await run(['init'], { env })).code).toBe(0);
    const settings = read('.claude/settings.json');
    expect(settings.startsWith(SETTINGS.slice(0, SETTINGS.indexOf(', // ours')))).toBe(true);
    expect(settings).toContain('// ours\n');
    expect(settings).toContain('"command": "entente-hook claude-code"');
    expect(read('.codex/config.toml').startsWith(TOML)).toBe(true);
    expect(read('.codex/config.toml')).toContain('\n[mcp_servers.entente]\ncommand = "entente"\nargs = ["mcp"]\n');
    expect(JSON.parse(read('.cursor/hooks.json'))).toMatchObject({
      version: 1,
      hooks: { afterFileEdit: [{ command: './format.sh' }, { command: 'entente-hook cursor' }] },
    });
    expect(read('opencode.jsonc')).toContain('\t// theme\n');
    const after = snapshot(folder);
    expect((await run(['init', '--json'], { env })).json()).toMatchObject({ hosts: { status: 'exists', files: [] } });
    expect(snapshot(folder)).toEqual(after);
  });

  it('[HK32] uninstall gives every file its old bytes back, and takes what was made for it', async () => {
    const { run, folder, env } = await project(ALL);
    chmodSync(join(folder, '.claude/settings.json'), 0o640);
    const before = snapshot(folder);
    await run(['init', '--agents-md'], { env });
    expect(Object.keys(snapshot(folder)).length).toBeGreaterThan(Object.keys(before).length);
    const dry = await run(['uninstall', '--dry-run'], { env });
    expect(dry.err).toContain('--- .claude/settings.json');
    expect((await run(['uninstall'], { env })).code).toBe(0);
    expect(snapshot(folder)).toEqual(before);
    expect(statSync(join(folder, '.claude/settings.json')).mode & 0o777).toBe(0o640);
    expect((await run(['uninstall', '--json'], { env })).json()).toMatchObject({ status: 'none' });
  });

  it('[HK32] from a file that was changed since it takes its own entries alone', async () => {
    const { run, folder, read, write, env } = await project(ALL);
    await run(['init', '--agents-md'], { env });
    write('.claude/settings.json', read('.claude/settings.json').replace('npm test', 'npm run test'));
    write('.codex/config.toml', `${read('.codex/config.toml')}\n[tui]\nnotifications = true\n`);
    write(
      '.mcp.json',
      read('.mcp.json').replace('"mcpServers": {', '"mcpServers": {\n    "other": { "command": "x" },'),
    );
    write('AGENTS.md', `# Ours\n\n${read('AGENTS.md')}`);
    await run(['uninstall'], { env });
    expect(read('.claude/settings.json')).toBe(SETTINGS.replace('npm test', 'npm run test'));
    expect(read('.codex/config.toml')).toBe(`${TOML}\n\n[tui]\nnotifications = true\n`);
    expect(JSON.parse(read('.mcp.json'))).toEqual({ mcpServers: { other: { command: 'x' } } });
    expect(read('AGENTS.md')).toBe('# Ours\n');
    expect(existsSync(join(folder, '.codex/hooks.json'))).toBe(false);
  });

  it('[HK33] keeps a copy of each file before it is changed for the first time', async () => {
    const { run, folder, env } = await project(ALL);
    await run(['init'], { env });
    const copies = readdirSync(join(folder, '.entente/backups'));
    const contents = copies.map((name) => readFileSync(join(folder, '.entente/backups', name), 'utf8'));
    expect(contents.sort()).toEqual([SETTINGS, TOML, CURSOR, OPENCODE].sort());
  });

  it('[HK34] leaves what somebody set under the same name, and a file that it cannot read', async () => {
    const mcp = '{"mcpServers": {"entente": {"command": "mine"}}}';
    const toml = '[mcp_servers.entente]\ncommand = "mine"\n';
    const kept = await project({ '.claude/x': '', '.mcp.json': mcp, '.codex/config.toml': toml });
    expect((await kept.run(['init'], { env: kept.env })).code).toBe(0);
    expect([kept.read('.mcp.json'), kept.read('.codex/config.toml')]).toEqual([mcp, toml]);
    const broken = await project({ '.claude/settings.json': '{"hooks": [' });
    const said = await broken.run(['init'], { env: broken.env });
    expect(said.code).toBe(2);
    expect(said.err).toContain('.claude/settings.json is left as it is');
    expect(broken.read('.claude/settings.json')).toBe('{"hooks": [');
    const list = await project({ '.claude/settings.json': '{"hooks": []}' });
    expect((await list.run(['init'], { env: list.env })).err).toContain('hooks is no object');
  });

  it('[HK35] sets up a host by its name where it is not found, none with --no-hosts, and AGENTS.md only where it is asked for', async () => {
    const { run, folder, env } = await project({ 'AGENTS.md': '# Ours' });
    expect((await run(['init', '--host', 'emacs'], { env })).code).toBe(2);
    await run(['init', '--host', 'cursor'], { env });
    expect(existsSync(join(folder, '.cursor/hooks.json'))).toBe(true);
    expect(readFileSync(join(folder, 'AGENTS.md'), 'utf8')).toBe('# Ours');
    await run(['uninstall'], { env });
    expect(existsSync(join(folder, '.cursor'))).toBe(false);
    const other = await project(ALL);
    await other.run(['init', '--no-hosts'], { env });
    expect(other.read('.claude/settings.json')).toBe(SETTINGS);
  });

  it('[HK36] where entente is not on the path, its place on this machine goes into files that are not shared', async () => {
    const { run, folder, read } = await project({ '.claude/settings.json': SETTINGS });
    const env = { PATH: '/nowhere' };
    const said = await run(['init'], { env });
    expect(said.err).toContain('not on the PATH');
    expect(read('.claude/settings.json')).toBe(SETTINGS);
    expect(read('.claude/settings.local.json')).toContain('bin/entente-hook claude-code');
    await run(['uninstall'], { env });
    expect(existsSync(join(folder, '.claude/settings.local.json'))).toBe(false);
  });

  it('[HK37] at a terminal it asks, and anything but yes writes nothing', async () => {
    const { run, folder, env } = await project(ALL);
    const before = snapshot(folder);
    await run(['init'], { env, stdinTerminal: true, stdin: 'n\n' });
    expect(snapshot(folder)).toEqual(before);
    await run(['init'], { env, stdinTerminal: true, stdin: 'y\n' });
    expect(snapshot(folder)).not.toEqual(before);
  });
});

describe('the plugin of opencode', () => {
  interface Hooks {
    'tool.execute.before'(input: object, output: { args: { [name: string]: unknown } }): Promise<void>;
    'tool.execute.after'(input: object, output: { output: string }): Promise<void>;
  }
  type Handler = (event: { [name: string]: unknown }) => Promise<void>;
  interface Plugin {
    server(input: object): Promise<Hooks>;
    setup(context: object): Promise<() => void>;
  }
  const ANSWERS =
    '#!/bin/sh\nbody=$(cat)\nprintf "%s\\n" "$body" >>"$SEEN"\ncase $body in *clash*) printf \'{"stop":"CONFLICT"}\';; *before*) printf \'{"args":{"filePath":"a","content":"merged"},"note":"merged with b"}\';; esac\n';

  async function plugins(): Promise<{
    readonly folder: string;
    readonly plugin: (words: readonly string[]) => Promise<Plugin>;
    readonly script: string;
    readonly seen: () => readonly { [name: string]: unknown }[];
  }> {
    const { folder, write, read } = await project({});
    process.env['SEEN'] = join(folder, 'seen');
    return {
      folder,
      script: write('hook.sh', ANSWERS),
      plugin: async (words) => {
        const file = write(`plugin-${words.length}.mjs`, pluginText(words));
        return ((await import(file)) as { default: Plugin }).default;
      },
      seen: () =>
        read('seen')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { [name: string]: unknown }),
    };
  }

  it('[HK11] changes the arguments in place, throws what stops, adds notes, and goes on where the hook cannot run', async () => {
    const { folder, script, plugin, seen } = await plugins();
    const hooks = await (await plugin(['sh', script])).server({ directory: folder });
    const input = { tool: 'write', sessionID: 's', callID: 'c' };
    const output = { args: { filePath: 'a', content: 'stale' } };
    await hooks['tool.execute.before'](input, output);
    expect(output.args).toEqual({ filePath: 'a', content: 'merged' });
    const result = { output: 'Wrote file.' };
    await hooks['tool.execute.after'](input, result);
    expect(result.output).toBe('Wrote file.\n\nmerged with b');
    expect(seen().map(({ args }) => args)).toEqual([
      { filePath: 'a', content: 'stale' },
      { filePath: 'a', content: 'stale' },
    ]);
    await expect(hooks['tool.execute.before'](input, { args: { content: 'clash' } })).rejects.toThrow('CONFLICT');
    const gone = await (await plugin(['/nowhere/hook', 'x', 'y'])).server({ directory: folder });
    await gone['tool.execute.before'](input, output);
    expect(output.args.content).toBe('merged');
  });

  it('[HK11] does the same in its second generation, where a tool that failed is told as failed, and a session as it begins', async () => {
    const { folder, script, plugin, seen } = await plugins();
    const handlers: { [name: string]: Handler } = {};
    async function* events(): AsyncGenerator<object> {
      yield { type: 'session.created', data: { sessionID: 's' } };
    }
    const end = await (await plugin(['sh', script, 'v2', 'x'])).setup({
      location: { directory: folder },
      tool: { hook: async (name: string, handler: Handler) => Object.assign(handlers, { [name]: handler }) },
      event: { subscribe: events },
    });
    const at = { tool: 'write', sessionID: 's', id: 'c' };
    const input = { filePath: 'a', content: 'stale' };
    await handlers['execute.before']?.({ ...at, input });
    expect(input.content).toBe('merged');
    const done = { ...at, input, status: 'completed', result: { content: [{ type: 'text', text: 'Wrote.' }] } };
    await handlers['execute.after']?.(done);
    expect(done.result.content).toEqual([
      { type: 'text', text: 'Wrote.' },
      { type: 'text', text: 'merged with b' },
    ]);
    await expect(handlers['execute.before']?.({ ...at, input: { content: 'clash' } })).rejects.toThrow('CONFLICT');
    await handlers['execute.after']?.({ ...at, id: 'd', input, status: 'error', error: {} });
    while (!seen().some(({ event }) => event === 'session.created')) await new Promise((next) => setTimeout(next, 5));
    end();
    const failed = seen().filter(({ callID }) => callID === 'd');
    expect(failed).toEqual([expect.objectContaining({ failed: true, directory: folder, args: input })]);
  });
});
