// opencode has no commands to call: a plugin of ours hands over what its two events bring, as JSON, and takes a JSON
// answer back: `args` to go on with, `stop` to throw, `note` to add to what the tool puts out.
import type { Verdict } from '../types.ts';
import { patchWrites } from './apply-patch.ts';
import {
  agentName,
  type Fields,
  fieldsOf,
  type Host,
  type HostEvent,
  inFolder,
  type Look,
  type OnFailure,
  type Tools,
  textOf,
} from './event.ts';
import { type Call, commandEvent, listedEvent } from './tools.ts';

const OTHER: HostEvent = { kind: 'other' };
const PHASES: { readonly [event: string]: 'before' | 'after' | undefined } = {
  'tool.execute.before': 'before',
  'tool.execute.after': 'after',
};

function phaseOf(body: Fields): 'before' | 'after' | undefined {
  const name = textOf(body, 'event') ?? '';
  return Object.hasOwn(PHASES, name) ? PHASES[name] : undefined;
}

function parse(body: Fields, look: Look, tools: Tools): HostEvent {
  const agent = agentName('opencode', textOf(body, 'sessionID'));
  if (textOf(body, 'event') === 'session.created') return { kind: 'session', agent };
  const phase = phaseOf(body);
  if (phase === undefined) return OTHER;
  const args = fieldsOf(body, 'args');
  const cwd = textOf(body, 'directory');
  const failed = body['failed'] === true;
  const at: Call = { agent, call: textOf(body, 'callID') ?? JSON.stringify(args), phase, failed, cwd };
  const tool = textOf(body, 'tool') ?? '';
  const told = { kind: phase, agent, call: at.call, ...(failed ? { failed } : {}) } as const;
  // The second generation has other names for some things.
  const path = textOf(args, 'filePath', 'path');
  switch (tool) {
    case 'bash':
    case 'shell':
      return commandEvent(at, textOf(args, 'command'));
    case 'read':
      return path === undefined || phase === 'after' ? OTHER : { kind: 'read', agent, path: inFolder(cwd, path) };
    case 'write':
    case 'edit': {
      if (path === undefined) return OTHER;
      const change = tool === 'write' ? contentOf(args) : editOf(args);
      return { ...told, writes: [{ path: inFolder(cwd, path), change }] };
    }
    case 'apply_patch':
    case 'patch': {
      const writes = patchWrites(textOf(args, 'patchText', 'patch') ?? '', cwd, phase, look);
      return writes.length === 0 ? commandEvent(at, tool) : { ...told, writes };
    }
    default:
      return listedEvent(tools, tool, args, at);
  }
}

function contentOf(args: Fields): { readonly content: string } | { readonly opaque: true } {
  const content = textOf(args, 'content');
  return content === undefined ? { opaque: true } : { content };
}

/** Before the tool. It finds its place in looser ways too where the exact text is not there, so that it may do what these words do not. */
function editOf(args: Fields): HostWriteChange {
  const [from, to] = [textOf(args, 'oldString'), textOf(args, 'newString')];
  if (from === undefined || to === undefined) return { opaque: true };
  if (from === '') return { content: to };
  return { edits: [{ old: from, new: to, ...(args['replaceAll'] === true ? { all: true } : {}) }] };
}

type HostWriteChange = Extract<HostEvent, { kind: 'before' | 'after' }>['writes'][number]['change'];

function print(body: Fields, _event: HostEvent, verdict: Verdict): string {
  switch (verdict.do) {
    case 'nothing':
      return '';
    case 'note':
      return JSON.stringify({ note: verdict.note });
    case 'merged': {
      const isWrite = textOf(body, 'tool') === 'write' && phaseOf(body) === 'before';
      const args = { ...fieldsOf(body, 'args'), content: new TextDecoder().decode(verdict.content) };
      return JSON.stringify({ note: verdict.note, ...(isWrite ? { args } : {}) });
    }
    case 'stop':
      return JSON.stringify(phaseOf(body) === 'before' ? { stop: verdict.note } : { note: verdict.note });
  }
}

function fail(body: Fields, message: string, policy: OnFailure): string {
  return JSON.stringify(policy === 'block' && phaseOf(body) === 'before' ? { stop: message } : { note: message });
}

export const opencode: Host = { name: 'opencode', parse, print, fail };
