// One process of the history proof: several tasks at once read, commit and merge on a few hot resources of one SQLite
// file, and everything that they were told is written down.
import { writeFileSync } from 'node:fs';
import { createController } from '../../src/controller/controller.ts';
import { hashOf } from '../../src/core/hash.ts';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import { merge } from '../../src/strategies/merge.ts';
import { createRecorder, formatOperation } from '../../src/verify/index.ts';
import { counted, textOf } from '../support/documents.ts';
import { createRandom } from '../support/random.ts';

export interface WorkerOrder {
  readonly name: string;
  readonly database: string;
  readonly history: string;
  readonly seed: number;
  readonly tasks: number;
  readonly operations: number;
  readonly plain: readonly string[];
  readonly merged: readonly string[];
}

/** What a worker tells at the end: how often its own count was raised in each merged resource. */
export interface WorkerResult {
  readonly raised: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
}

export async function work(order: WorkerOrder): Promise<WorkerResult> {
  const store = createSqliteStore({ path: order.database, onWarning: () => {}, timeoutMs: 30_000 });
  const controller = createController({ store, default: merge('text') });
  const recorder = createRecorder({ process: order.name });
  const raised: Record<string, number> = Object.fromEntries(order.merged.map((resource) => [resource, 0]));
  const statuses: Record<string, number> = {};
  let made = 0;

  async function commitOnce(resource: string, content: string): Promise<void> {
    const { token } = await recorder.begin(() => controller.begin(resource, { agent: order.name }));
    const run = (): ReturnType<typeof controller.commit> => controller.commit(token, { content });
    const { status } = await recorder.commit(token, run, { hash: hashOf(content) });
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  async function mergeOnce(resource: string): Promise<void> {
    const draft = await recorder.begin(() => controller.begin(resource, { agent: order.name }));
    const content = counted(textOf(draft.content), order.name);
    const run = (): ReturnType<typeof controller.commit> => controller.commitOrResolve(draft.token, { content });
    const { status } = await recorder.commit(draft.token, run, { hash: hashOf(content) });
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 'committed' || status === 'merged') raised[resource] = (raised[resource] ?? 0) + 1;
  }

  async function task(index: number): Promise<void> {
    const random = createRandom(order.seed + index);
    // The task's own merged resource: two tasks of one name would write the same bytes, which is no change.
    const mine = order.merged[index % order.merged.length];
    while (recorder.operations.length < order.operations) {
      made += 1;
      const turn = random.next();
      if (turn < 0.05 && mine !== undefined && index < order.merged.length) await mergeOnce(mine);
      else if (turn < 0.3) await commitOnce(random.pick(order.plain), `${order.name} ${made}`);
      else {
        const resource = random.pick([...order.plain, ...order.merged]);
        await recorder.read(resource, () => controller.read(resource));
      }
    }
  }

  await Promise.all(Array.from({ length: order.tasks }, (_, index) => task(index)));
  await controller.close();
  writeFileSync(order.history, recorder.operations.map((operation) => `${formatOperation(operation)}\n`).join(''));
  return { raised, statuses };
}

if (process.send !== undefined) {
  process.once('message', (order: WorkerOrder) => {
    work(order).then(
      (result) => process.send?.(result, () => process.disconnect()),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}
