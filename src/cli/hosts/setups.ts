// What each host gets: its hooks, and entente's MCP server. docs/agents/ explains the same to people.
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { HostName } from '../../guard/hosts/event.ts';
import { type BlockStyle, HASH_COMMENT } from './block.ts';
import type { JsonEntry } from './json-file.ts';
import { pluginText } from './plugin.ts';

export interface Commands {
  /** As the shell of a host calls the hook, without the host's name. */
  readonly hook: string;
  /** The same as a program and its arguments. */
  readonly hookWords: readonly string[];
  readonly mcp: readonly [string, ...string[]];
  /** They name places of this machine: nothing for a file that others share. */
  readonly isLocal: boolean;
}

export type HostFile =
  | {
      readonly kind: 'json';
      readonly file: string;
      readonly entries: readonly JsonEntry[];
      readonly first?: { readonly [name: string]: unknown };
    }
  | {
      readonly kind: 'block';
      readonly file: string;
      readonly lines: readonly string[];
      readonly style: BlockStyle;
      readonly unless?: RegExp;
    }
  | { readonly kind: 'own'; readonly file: string; readonly text: string };

export interface HostSetup {
  readonly host: HostName;
  readonly label: string;
  isHere(root: string): boolean;
  files(root: string, commands: Commands): readonly HostFile[];
}

const HOOK = /entente-hook['"]? (?:claude-code|codex|cursor|opencode)(?=["'\s]|$)/;

/** An entry of ours, whatever way it calls the hook. */
export function isOurHook(value: unknown): boolean {
  return strings(value).some((text) => HOOK.test(text));
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function has(root: string, ...names: readonly string[]): boolean {
  return names.some((name) => existsSync(path.join(root, name)));
}

/** Seconds: a merge of a large file, on a machine that is busy, is done by then. */
const TIMEOUT = 60;

function grouped(event: string, command: string, matcher?: string): JsonEntry {
  const hooks = [{ type: 'command', command, timeout: TIMEOUT }];
  return { at: ['hooks', event], isAppended: true, value: matcher === undefined ? { hooks } : { matcher, hooks } };
}

function server([command, ...args]: Commands['mcp']): JsonEntry {
  return { at: ['mcpServers', 'entente'], isAppended: false, value: { command, args } };
}

const WRITES = 'Edit|MultiEdit|Write|NotebookEdit';

const claudeCode: HostSetup = {
  host: 'claude-code',
  label: 'Claude Code',
  isHere: (root) => has(root, '.claude', 'CLAUDE.md'),
  files: (_root, { hook, mcp, isLocal }) => {
    const command = `${hook} claude-code`;
    const entries = [
      grouped('SessionStart', command),
      grouped('PreToolUse', command, `${WRITES}|Read|Bash`),
      grouped('PostToolUse', command, `${WRITES}|Bash`),
      grouped('PostToolUseFailure', command, `${WRITES}|Bash`),
    ];
    const file = isLocal ? '.claude/settings.local.json' : '.claude/settings.json';
    return [
      { kind: 'json', file, entries },
      { kind: 'json', file: '.mcp.json', entries: [server(mcp)] },
    ];
  },
};

const codex: HostSetup = {
  host: 'codex',
  label: 'Codex',
  isHere: (root) => has(root, '.codex'),
  files: (_root, { hook, mcp: [program, ...args] }) => {
    const command = `${hook} codex`;
    const entries = [
      grouped('SessionStart', command),
      grouped('PreToolUse', command, 'Bash|apply_patch'),
      grouped('PostToolUse', command, 'Bash|apply_patch'),
    ];
    const lines = ['[mcp_servers.entente]', `command = ${JSON.stringify(program)}`, `args = ${JSON.stringify(args)}`];
    return [
      { kind: 'json', file: '.codex/hooks.json', entries },
      {
        kind: 'block',
        file: '.codex/config.toml',
        lines,
        style: HASH_COMMENT,
        unless: /^\s*\[mcp_servers\.entente\]/m,
      },
    ];
  },
};

const cursor: HostSetup = {
  host: 'cursor',
  label: 'Cursor',
  isHere: (root) => has(root, '.cursor'),
  files: (_root, { hook, mcp }) => {
    const events = ['sessionStart', 'beforeReadFile', 'afterFileEdit', 'beforeShellExecution', 'afterShellExecution'];
    const entries = events.map((event): JsonEntry => {
      return { at: ['hooks', event], isAppended: true, value: { command: `${hook} cursor`, timeout: TIMEOUT } };
    });
    return [
      { kind: 'json', file: '.cursor/hooks.json', entries, first: { version: 1 } },
      { kind: 'json', file: '.cursor/mcp.json', entries: [server(mcp)] },
    ];
  },
};

const opencode: HostSetup = {
  host: 'opencode',
  label: 'opencode',
  isHere: (root) => has(root, 'opencode.json', 'opencode.jsonc', '.opencode'),
  files: (root, { hookWords, mcp }) => {
    const file = has(root, 'opencode.jsonc') && !has(root, 'opencode.json') ? 'opencode.jsonc' : 'opencode.json';
    const value = { type: 'local', command: mcp, enabled: true };
    return [
      { kind: 'own', file: '.opencode/plugins/entente.js', text: pluginText(hookWords) },
      {
        kind: 'json',
        file,
        entries: [{ at: ['mcp', 'entente'], isAppended: false, value }],
        first: { $schema: 'https://opencode.ai/config.json' },
      },
    ];
  },
};

export const HOST_SETUPS: readonly HostSetup[] = [claudeCode, codex, cursor, opencode];

/** For AGENTS.md: offered, not forced. The hooks work without a word of it. */
export const AGREEMENT: readonly string[] = [
  '## Files that others write too',
  '',
  'Several agents and people work in this folder at the same time; entente watches over the files.',
  '',
  '- Read a file before you write it whole. A note that it was merged means: what lies there is not exactly what you sent.',
  '- A write that was stopped comes with the places that clash and who changed them. Make your change anew on what is there;',
  '  do not write over it unless that is your task.',
  '- Nothing is lost: `entente recover PATH` lists every content that a file had.',
];
