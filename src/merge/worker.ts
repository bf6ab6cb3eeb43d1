// The thread's side of offload.ts: one job after another, results back as plain data.
import { parentPort } from 'node:worker_threads';
import { prepareGrammar } from './code/grammars.ts';
import { findDecisions } from './find-decisions.ts';
import { mergeContents } from './merge.ts';
import type { Job, JobAnswer, KeptJob } from './offload.ts';
import { layOut, settleOrRefuse } from './parts.ts';
import { proved } from './prove.ts';
import { applyRecorded } from './recorded.ts';
import { buffersOf } from './transfer.ts';
import type { Engine, MergeInput, MergeResult } from './types.ts';

async function run(job: Job): Promise<JobAnswer> {
  try {
    const engine = job.module === undefined ? mergeContents : await engineOf(job.module);
    await prepareGrammar(job.input.path);
    parentPort?.postMessage({ started: true } satisfies JobAnswer);
    if (job.kept !== undefined) return { result: withoutInput(about(job.input, job.kept)) };
    const result: unknown = await engine(job.input);
    // The proof has a time of its own: a merge that was done in time is not lost because it took long to check.
    parentPort?.postMessage({ started: true } satisfies JobAnswer);
    return { result: withoutInput(isClean(result) ? proved(job.input, result) : result) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function about(input: MergeInput, kept: KeptJob): unknown {
  const result = { ...kept.result, input };
  if ('evidence' in kept) return applyRecorded(result, kept.evidence, kept.strict);
  if ('decided' in kept) return findDecisions(result, kept.decided, kept.use);
  return 'lay' in kept ? layOut(result) : settleOrRefuse(result, kept.decisions);
}

async function engineOf(url: string): Promise<Engine> {
  const loaded = (await import(url)) as { readonly merge?: unknown };
  if (typeof loaded.merge !== 'function') throw new Error('the module exports no function named "merge"');
  return loaded.merge as Engine;
}

/** What a module answers may be anything; what is no whole result is judged by the asker. */
function isClean(result: unknown): result is Extract<MergeResult, { status: 'clean' }> {
  if (typeof result !== 'object' || result === null) return false;
  const { status, content, receipt, stats, notes } = result as { readonly [field: string]: unknown };
  return (
    status === 'clean' &&
    (content === null || content instanceof Uint8Array) &&
    [receipt, stats].every((part) => typeof part === 'object' && part !== null) &&
    Array.isArray(notes)
  );
}

/** The asker has the input: sending it back would copy three documents. */
function withoutInput(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('input' in result)) return result;
  const { input: _input, ...rest } = result as { readonly input: MergeInput };
  return rest;
}

/** What cannot cross to another thread (a function, say) is no answer. */
function answer(found: JobAnswer, buffers: readonly ArrayBuffer[]): void {
  try {
    parentPort?.postMessage(found, buffers);
  } catch (error) {
    parentPort?.postMessage({ error: `its answer cannot leave the thread: ${String(error)}` } satisfies JobAnswer);
  }
}

parentPort?.on('message', (job: Job) => {
  // What an engine of others answers stays its own: it may give the same bytes again.
  const isOurs = job.module === undefined;
  void run(job).then((found) => answer(found, isOurs && 'result' in found ? buffersOf(found.result) : []));
});
