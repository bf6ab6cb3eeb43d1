// One process of the history proof: several tasks at once read, commit and merge on a few hot resources of one SQLite
// file, or of one server, and everything that they were told is written down.
import { writeFileSync } from 'node:fs';
import { createClient } from '../../src/client/index.ts';
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import { hashOf } from '../../src/core/hash.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { merge } from '../../src/strategies/merge.ts';
import { createRecorder, formatOperation } from '../../src/verify/index.ts';
import { counted, textOf } from '../support/documents.ts';
import { createLeanFetch } from '../support/lean-fetch.ts';
import { createRandom } from '../support/random.ts';

export interface WorkerOrder {
  readonly name: string;
  /** A file that all tasks share a controller of, or a server of which each is a client of its own. */
  readonly place: { readonly database: string } | { readonly url: string; readonly key: string };
  readonly history: string;
  readonly seed: number;
  /** One task for each: the agent that it writes as, and its section in the merged resources. */
  readonly agents: readonly string[];
  /** Of a task's operations, the share that are merges. */
  readonly merging: number;
  readonly operations: number;
  readonly plain: readonly string[];
  readonly merged: readonly string[];
}

/** What a worker tells at the end: how often the count of each agent was raised in each merged resource. */
export interface WorkerResult {
  readonly raised: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly statuses: Readonly<Record<string, number>>;
}

/** A machine that has other things to do is slow, not broken: nobody gives up before it answers. */
const PATIENT = { timeoutMs: 300_000, settleMs: 300_000, connectMs: 300_000 };

function controllersOf({ place, agents }: WorkerOrder): readonly Controller[] {
  if ('url' in place) {
    // Each eighth goes the way that callers go, which costs it several times what its answers cost the server.
    return agents.map((_, index) =>
      createClient({ ...place, limits: PATIENT, ...(index % 8 === 0 ? {} : { fetch: createLeanFetch() }) }),
    );
  }
  const store = createSqliteStore({ path: place.database, onWarning: () => {}, timeoutMs: 30_000 });
  const controller = createController({ store, default: merge('text') });
  return agents.map(() => controller);
}

export async function work(order: WorkerOrder): Promise<WorkerResult> {
  const recorder = createRecorder({ process: order.name });
  const raised = Object.fromEntries(
    order.merged.map((resource) => [resource, Object.fromEntries(order.agents.map((agent) => [agent, 0]))]),
  );
  const statuses: Record<string, number> = {};
  let made = 0;

  async function commitOnce(controller: Controller, agent: string, resource: string, content: string): Promise<void> {
    const { token } = await recorder.begin(() => controller.begin(resource, { agent }));
    const run = (): ReturnType<typeof controller.commit> => controller.commit(token, { content });
    const { status } = await recorder.commit(token, run, { hash: hashOf(content) });
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  async function mergeOnce(controller: Controller, agent: string, resource: string): Promise<void> {
    const draft = await recorder.begin(() => controller.begin(resource, { agent }));
    const content = counted(textOf(draft.content), agent);
    const run = (): ReturnType<typeof controller.commit> => controller.commitOrResolve(draft.token, { content });
    const { status } = await recorder.commit(draft.token, run, { hash: hashOf(content) });
    statuses[status] = (statuses[status] ?? 0) + 1;
    const own = raised[resource];
    if (own !== undefined && (status === 'committed' || status === 'merged')) own[agent] = (own[agent] ?? 0) + 1;
  }

  async function task(controller: Controller, index: number): Promise<void> {
    const random = createRandom(order.seed + index);
    const agent = order.agents[index] ?? order.name;
    while (recorder.operations.length < order.operations) {
      made += 1;
      const turn = random.next();
      if (turn < order.merging) await mergeOnce(controller, agent, random.pick(order.merged));
      else if (turn < 0.3) await commitOnce(controller, agent, random.pick(order.plain), `${order.name} ${made}`);
      else {
        const resource = random.pick([...order.plain, ...order.merged]);
        await recorder.read(resource, () => controller.read(resource));
      }
    }
  }

  const controllers = controllersOf(order);
  await Promise.all(controllers.map(task));
  await Promise.all([...new Set(controllers)].map((controller) => controller.close()));
  writeFileSync(order.history, recorder.operations.map((operation) => `${formatOperation(operation)}\n`).join(''));
  return { raised, statuses };
}

if (process.send !== undefined) {
  process.once('message', (order: WorkerOrder) => {
    work(order).then(
      (result) => process.send?.(result, () => void (process.connected && process.disconnect())),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}
