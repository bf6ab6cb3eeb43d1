// Many writers on one resource: how often each has to try. Attempts are counted at the store, by commitId.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createController } from '../src/controller/controller.ts';
import { createMemoryStore } from '../src/stores/memory.ts';
import { createSqliteStore } from '../src/stores/sqlite.ts';
import type { Store } from '../src/stores/store.ts';
import { merge } from '../src/strategies/merge.ts';
import type { Row } from './rows.ts';

const WRITERS = 64;
const EACH = 10;

interface Counted {
  readonly store: Store;
  /** Attempts by commitId. */
  readonly attempts: Map<string, number>;
}

function counting(inner: Store): Counted {
  const attempts = new Map<string, number>();
  const store: Store = Object.create(inner, {
    commit: {
      value: (requests: Parameters<Store['commit']>[0]) => {
        for (const request of requests) attempts.set(request.commitId, (attempts.get(request.commitId) ?? 0) + 1);
        return inner.commit(requests);
      },
    },
  });
  return { store, attempts };
}

/** Each writer changes a line of its own, begun from what all have read at the same time. */
async function writers(name: string, inner: Store): Promise<Row[]> {
  const { store, attempts } = counting(inner);
  const entente = createController({ store, default: merge('text') });
  const lines = Array.from({ length: WRITERS * 2 }, (_, index) => `line ${index}`);
  const first = await entente.begin('hot.txt', { agent: 'setup' });
  await entente.commit(first.token, { content: `${lines.join('\n')}\n` });
  attempts.clear();
  let finished = 0;
  const start = performance.now();
  await Promise.all(
    [...Array(WRITERS).keys()].map(async (writer) => {
      for (let round = 0; round < EACH; round += 1) {
        const draft = await entente.begin('hot.txt', { agent: `writer-${writer}` });
        const text = Buffer.from(draft.content ?? [])
          .toString('utf8')
          .split('\n');
        text[writer * 2] = `line of writer ${writer}, round ${round}`;
        const outcome = await entente.commitOrResolve(draft.token, { content: text.join('\n') });
        if (outcome.status === 'committed' || outcome.status === 'merged') finished += 1;
      }
    }),
  );
  const ms = performance.now() - start;
  await entente.close();
  const counts = [...attempts.values()];
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const most = Math.max(...counts);
  const wanted = WRITERS * EACH;
  return [
    {
      what: `${WRITERS} writers on one resource with merge, ${name}: mean attempts of a commit`,
      ours: mean.toFixed(2),
      baseline: `${finished} of ${wanted} finished, ${ms.toFixed(0)} ms`,
      ratio: mean,
      bar: '≤ 4',
      ok: mean <= 4 && finished === wanted,
    },
    {
      what: `${WRITERS} writers on one resource with merge, ${name}: most attempts of a commit`,
      ours: String(most),
      baseline: '',
      ratio: most,
      bar: '≤ 20',
      ok: most <= 20,
    },
  ];
}

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-bench-'));
  try {
    return [
      ...(await writers('memory', createMemoryStore())),
      ...(await writers('SQLite', createSqliteStore({ path: join(folder, 'store.db') }))),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
