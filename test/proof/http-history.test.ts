// The proof over HTTP: what many clients, in several processes, were told by one `entente serve` is linearizable, and
// `entente verify HISTORY.jsonl` says so. 3,000 operations of 16 clients every day; with ENTENTE_LONG=1 100,000 of 8, 16,
// 32 and 64 each.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { formatOperation } from '../../src/verify/index.ts';
import { openDesk } from '../support/command-line.ts';
import { countOf, textOf } from '../support/documents.ts';
import { isLong, LAW_TIMEOUT } from '../support/law-runs.ts';
import { serve } from '../support/served.ts';
import { agentsOf, firstContents, startWorker } from './workers.ts';

const SEED = 200_000;
const plain = Array.from({ length: 12 }, (_, index) => `hot/${index}.md`);
const merged = ['merged/0.md', 'merged/1.md'];

interface Size {
  readonly clients: number;
  readonly processes: number;
  readonly operations: number;
}
const sizes: readonly Size[] = isLong
  ? [8, 16, 32, 64].map((clients) => ({ clients, processes: 4, operations: 100_000 }))
  : [{ clients: 16, processes: 2, operations: 3000 }];
const runs = sizes.flatMap((size) => (['memory', 'sqlite'] as const).map((kind) => ({ ...size, kind })));

describe('recorded histories over HTTP', () => {
  it.each(runs)(
    '[CT14] $operations operations of $clients clients in $processes processes, $kind: a linearizable history',
    async ({ kind, clients, processes, operations }) => {
      const desk = await openDesk();
      onTestFinished(desk.close);
      const store = kind === 'memory' ? ['--store', 'memory:', '--key-file', 'server.key'] : [];
      const server = await serve(desk, [...store, '--limit', 'requestsPerMinute=100000000']);
      onTestFinished(() => void server.child.kill('SIGKILL'));
      const names = Array.from({ length: processes }, (_, index) => `p${index + 1}`);
      const agents = names.map((name) => agentsOf(name, clients / processes));
      const place = { url: server.url, key: server.key };
      const owner = createClient(place);
      await owner.setPolicy({ rules: [['merged/**', 'merge(text)']] }, { agent: 'setup' });
      const before = await firstContents(owner, { plain, merged, agents: agents.flat() });
      const history = desk.path('history.jsonl');
      writeFileSync(history, before.map((operation) => `${formatOperation(operation)}\n`).join(''));
      const shared = { place, plain, merged, merging: 0.05, operations: operations / processes };
      const began = performance.now();
      const results = await Promise.all(
        names.map((name, index) =>
          startWorker({
            ...{ ...shared, name, agents: agents[index] ?? [] },
            ...{ history: desk.path(`${name}.jsonl`), seed: SEED + 1000 * index },
          }),
        ),
      );
      const seconds = (performance.now() - began) / 1000;
      for (const name of names) appendFileSync(history, readFileSync(desk.path(`${name}.jsonl`)));

      const proof = await desk.run(['verify', 'history.jsonl', '--json']);
      expect([proof.code, proof.json()]).toMatchObject([0, { ok: true, resources: plain.length + merged.length }]);
      expect(proof.json()['operations']).toBeGreaterThanOrEqual(operations);

      // It was a real race, and every merge took in what the others had written.
      const total = (status: string): number =>
        results.reduce((sum, result) => sum + (result.statuses[status] ?? 0), 0);
      if (isLong) {
        const told = ['committed', 'conflict', 'merged'].map((status) => `${total(status)} ${status}`).join(', ');
        process.stdout.write(
          `${kind}, ${clients} clients: ${operations} operations in ${seconds.toFixed(1)} s, ${told}\n`,
        );
      }
      expect(total('conflict')).toBeGreaterThan(operations / 200);
      expect(total('merged')).toBeGreaterThan(0);
      expect(total('committed')).toBeGreaterThan(operations / 50);
      expect(total('unknown') + total('rejected') + total('escalated')).toBe(0);
      for (const resource of merged) {
        const text = textOf((await owner.read(resource))?.content);
        for (const { raised } of results)
          for (const [agent, count] of Object.entries(raised[resource] ?? {}))
            expect([agent, countOf(text, agent)]).toEqual([agent, count]);
      }
      expect(await server.stop()).toBe(0);
      if (kind === 'sqlite') expect((await desk.run(['verify'])).code).toBe(0);
    },
    LAW_TIMEOUT,
  );
});
