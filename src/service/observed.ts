// What is measured: how long the store and the merges take, and what commits come to. Each is also a span of
// OpenTelemetry, below that of the request that asked for it; without a provider that costs next to nothing.
import { context, isSpanContextValid, ProxyTracerProvider, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { LocalController } from '../controller/dissected.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Awaitable, LogEntry, Store } from '../stores/store.ts';
import { passThrough } from './pass-through.ts';

/** What is told of the work of a service. Times are in milliseconds. */
export interface Meter {
  /** `replayed`: the first answer again, to a request that came more than once. */
  outcome(status: Outcome['status'] | 'replayed'): void;
  merged(ms: number): void;
  store(operation: string, ms: number, failed: boolean): void;
  /** Entries that the feed has just read, with the age of the oldest of them. */
  told(entries: number, ageMs: number): void;
}

export const NO_METER: Meter = {
  outcome: () => undefined,
  merged: () => undefined,
  store: () => undefined,
  told: () => undefined,
};

const NAME = 'entente';
const tracer = trace.getTracer(NAME);
const provider = trace.getTracerProvider();
let isHeard = false;

/** False while nobody has set up a provider: a span that is made all the same costs a request a good part of what is ours in it. */
export function isTracing(): boolean {
  isHeard ||= !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(NAME) !== undefined;
  return isHeard;
}

/** Whether anybody hears of the span or of those below it. */
export function isTraced(span: Span): boolean {
  return span.isRecording() || isSpanContextValid(span.spanContext());
}

/** Runs work inside a span, where anybody hears of it; a fault is noted in it and goes on. */
export function inSpan<T>(name: string, work: (span?: Span) => Awaitable<T>): Awaitable<T> {
  if (!isTracing()) return work();
  const span = tracer.startSpan(name);
  return isTraced(span) ? traced(span, work) : work(span);
}

async function traced<T>(span: Span, work: (span: Span) => Awaitable<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** The store with its calls measured. What it promises stays as it is. */
export function observeStore(store: Store, meter: Meter): Store {
  // What is answered at once stays so: a promise would cost a commit in memory as much as the commit.
  const timed = <T>(operation: string, work: () => Awaitable<T>): Awaitable<T> => {
    const start = performance.now();
    const done = (failed: boolean): void => meter.store(operation, performance.now() - start, failed);
    let answer: Awaitable<T>;
    try {
      answer = work();
    } catch (error) {
      done(true);
      throw error;
    }
    if (!(answer instanceof Promise)) {
      done(false);
      return answer;
    }
    answer.then(
      () => done(false),
      () => done(true),
    );
    return answer;
  };
  const waited = async <T>(operation: string, work: () => Promise<T>): Promise<T> => timed(operation, work);
  return {
    ...passThrough(store),
    commit: (requests) =>
      inSpan('entente.store.commit', (span) => {
        span?.setAttribute('entente.commits', requests.length);
        return timed('commit', () => store.commit(requests));
      }),
    commitStatus: (space, agent, commitId) => waited('commitStatus', () => store.commitStatus(space, agent, commitId)),
    read: (space, ids) => timed('read', () => store.read(space, ids)),
    content: (hash) => waited('content', () => store.content(hash)),
    list: (space, prefix, page) => waited('list', () => store.list(space, prefix, page)),
    history: (space, id, page) => waited('history', () => store.history(space, id, page)),
    record: (space, kind, id) => waited('record', () => store.record(space, kind, id)),
    records: (space, kind, filter, page) => waited('records', () => store.records(space, kind, filter, page)),
    log: (space, after, limit) => waited('log', () => store.log(space, after, limit)),
  };
}

export async function observeMerge<T>(meter: Meter, work: () => Promise<T>): Promise<T> {
  return inSpan('entente.merge', async () => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      meter.merged(performance.now() - start);
    }
  });
}

/** The controller with the outcomes of its commits counted. */
export function observeController(controller: LocalController, meter: Meter): LocalController {
  const count = (outcome: Outcome): Outcome => {
    meter.outcome(outcome.replayed === true ? 'replayed' : outcome.status);
    return outcome;
  };
  const counted = (promised: Promise<Outcome>): Promise<Outcome> => promised.then(count);
  return {
    ...controller,
    commit: (token, change, options) => counted(controller.commit(token, change, options)),
    commitOrResolve: (token, change, options) => counted(controller.commitOrResolve(token, change, options)),
    transact: (options) => counted(controller.transact(options)),
    resolve: (id, decision, options) => counted(controller.resolve(id, decision, options)),
  };
}

export function observeEntries(entries: readonly LogEntry[], now: number, meter: Meter): void {
  const [first] = entries;
  if (first !== undefined) meter.told(entries.length, Math.max(0, now - first.at));
}
