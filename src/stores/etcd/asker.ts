// Questions that come at the same time are one transaction: each caller gets the answers to its own, and what several ask
// is asked once. A call costs this process and etcd's gateway more than the questions in it.
import type { Answered, Json, Operation } from './wire.ts';

/** Operations of one transaction: etcd takes 128. */
const MOST = 120;
/** Transactions under way; what comes meanwhile gathers. */
const FLIGHTS = 2;

type Send = (operations: readonly Operation[]) => Promise<Answered>;

interface Waiting {
  readonly operations: readonly Operation[];
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks at one moment that is not before the call. Throws what the sending throws, to all who asked together. */
export function createAsker(send: Send): Send {
  let waiting: Waiting[] = [];
  let flights = 0;
  let due = false;

  function plan(): void {
    if (due || flights >= FLIGHTS || waiting.length === 0) return;
    due = true;
    // Callers that are woken together reach us in one turn of the event loop: let them all in.
    setImmediate(() => {
      due = false;
      void fly();
      plan();
    });
  }

  async function fly(): Promise<void> {
    const { operations, group } = take();
    if (group.length === 0) return;
    flights += 1;
    try {
      const { responses, ...rest } = await send(operations);
      for (const { resolve, places } of group) {
        resolve({ ...rest, responses: places.map((place) => responses[place] as Json) });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    flights -= 1;
    plan();
  }

  function take(): { operations: Operation[]; group: (Waiting & { readonly places: readonly number[] })[] } {
    const operations: Operation[] = [];
    const known = new Map<string, number>();
    const group: (Waiting & { readonly places: readonly number[] })[] = [];
    let count = 0;
    for (const item of waiting) {
      if (group.length > 0 && operations.length + item.operations.length > MOST) break;
      count += 1;
      const places = item.operations.map((operation) => {
        const text = JSON.stringify(operation);
        const place = known.get(text) ?? operations.length;
        if (place === operations.length) {
          known.set(text, place);
          operations.push(operation);
        }
        return place;
      });
      group.push({ ...item, places });
    }
    waiting = waiting.slice(count);
    return { operations, group };
  }

  return (operations) => {
    // What is asked of a moment in the past may be compacted: that is its own failure.
    if (operations.some(isOfThePast)) return send(operations);
    return new Promise((resolve, reject) => {
      waiting.push({ operations, resolve, reject });
      plan();
    });
  };
}

function isOfThePast(operation: Operation): boolean {
  return 'request_range' in operation && operation.request_range.revision !== undefined;
}
