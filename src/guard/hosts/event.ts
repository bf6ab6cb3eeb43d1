// What a host's hook says in the guard's words, and the guard's verdict in the host's. Translation only: nothing here
// touches a disk, and the one thing that some tools need from it, the text that a file has now, is asked of the caller.
// Loaded at every call of a hook, so that it imports types alone.
import type { Lines, ToolChange, Verdict } from '../types.ts';

export type HostName = 'claude-code' | 'codex' | 'cursor' | 'opencode';
export const HOST_NAMES: readonly HostName[] = ['claude-code', 'codex', 'cursor', 'opencode'];

/** A JSON object as a host sent it. */
export interface Fields {
  readonly [name: string]: unknown;
}

/** One file of a call. */
export interface HostWrite {
  readonly path: string;
  readonly change: ToolChange;
}

export type HostEvent =
  /** Nothing that the guard has to do with. */
  | { readonly kind: 'other' }
  | { readonly kind: 'session'; readonly agent: string }
  | {
      readonly kind: 'read';
      readonly agent: string;
      readonly path: string;
      /** Where only a part is read: its lines, from 1, both ends included. */
      readonly lines?: Lines;
    }
  | {
      readonly kind: 'before' | 'after';
      readonly agent: string;
      readonly call: string;
      readonly writes: readonly HostWrite[];
      /** The host said that its tool did not do it. */
      readonly failed?: boolean;
    }
  | {
      readonly kind: 'beforeCommand' | 'afterCommand';
      readonly agent: string;
      readonly call: string;
      readonly command?: string;
    };

/** The text of a file as it lies on disk now; undefined where there is none, or none that is text. */
export type Look = (path: string) => string | undefined;

/** What happens when entente itself fails: the tool goes on, or it does not. */
export type OnFailure = 'open' | 'block';

export interface Host {
  readonly name: HostName;
  /** Never throws: what it does not know is `other`. */
  parse(body: Fields, look: Look, tools: Tools): HostEvent;
  /** Exactly what the hook prints; empty for silence. */
  print(body: Fields, event: HostEvent, verdict: Verdict): string;
  /** What the hook prints when entente itself failed. */
  fail(body: Fields, message: string, policy: OnFailure): string;
}

/** How a tool that the host does not come with is to be understood: which of its fields hold what. */
export type ToolShape =
  | 'command'
  | { readonly read: string }
  | { readonly write: string; readonly content: string }
  | { readonly edit: string; readonly old: string; readonly new: string }
  /** It changes the file at this path in its own way. */
  | { readonly change: string };

/** By the tool's name; a name that ends with `*` stands for all that begin so. */
export type Tools = { readonly [name: string]: ToolShape };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

export function fieldsOf(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

const SHOWN = 12;

/** The end of a host's id: ids of all hosts have their random part there. */
function tail(id: string): string {
  const safe = id.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return safe.length <= 2 * SHOWN ? safe : safe.slice(-SHOWN).replace(/^[_-]+/, '');
}

/** The agent behind a session, and behind a subagent in it: a name that stays the same for all of its calls. */
export function agentName(host: HostName, session: string | undefined, sub?: string, role?: string): string {
  const main = `${host}:${tail(session ?? '') || 'unknown'}`;
  if (sub === undefined || sub === '') return main;
  return `${main}/${tail(role ?? '') || 'subagent'}:${tail(sub)}`;
}

/** A path as a tool means it: absolute, or from the folder that the session works in. */
export function inFolder(cwd: string | undefined, path: string): string {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || cwd === undefined || cwd === '') return path;
  return `${cwd.replace(/\/+$/, '')}/${path}`;
}

/** A fault of entente's, in words for whoever reads the answer of a hook. */
export function failure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `entente could not guard this call: ${message.slice(0, 300)} (entente doctor)`;
}
