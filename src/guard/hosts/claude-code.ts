// Claude Code: PreToolUse, PostToolUse, PostToolUseFailure and SessionStart. A verdict is one JSON object on stdout with
// exit code 0; exit code 2 is never used, since it would drop the rest of the answer. What the host makes of an answer is
// not relied on: the call after the tool looks at what landed.
import type { Lines, ToolChange, Verdict } from '../types.ts';
import {
  agentName,
  type Fields,
  fieldsOf,
  type Host,
  type HostEvent,
  inFolder,
  isFields,
  type Look,
  type OnFailure,
  type Tools,
  textOf,
} from './event.ts';
import { notebookChange } from './notebook.ts';
import { type Call, commandEvent, listedEvent } from './tools.ts';

const OTHER: HostEvent = { kind: 'other' };
const PHASES: { readonly [event: string]: 'before' | 'after' | undefined } = {
  PreToolUse: 'before',
  PostToolUse: 'after',
  PostToolUseFailure: 'after',
};

export function phaseOf(body: Fields): 'before' | 'after' | undefined {
  const name = textOf(body, 'hook_event_name') ?? '';
  return Object.hasOwn(PHASES, name) ? PHASES[name] : undefined;
}

/** The call that a body is about; undefined for events that are about none. */
export function callOf(body: Fields, host: 'claude-code' | 'codex'): Call | undefined {
  const phase = phaseOf(body);
  if (phase === undefined) return undefined;
  const agent = agentOf(body, host);
  const call = textOf(body, 'tool_use_id') ?? `${textOf(body, 'tool_name')} ${JSON.stringify(body['tool_input'])}`;
  const failed = textOf(body, 'hook_event_name') === 'PostToolUseFailure';
  return { agent, call, phase, failed, cwd: textOf(body, 'cwd') };
}

export function agentOf(body: Fields, host: 'claude-code' | 'codex'): string {
  return agentName(host, textOf(body, 'session_id'), textOf(body, 'agent_id'), textOf(body, 'agent_type'));
}

function editsOf(input: Fields): ToolChange {
  const given = Array.isArray(input['edits']) ? input['edits'].filter(isFields) : [input];
  const edits = given.map((edit) => ({
    old: textOf(edit, 'old_string') ?? '',
    new: textOf(edit, 'new_string') ?? '',
    ...(edit['replace_all'] === true ? { all: true } : {}),
  }));
  // An empty text stands for a file that is not there yet.
  const [first, ...rest] = edits;
  if (first?.old === '' && rest.length === 0) return { content: first.new };
  return edits.some(({ old }) => old === '') ? { opaque: true } : { edits };
}

function changeOf(tool: string, input: Fields, at: Call, look: Look, path: string): ToolChange {
  if (tool === 'NotebookEdit') return notebookChange(look(path), input, at.phase);
  if (tool !== 'Write') return editsOf(input);
  const content = textOf(input, 'content');
  return content === undefined ? { opaque: true } : { content };
}

/** The lines that a Read asks for; nothing where it asks for all, or for all from some line on. */
function partOf({ offset, limit }: Fields): { readonly lines?: Lines } {
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) return {};
  const from = typeof offset === 'number' && Number.isSafeInteger(offset) && offset > 0 ? offset : 1;
  return { lines: { from, to: from + limit - 1 } };
}

function parse(body: Fields, look: Look, tools: Tools): HostEvent {
  const at = callOf(body, 'claude-code');
  if (at === undefined) {
    const starts = textOf(body, 'hook_event_name') === 'SessionStart';
    return starts ? { kind: 'session', agent: agentOf(body, 'claude-code') } : OTHER;
  }
  const tool = textOf(body, 'tool_name') ?? '';
  const input = fieldsOf(body, 'tool_input');
  switch (tool) {
    case 'Bash':
      return commandEvent(at, textOf(input, 'command'));
    case 'Read': {
      const path = textOf(input, 'file_path');
      // Taken before the tool reads: an older base merges with what came since, a newer one would undo it.
      return path === undefined || at.phase === 'after'
        ? OTHER
        : { kind: 'read', agent: at.agent, path: inFolder(at.cwd, path), ...partOf(input) };
    }
    case 'Edit':
    case 'MultiEdit':
    case 'Write':
    case 'NotebookEdit': {
      const given = textOf(input, 'file_path', 'notebook_path');
      if (given === undefined) return OTHER;
      const path = inFolder(at.cwd, given);
      const { agent, call, phase, failed } = at;
      const writes = [{ path, change: changeOf(tool, input, at, look, path) }];
      return { kind: phase, agent, call, writes, ...(failed ? { failed } : {}) };
    }
    default:
      return listedEvent(tools, tool, input, at);
  }
}

/** The parts that Claude Code and Codex print alike. */
export function said(body: Fields, fields: Fields, beside: Fields = {}): string {
  const hookEventName = textOf(body, 'hook_event_name') ?? 'PreToolUse';
  return JSON.stringify({ ...beside, hookSpecificOutput: { hookEventName, ...fields } });
}

export function printStop(body: Fields, note: string): string {
  if (phaseOf(body) === 'before') return said(body, { permissionDecision: 'deny', permissionDecisionReason: note });
  return JSON.stringify({ decision: 'block', reason: note });
}

/** Where the user lets every edit through anyway, a decision takes no question away from him. */
const LETS_EDITS = ['acceptEdits', 'bypassPermissions'];

function printMerged(body: Fields, content: Uint8Array, note: string): string {
  if (phaseOf(body) !== 'before' || textOf(body, 'tool_name') !== 'Write')
    return said(body, { additionalContext: note });
  const updatedInput = { ...fieldsOf(body, 'tool_input'), content: new TextDecoder().decode(content) };
  const isLet = LETS_EDITS.includes(textOf(body, 'permission_mode') ?? '');
  return said(body, {
    ...(isLet ? { permissionDecision: 'allow', permissionDecisionReason: 'entente: merged' } : {}),
    updatedInput,
    additionalContext: note,
  });
}

function print(body: Fields, _event: HostEvent, verdict: Verdict): string {
  switch (verdict.do) {
    case 'nothing':
      return '';
    case 'note':
      return said(body, { additionalContext: verdict.note });
    case 'merged':
      return printMerged(body, verdict.content, verdict.note);
    case 'stop':
      return printStop(body, verdict.note);
  }
}

export function printFailure(body: Fields, message: string, policy: OnFailure): string {
  if (policy === 'block' && phaseOf(body) === 'before') {
    return said(body, { permissionDecision: 'deny', permissionDecisionReason: message }, { systemMessage: message });
  }
  return JSON.stringify({ systemMessage: message });
}

export const claudeCode: Host = { name: 'claude-code', parse, print, fail: printFailure };
