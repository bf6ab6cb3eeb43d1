// The thread's side of offload.ts: one job after another, results back as plain data.
import { parentPort } from 'node:worker_threads';
import { mergeContents } from './merge.ts';
import type { Job, JobAnswer } from './offload.ts';
import type { Engine, MergeInput } from './types.ts';

async function run(job: Job): Promise<JobAnswer> {
  try {
    const engine = job.module === undefined ? mergeContents : await engineOf(job.module);
    parentPort?.postMessage({ started: true } satisfies JobAnswer);
    const result: unknown = await engine(job.input);
    return { result: withoutInput(result) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function engineOf(url: string): Promise<Engine> {
  const loaded = (await import(url)) as { readonly merge?: unknown };
  if (typeof loaded.merge !== 'function') throw new Error('the module exports no function named "merge"');
  return loaded.merge as Engine;
}

/** The asker has the input: sending it back would copy three documents. */
function withoutInput(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('input' in result)) return result;
  const { input: _input, ...rest } = result as { readonly input: MergeInput };
  return rest;
}

/** What cannot cross to another thread (a function, say) is no answer. */
function answer(found: JobAnswer): void {
  try {
    parentPort?.postMessage(found);
  } catch (error) {
    parentPort?.postMessage({ error: `its answer cannot leave the thread: ${String(error)}` } satisfies JobAnswer);
  }
}

parentPort?.on('message', (job: Job) => {
  void run(job).then(answer);
});
