// Tools that a host does not come with (those of MCP servers): the user's list says what each of them does.
import { type Fields, type HostEvent, inFolder, isFields, type ToolShape, type Tools, textOf } from './event.ts';

export interface Call {
  readonly agent: string;
  readonly call: string;
  readonly phase: 'before' | 'after';
  readonly failed: boolean;
  readonly cwd: string | undefined;
}

const OTHER: HostEvent = { kind: 'other' };

export function shapeOf(tools: Tools, name: string): ToolShape | undefined {
  if (Object.hasOwn(tools, name)) return tools[name];
  const start = Object.keys(tools).find((key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)));
  return start === undefined ? undefined : tools[start];
}

export function commandEvent({ phase, agent, call }: Call, command?: string): HostEvent {
  const kind = phase === 'before' ? 'beforeCommand' : 'afterCommand';
  return { kind, agent, call, ...(command === undefined ? {} : { command }) };
}

/** The event of a listed tool; `other` for one that no list names. */
export function listedEvent(tools: Tools, name: string, input: Fields, at: Call): HostEvent {
  const shape = shapeOf(tools, name);
  if (shape === undefined) return OTHER;
  const { phase, agent, call, failed, cwd } = at;
  if (typeof shape === 'string') return commandEvent(at, name);
  if ('read' in shape) {
    const path = textOf(input, shape.read);
    return path === undefined || phase === 'after' ? OTHER : { kind: 'read', agent, path: inFolder(cwd, path) };
  }
  const path = textOf(input, 'write' in shape ? shape.write : 'edit' in shape ? shape.edit : shape.change);
  // Without a path there is no telling what it changes.
  if (path === undefined) return commandEvent(at, name);
  const common = { kind: phase, agent, call, ...(failed ? { failed } : {}) };
  const write = (change: Parameters<typeof listed>[1]): HostEvent => ({
    ...common,
    writes: [listed(path, change, cwd)],
  });
  if ('write' in shape) {
    const content = textOf(input, shape.content);
    return write(content === undefined ? { opaque: true } : { content });
  }
  if ('edit' in shape) {
    const [from, to] = [textOf(input, shape.old), textOf(input, shape.new)];
    return write(from === undefined || to === undefined ? { opaque: true } : { edits: [{ old: from, new: to }] });
  }
  return write({ opaque: true });
}

function listed(
  path: string,
  change:
    | { readonly content: string }
    | { readonly edits: readonly { old: string; new: string }[] }
    | { readonly opaque: true },
  cwd: string | undefined,
): { readonly path: string; readonly change: typeof change } {
  return { path: inFolder(cwd, path), change };
}

/** The list as `.entente/config.json` has it under `hooks.tools`; what is no shape is left out. */
export function readTools(value: unknown): Tools {
  if (Array.isArray(value)) {
    return Object.fromEntries(
      value.filter((name) => typeof name === 'string').map((name) => [name, 'command' as const]),
    );
  }
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, shape]) => {
      const known = readShape(shape);
      return known === undefined ? [] : [[name, known] as const];
    }),
  );
}

function readShape(value: unknown): ToolShape | undefined {
  if (value === 'command') return value;
  if (!isFields(value)) return undefined;
  const at = (name: string): string | undefined => textOf(value, name);
  const [read, write, edit, change] = [at('read'), at('write'), at('edit'), at('change')];
  if (read !== undefined) return { read };
  if (write !== undefined) return { write, content: at('content') ?? 'content' };
  if (edit !== undefined) return { edit, old: at('old') ?? 'old_string', new: at('new') ?? 'new_string' };
  return change === undefined ? undefined : { change };
}
