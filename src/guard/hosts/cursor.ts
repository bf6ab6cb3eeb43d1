// Cursor: beforeReadFile, afterFileEdit and the two events around a shell command. Its hooks do not see a write before it
// is made, so that a stale one is put right afterwards, and the answers to what comes afterwards are not read.
import type { ToolChange, Verdict } from '../types.ts';
import {
  agentName,
  type Fields,
  type Host,
  type HostEvent,
  inFolder,
  isFields,
  type Look,
  type OnFailure,
  textOf,
} from './event.ts';

const OTHER: HostEvent = { kind: 'other' };
/** Whose `permission` is read. */
const ASKS = ['beforeReadFile', 'beforeShellExecution', 'beforeMCPExecution', 'preToolUse'];

function cwdOf(body: Fields): string | undefined {
  const roots = body['workspace_roots'];
  const first: unknown = Array.isArray(roots) ? roots[0] : undefined;
  return textOf(body, 'cwd') || (typeof first === 'string' ? first : undefined);
}

/** What was replaced, where the disk shows it; else what lies there is what the edit made. */
function changeOf(body: Fields, text: string | undefined): ToolChange {
  const given = Array.isArray(body['edits']) ? body['edits'].filter(isFields) : [];
  const edits = given.map((edit) => ({ old: textOf(edit, 'old_string') ?? '', new: textOf(edit, 'new_string') ?? '' }));
  const [first, ...rest] = edits;
  if (first === undefined || text === undefined) return { opaque: true };
  if (rest.length === 0 && first.new === text) return { content: text };
  const isPlain = edits.every((edit) => edit.old !== '' && text.includes(edit.new));
  return isPlain ? { edits } : { opaque: true };
}

function parse(body: Fields, look: Look): HostEvent {
  const agent = agentName('cursor', textOf(body, 'conversation_id'));
  const generation = textOf(body, 'generation_id') ?? '';
  const cwd = cwdOf(body);
  const file = textOf(body, 'file_path');
  const command = textOf(body, 'command');
  switch (textOf(body, 'hook_event_name')) {
    case 'sessionStart':
      return { kind: 'session', agent };
    case 'beforeReadFile':
      return file === undefined ? OTHER : { kind: 'read', agent, path: inFolder(cwd, file) };
    case 'afterFileEdit': {
      if (file === undefined) return OTHER;
      const path = inFolder(cwd, file);
      const call = `${generation} ${JSON.stringify(body['edits'] ?? '')}`;
      return { kind: 'after', agent, call, writes: [{ path, change: changeOf(body, look(path)) }] };
    }
    case 'beforeShellExecution':
      return {
        kind: 'beforeCommand',
        agent,
        call: `${generation} ${command}`,
        ...(command === undefined ? {} : { command }),
      };
    case 'afterShellExecution':
      return {
        kind: 'afterCommand',
        agent,
        call: `${generation} ${command}`,
        ...(command === undefined ? {} : { command }),
      };
    default:
      return OTHER;
  }
}

function isAsked(body: Fields): boolean {
  return ASKS.includes(textOf(body, 'hook_event_name') ?? '');
}

/** Without a `permission` the user's own settings decide, as if no hook were there. */
function print(body: Fields, _event: HostEvent, verdict: Verdict): string {
  if (verdict.do === 'nothing') return '{}';
  if (verdict.do === 'stop' && isAsked(body)) {
    return JSON.stringify({ permission: 'deny', user_message: verdict.note, agent_message: verdict.note });
  }
  return JSON.stringify({ agent_message: verdict.note, additional_context: verdict.note });
}

function fail(body: Fields, message: string, policy: OnFailure): string {
  const denies = policy === 'block' && isAsked(body);
  return JSON.stringify({ ...(denies ? { permission: 'deny' } : {}), user_message: message });
}

export const cursor: Host = { name: 'cursor', parse, print, fail };
