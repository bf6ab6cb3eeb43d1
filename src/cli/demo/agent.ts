// An agent of the demo: a process of its own that reads a file, works on its copy, and writes the whole file back, the
// way agents do. The parent says when to read and when to write; nothing else comes from it.
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { createController } from '../../controller/controller.ts';
import type { Controller, Draft } from '../../controller/types.ts';
import type { OutcomeStatus } from '../../core/outcome.ts';
import { applyMark, type PlannedEdit } from '../../service/demo/edits.ts';
import { createSqliteStore } from '../../stores/sqlite.ts';
import type { Store } from '../../stores/store.ts';
import { parseStrategy } from '../../strategies/policy-file.ts';
import type { StrategySpec } from '../../strategies/types.ts';

export type Order =
  | { readonly do: 'plain'; readonly folder: string }
  | {
      readonly do: 'entente';
      readonly database: string;
      readonly policy: readonly (readonly [pattern: string, strategy: StrategySpec])[];
    }
  | { readonly do: 'read' | 'write'; readonly edit: PlannedEdit };

/** What the agent was told when it saved. `saved`: plain writing always says so. */
export interface Answer {
  readonly status: 'ready' | 'saved' | OutcomeStatus;
  readonly error?: string;
}

/** Where an agent works: files in a folder, or entente. */
interface Workplace {
  read(edit: PlannedEdit): Promise<void>;
  write(edit: PlannedEdit): Promise<Answer>;
  close(): Promise<void>;
}

function createFolder(folder: string): Workplace {
  let copy = '';
  return {
    async read({ resource }) {
      copy = await fs.readFile(path.join(folder, resource), 'utf8');
    },
    async write({ resource, mark }) {
      await fs.writeFile(path.join(folder, resource), applyMark(copy, mark));
      return { status: 'saved' };
    },
    close: async () => {},
  };
}

function createEntente(order: Extract<Order, { do: 'entente' }>): Workplace {
  const store: Store = createSqliteStore({ path: order.database });
  const policy = order.policy.map(([pattern, strategy]) => [pattern, parseStrategy(strategy)] as const);
  const controller: Controller = createController({ store, policy });
  let draft: Draft | undefined;
  return {
    async read({ resource, agent, id }) {
      draft = await controller.begin(resource, { agent, note: `demo edit ${id}` });
    },
    async write({ id, mark }) {
      if (draft?.content === undefined) throw new Error('nothing was read');
      const content = applyMark(new TextDecoder('utf-8', { ignoreBOM: true }).decode(draft.content), mark);
      const outcome = await controller.commitOrResolve(draft.token, { content }, { note: `demo edit ${id}` });
      return { status: outcome.status };
    },
    async close() {
      await controller.close();
      await store.close();
    },
  };
}

let workplace: Workplace | undefined;

async function obey(order: Order): Promise<Answer> {
  if (order.do === 'plain' || order.do === 'entente') {
    await workplace?.close();
    workplace = order.do === 'plain' ? createFolder(order.folder) : createEntente(order);
    return { status: 'ready' };
  }
  if (workplace === undefined) throw new Error('no place to work');
  if (order.do === 'write') return workplace.write(order.edit);
  await workplace.read(order.edit);
  return { status: 'ready' };
}

process.on('message', (order: Order) => {
  const answer = obey(order).catch((error: unknown): Answer => ({ status: 'unknown', error: String(error) }));
  answer.then((told) => process.send?.(told)).catch(() => process.exit(1));
});
// Ctrl-C reaches the whole group; the parent says when to end.
process.on('SIGINT', () => {});
// The parent is gone or done: so is the agent. An unfinished commit is whole or not there at all.
process.on('disconnect', () => {
  const closing = workplace?.close() ?? Promise.resolve();
  closing.then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
