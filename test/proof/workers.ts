// Starts the processes of a history proof, and sets up what they work on.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Controller } from '../../src/controller/types.ts';
import { createRecorder, type HistoryOperation } from '../../src/verify/index.ts';
import { bundled } from '../support/bundled.ts';
import { sections } from '../support/documents.ts';
import type { WorkerOrder, WorkerResult } from './history-worker.ts';

export function startWorker(order: WorkerOrder): Promise<WorkerResult> {
  const file = fileURLToPath(new URL('./history-worker.ts', import.meta.url));
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  // A controller of its own may start threads for its merges, from files beside its modules; a client needs none.
  const child =
    'url' in order.place
      ? fork(bundled(file), [], { execArgv: [] })
      : fork(file, [], { execArgv: ['--import', loader] });
  child.send(order);
  return new Promise((resolve, reject) => {
    let result: WorkerResult | undefined;
    child.once('message', (told: WorkerResult) => {
      result = told;
    });
    child.once('exit', (code) => {
      if (result === undefined) reject(new Error(`${order.name} ended with ${code}`));
      else resolve(result);
    });
  });
}

/** Writes the first contents: a section for each agent in the merged ones. Answers what was there before the workers came. */
export async function firstContents(
  controller: Pick<Controller, 'begin' | 'commit'>,
  { plain, merged, agents }: { readonly [kind in 'plain' | 'merged' | 'agents']: readonly string[] },
): Promise<readonly HistoryOperation[]> {
  const recorder = createRecorder({ process: 'setup' });
  for (const resource of [...plain, ...merged]) {
    const { token } = await recorder.begin(() => controller.begin(resource, { agent: 'setup' }));
    const content = merged.includes(resource) ? sections(agents) : `first of ${resource}`;
    await recorder.commit(token, () => controller.commit(token, { content }));
  }
  return recorder.operations;
}

/** So many agents for each process, in names of their own. */
export function agentsOf(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}.${index + 1}`);
}
