// A process of its own that commits in a tight loop, for the fairness of several processes on one file.
import type { Head } from '../src/core/version.ts';
import { guardOf, makeRequest, writeOf } from '../src/stores/conformance/client.ts';
import { createSqliteStore } from '../src/stores/sqlite.ts';

export interface LoopReport {
  readonly commits: number;
  /** Milliseconds. */
  readonly p99: number;
}

const [, , path = '', name = '', ms = '0'] = process.argv;
const store = createSqliteStore({ path, onWarning: () => undefined });
const epoch = await store.epoch();

/** Ids as the controller makes them: random for each maker, then a counter. */
const maker = crypto.randomUUID();
let made = 0;
function newId(): string {
  made += 1;
  return `${maker}-${made.toString(36)}`;
}

async function loop(): Promise<LoopReport> {
  const waits: number[] = [];
  let head: Head | undefined;
  const end = performance.now() + Number(ms);
  while (performance.now() < end) {
    const start = performance.now();
    const [reply] = await store.commit([
      makeRequest(epoch, {
        commitId: newId(),
        tokenBound: true,
        guards: [guardOf(name, head)],
        writes: [writeOf(name, `${name} ${waits.length}`)],
      }),
    ]);
    if (reply?.status !== 'committed') throw new Error(JSON.stringify(reply));
    head = reply.heads[0];
    waits.push(performance.now() - start);
  }
  waits.sort((left, right) => left - right);
  return { commits: waits.length, p99: waits[Math.floor(waits.length * 0.99)] ?? Number.POSITIVE_INFINITY };
}

process.once('message', async () => {
  const report = await loop();
  await store.close();
  process.send?.(report, () => process.disconnect());
});
process.send?.('ready');
