// Merges in a worker thread: heavy ones, and custom engines that need a hard limit. One thread is kept warm while there
// is work; a merge that does not end in time ends with its thread.
// Longer than most: a thread, what waits for it and the time it has are one small machine.
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { LaidOut, Settling } from './parts.ts';
import type { Evidence } from './recorded.ts';
import { afterLarge, handOver } from './transfer.ts';
import type { ConflictedMerge, MergeInput, MergeResult, SettledConflict } from './types.ts';

export interface OffloadOptions {
  /** Milliseconds the merge may run in its thread. */
  readonly ms: number;
  /** A module whose export `merge` is the engine; otherwise the built-in engines. */
  readonly modulePath?: string;
}

/** What a thread is asked and what it answers. */
export interface Job {
  readonly input: MergeInput;
  readonly module: string | undefined;
  /** Not a merge, but work on one that is a conflict. */
  readonly kept?: KeptJob;
}
/**
 * Kept decisions that are applied, or that are looked for in decided bytes; decisions of somebody who chooses; or the
 * conflict laid out. It goes without its input.
 */
export type KeptJob = { readonly result: Omit<ConflictedMerge, 'input'> } & (
  | { readonly evidence: readonly Evidence[]; readonly strict: boolean }
  | { readonly decided: Uint8Array; readonly use: 'base' | 'current' | 'proposed' | undefined }
  | { readonly decisions: readonly SettledConflict[] }
  | { readonly lay: true }
);
export type JobAnswer = { readonly result: unknown } | { readonly error: string } | { readonly started: true };

/** Beyond the engine's own budget, which ends most merges by itself: the start of a step that cannot look at a clock. */
const GRACE_MS = 250;
const START_MS = 30_000;
/** What a timer takes at most: it would take a longer time for none. */
const LONGEST_MS = 2 ** 31 - 1;

/** From source a thread loads the loader of TypeScript by itself: what its process was started with stays out of threads. */
const FROM_SOURCE = `
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { workerData } = require('node:worker_threads');
const near = createRequire(workerData);
const { exports } = near('tsx/package.json');
const api = new URL(exports['./esm/api'].import.default, pathToFileURL(near.resolve('tsx/package.json')));
import(api.href).then(({ register }) => { register(); return import(workerData); });
`;

let idle: Worker | undefined;

/** More threads than cores would only take time from each other, and memory from everybody. */
const MOST = availableParallelism();
let busy = 0;
const waiting: (() => void)[] = [];

/** As many merges at once as there are cores; the others wait for their turn, and their time begins with it. */
export function offloadMerge(input: MergeInput, options: OffloadOptions): Promise<MergeResult> {
  return inTurn(() => mergeInThread(input, options));
}

/** `applyRecorded` in a thread; undefined where that takes too long. */
export function offloadApply(
  result: ConflictedMerge,
  evidence: readonly Evidence[],
  options: { readonly ms: number; readonly strict: boolean },
): Promise<MergeResult | undefined> {
  return inTurn(async () => {
    const { input, ...rest } = result;
    const job = { result: rest, evidence, strict: options.strict };
    const answer = await askAbout(input, job, options.ms);
    return answer === undefined ? undefined : fromAnswer(answer, input);
  });
}

/** `findDecisions` in a thread; undefined also where that takes too long. */
export function offloadFind(
  result: ConflictedMerge,
  decided: Uint8Array,
  options: { readonly ms: number; readonly use: 'base' | 'current' | 'proposed' | undefined },
): Promise<readonly SettledConflict[] | undefined> {
  return inTurn(async () => {
    const { input, ...rest } = result;
    const answer = await askAbout(input, { result: rest, decided, use: options.use }, options.ms);
    return answer !== undefined && 'result' in answer
      ? (answer.result as readonly SettledConflict[] | undefined)
      : undefined;
  });
}

/** `layOut` in a thread; undefined where that takes too long. */
export function offloadLayOut(result: ConflictedMerge, ms: number): Promise<LaidOut | undefined> {
  return inTurn(async () => {
    const { input, ...rest } = result;
    const answer = await askAbout(input, { result: rest, lay: true }, ms);
    return answer !== undefined && 'result' in answer ? (answer.result as LaidOut) : undefined;
  });
}

/** `settleOrRefuse` in a thread; undefined where that takes too long. */
export function offloadSettle(
  result: ConflictedMerge,
  decisions: readonly SettledConflict[],
  ms: number,
): Promise<Settling | undefined> {
  return inTurn(async () => {
    const { input, ...rest } = result;
    const answer = await askAbout(input, { result: rest, decisions }, ms);
    return answer !== undefined && 'result' in answer ? (answer.result as Settling) : undefined;
  });
}

async function askAbout(input: MergeInput, kept: KeptJob, ms: number): Promise<JobAnswer | undefined> {
  const worker = takeWorker();
  try {
    const job = { input: cloneable(input), module: undefined, kept };
    const answer = await ask(worker, job, [], Math.min(ms + GRACE_MS, LONGEST_MS));
    keepWorker(worker);
    return 'error' in answer ? undefined : answer;
  } catch {
    await worker.terminate();
    return undefined;
  }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (busy < MOST) busy += 1;
  else await new Promise<void>((go) => waiting.push(go));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }
}

async function mergeInThread(input: MergeInput, options: OffloadOptions): Promise<MergeResult> {
  const worker = takeWorker();
  try {
    const module = options.modulePath === undefined ? undefined : moduleUrl(options.modulePath);
    const limit = Math.min(options.ms + GRACE_MS, LONGEST_MS);
    const handed = await handOver(cloneable(input));
    const answer = await ask(worker, { input: handed.input, module }, handed.buffers, limit);
    keepWorker(worker);
    await afterLarge(answer);
    return fromAnswer(answer, input);
  } catch (error) {
    await worker.terminate();
    const message = error instanceof Error ? error.message : String(error);
    return options.modulePath === undefined ? overBudget(input, message) : threw(message);
  }
}

function moduleUrl(path: string): string {
  return path.startsWith('file:') ? path : pathToFileURL(path).href;
}

/** A module path may have side effects in its thread, so its thread is kept like the others; only one is kept. */
function keepWorker(worker: Worker): void {
  if (idle !== undefined) {
    void worker.terminate();
    return;
  }
  idle = worker;
  worker.unref();
}

function takeWorker(): Worker {
  const kept = idle;
  idle = undefined;
  if (kept !== undefined) {
    kept.ref();
    return kept;
  }
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
  const worker = fromSource ? new Worker(FROM_SOURCE, { eval: true, workerData: entry.href }) : new Worker(entry);
  worker.on('exit', () => {
    if (idle === worker) idle = undefined;
  });
  return worker;
}

/** The time runs from the moment the thread has begun, so that a cold start does not count as a slow merge. */
function ask(worker: Worker, job: Job, buffers: readonly ArrayBuffer[], ms: number): Promise<JobAnswer> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => finish(() => reject(new Error('the merge thread did not start'))), START_MS);
    function finish(settle: () => void): void {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      settle();
    }
    function onMessage(answer: JobAnswer): void {
      if ('started' in answer) {
        clearTimeout(timer);
        timer = setTimeout(() => finish(() => reject(new Error(`the merge did not end within ${ms} ms`))), ms);
        return;
      }
      finish(() => resolve(answer));
    }
    const onError = (error: unknown): void =>
      finish(() => reject(error instanceof Error ? error : new Error(String(error))));
    const onExit = (): void => finish(() => reject(new Error('the merge thread ended')));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(job, buffers);
  });
}

/** Functions do not cross to another thread: a budget's clock stays here, the thread has its own. */
function cloneable(input: MergeInput): MergeInput {
  const budget = input.options?.budget;
  if (budget?.clock === undefined) return input;
  const { clock: _clock, ...rest } = budget;
  return { ...input, options: { ...input.options, budget: rest } };
}

function fromAnswer(answer: JobAnswer, input: MergeInput): MergeResult {
  if ('error' in answer) return threw(answer.error);
  const result = ('result' in answer ? answer.result : undefined) as MergeResult | undefined;
  if (result === undefined || result === null || typeof result !== 'object')
    return threw('the engine answered nothing');
  return result.status === 'conflict' ? { ...result, input } : result;
}

function threw(message: string): MergeResult {
  return { status: 'error', code: 'strategy-threw', message: message.slice(0, 500) };
}

function overBudget(input: MergeInput, reason: string): MergeResult {
  const { base, current, proposed } = input;
  return {
    status: 'conflict',
    conflicts: [
      {
        id: 'budget',
        kind: 'budget',
        at: { pointer: '' },
        reason: `budget: ${reason}`,
        ...(base === null ? {} : { base }),
        ...(current === null ? {} : { current }),
        ...(proposed === null ? {} : { proposed }),
      },
    ],
    partial: current,
    stats: { engine: input.options?.engine ?? 'auto', clean: 0, conflicts: 1 },
    notes: [],
    input,
  };
}
