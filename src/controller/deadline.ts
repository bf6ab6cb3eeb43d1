// The deadline of an update, and the signal that tells a function of it. Timer and signal are made when they are first
// needed: a function that answers at once needs neither, and they would cost more than its commit.
// Imported, because the global of this name is looked up through a getter at every use.
import { performance } from 'node:perf_hooks';
import { EntenteError } from '../core/errors.ts';
import { timerMs } from './backoff.ts';

export class Deadline {
  readonly #until: number;
  #fresh: boolean;
  readonly #own: AbortSignal | undefined;
  readonly #resource: string;
  #timer: NodeJS.Timeout | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #signal: AbortSignal | undefined = undefined;

  /** `own`: the caller's signal. `resource`: what the update that ends here is of. */
  constructor(ms: number, own: AbortSignal | undefined, resource: string) {
    this.#until = performance.now() + ms;
    this.#fresh = ms > 0;
    this.#own = own;
    this.#resource = resource;
  }

  /** The reason when the deadline passes. */
  #tooLate(): EntenteError {
    return new EntenteError('budget', `The update of ${this.#resource} did not finish before its deadline.`, {
      next: 'Raise deadlineMs, or do less in the function.',
    });
  }

  /** Aborts when the deadline passes or the caller's own signal does. */
  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    const controller = new AbortController();
    this.#controller = controller;
    const left = this.#until - performance.now();
    if (left <= 0) controller.abort(this.#tooLate());
    else this.#timer = setTimeout(() => controller.abort(this.#tooLate()), timerMs(left));
    this.#signal = this.#own === undefined ? controller.signal : AbortSignal.any([this.#own, controller.signal]);
    return this.#signal;
  }

  #isLate(): boolean {
    return this.#controller === undefined ? performance.now() > this.#until : this.#controller.signal.aborted;
  }

  /** Throws the reason when it is too late, or the caller has aborted. */
  check(): void {
    this.#own?.throwIfAborted();
    if (this.#fresh) {
      // The clock was read a moment ago, when this was made; to read it costs as much as to make ten objects.
      this.#fresh = false;
      return;
    }
    if (this.#isLate()) throw this.#controller?.signal.reason ?? this.#tooLate();
  }

  /** Rejects when it is too late: a function that ignores its signal is given up, its result is not used. */
  guard<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      // The function itself may have aborted: that event has been.
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** The deadline has passed, and the caller has not aborted. */
  get passed(): boolean {
    return this.#isLate() && this.#own?.aborted !== true;
  }

  end(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }
}

/** What a function is told beside its draft; asking for the signal makes it. */
export class TurnContext {
  readonly attempt: number;
  readonly #deadline: Deadline;

  constructor(attempt: number, deadline: Deadline) {
    this.attempt = attempt;
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }
}
