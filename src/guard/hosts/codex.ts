// Codex: the same protocol in names and shapes, with a patch of its own as the tool that writes. A patch is a set of
// replacements by context, so that no content is ever put in the place of another agent's: it goes on, with a note.
import type { Verdict } from '../types.ts';
import { patchWrites } from './apply-patch.ts';
import { agentOf, callOf, phaseOf, printFailure, printStop, said } from './claude-code.ts';
import { type Fields, fieldsOf, type Host, type HostEvent, type Look, type Tools, textOf } from './event.ts';
import { commandEvent, listedEvent } from './tools.ts';

const OTHER: HostEvent = { kind: 'other' };

/** Codex says that a patch failed in its answer alone. */
function isRefused(body: Fields): boolean {
  const answer = body['tool_response'];
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer ?? '');
  return /apply_patch verification failed|Failed to (?:find|apply|read)/.test(text);
}

function parse(body: Fields, look: Look, tools: Tools): HostEvent {
  const at = callOf(body, 'codex');
  if (at === undefined) {
    return textOf(body, 'hook_event_name') === 'SessionStart'
      ? { kind: 'session', agent: agentOf(body, 'codex') }
      : OTHER;
  }
  const tool = textOf(body, 'tool_name') ?? '';
  const input = fieldsOf(body, 'tool_input');
  if (tool === 'Bash') return commandEvent(at, textOf(input, 'command'));
  if (tool !== 'apply_patch') return listedEvent(tools, tool, input, at);
  const patch = textOf(input, 'command', 'patch', 'input') ?? '';
  const writes = patchWrites(patch, at.cwd, at.phase, look);
  // A patch that is none in our eyes may still change files.
  if (writes.length === 0) return commandEvent(at, tool);
  const failed = at.failed || (at.phase === 'after' && isRefused(body));
  return { kind: at.phase, agent: at.agent, call: at.call, writes, ...(failed ? { failed } : {}) };
}

function print(body: Fields, _event: HostEvent, verdict: Verdict): string {
  if (verdict.do === 'nothing') return '';
  // After a patch, blocking would hide from the model that the patch was made.
  if (verdict.do === 'stop' && phaseOf(body) !== undefined) return printStop(body, verdict.note);
  return said(body, { additionalContext: verdict.note });
}

export const codex: Host = { name: 'codex', parse, print, fail: printFailure };
