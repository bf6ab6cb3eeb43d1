// The demo on a server: scripted agents that work in the background through the same controller as everybody else. It
// plays in an empty space alone, and leaves one conflict for a person.
import type { Draft } from '../controller/types.ts';
import { EntenteError } from '../core/errors.ts';
import { parseAgentId, parseResourceId, type Space } from '../core/resource.ts';
import { applyMark, type PlannedEdit } from './demo/edits.ts';
import { createScene, intentOf, type Scene } from './demo/scene.ts';
import type { Call } from './operation.ts';
import { behind } from './operation.ts';
import type { Timers } from './timers.ts';

export interface Demo {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** Edits that were sent, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly agents: readonly string[];
  /** The one that waits for a person. */
  readonly conflictId?: string;
}

export interface Demos {
  /** `precondition-failed` unless the space is empty. */
  start(call: Call): Promise<Demo>;
  state(space: Space): Demo;
  /** Ends all that play. */
  close(): void;
}

/** Milliseconds between two steps: slow enough to be watched. */
const STEP_MS = 250;
const NONE: Demo = { state: 'none', done: 0, of: 0, agents: [] };

function notEmpty(): EntenteError {
  return new EntenteError('precondition-failed', 'The demo plays in an empty space, and this one has resources.', {
    next: 'Name a space that has none yet; every name is one.',
  });
}

async function prepare({ controller, principal }: Call, { files, policy }: Scene): Promise<void> {
  const { items } = await controller.list('', { limit: 1, deleted: true });
  if (items.length > 0) throw notEmpty();
  const before = await controller.policy();
  const document = {
    rules: [...policy, ...before.rules],
    ...(before.default === undefined ? {} : { default: before.default }),
  };
  const stored = await controller.setPolicy(document, { agent: principal.name, revision: before.revision });
  // Somebody else began it, or changed the policy, at the same time.
  if (stored.status !== 'unchanged' && stored.status !== 'committed') throw notEmpty();
  for (const { resource, text } of files) {
    const { token, head } = await controller.begin(resource, { agent: principal.name });
    if (head !== undefined) throw notEmpty();
    await controller.commit(token, { content: text }, { note: 'a file of the demo' });
  }
}

export function createDemos(timers: Timers): Demos {
  const known = new Map<Space, Demo>();
  let stopped = false;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      timers.after(STEP_MS, resolve);
    });

  async function write(call: Call, edit: PlannedEdit, draft: Draft): Promise<string | undefined> {
    const text = new TextDecoder().decode(draft.content);
    const change = { content: applyMark(text, edit.mark) };
    const by = behind(call, parseAgentId(edit.agent));
    const outcome = await call.controller.commitOrResolve(draft.token, change, { note: intentOf(edit), ...by });
    return outcome.status === 'escalated' ? outcome.conflictId : undefined;
  }

  async function play(call: Call, { steps }: Scene, begun: Demo): Promise<void> {
    const open = new Map<string, Draft>();
    let now = begun;
    const say = (more: Partial<Demo>): void => {
      now = { ...now, ...more };
      known.set(call.space, now);
    };
    try {
      for (const { do: what, edit } of steps) {
        await pause();
        if (stopped) return;
        const draft = open.get(edit.id);
        if (what === 'read' || draft === undefined) {
          const resource = parseResourceId(edit.resource);
          const options = { agent: edit.agent, note: intentOf(edit), announce: true };
          open.set(edit.id, await call.controller.begin(resource, options));
          continue;
        }
        open.delete(edit.id);
        const conflictId = await write(call, edit, draft);
        say({ done: now.done + 1, ...(conflictId === undefined ? {} : { conflictId }) });
      }
      say({ state: 'done' });
    } catch {
      // A store that fails is told of by everything else; what was committed stays.
      say({ state: 'failed' });
    }
  }

  return {
    async start(call) {
      if (known.get(call.space)?.state === 'running') throw notEmpty();
      const scene = createScene();
      const begun: Demo = { state: 'running', done: 0, of: scene.edits.length, agents: scene.agents };
      known.set(call.space, begun);
      try {
        await prepare(call, scene);
      } catch (error) {
        known.delete(call.space);
        throw error;
      }
      void play(call, scene, begun);
      return begun;
    },
    state: (space) => known.get(space) ?? NONE,
    close() {
      stopped = true;
    },
  };
}
