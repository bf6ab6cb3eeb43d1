// L4: many clients in several processes on one server, everything that they were told recorded and judged. It must be
// what one correct register could have said.
import { readFileSync } from 'node:fs';
import { createClient } from '../../../src/client/index.ts';
import { parseHistory } from '../../../src/verify/index.ts';
import { agentsOf, firstContents, startWorker } from '../../proof/workers.ts';
import { openDesk } from '../../support/command-line.ts';
import { countOf, textOf } from '../../support/documents.ts';
import { serve } from '../../support/served.ts';
import { demand, type Layer, type ProofContext } from '../frame.ts';
import { type StoreName, storeNames } from '../places.ts';

const plain = Array.from({ length: 12 }, (_, index) => `hot/${index}.md`);
const merged = ['merged/0.md', 'merged/1.md'];

interface HistorySize {
  readonly clients: number;
  readonly processes: number;
  readonly operations: number;
}

/** Throws where the history could not have been, or a merged change is not there. */
async function history(context: ProofContext, kind: StoreName, size: HistorySize): Promise<void> {
  const { stores, tally, seed } = context;
  const desk = await openDesk({ bare: true });
  const flags = ['--store', await stores.url(kind), '--key-file', 'server.key'];
  if (kind === 'sqlite') await desk.run(['init', '-q', '--store', flags[1] ?? '']);
  const server = await serve(desk, [...flags, '--limit', 'requestsPerMinute=100000000']);
  const onExit = (): void => void server.child.kill('SIGKILL');
  process.once('exit', onExit);
  try {
    const names = Array.from({ length: size.processes }, (_, index) => `p${index + 1}`);
    const agents = names.map((name) => agentsOf(name, size.clients / size.processes));
    const place = { url: server.url, key: server.key };
    const owner = createClient(place);
    await owner.setPolicy({ rules: [['merged/**', 'merge(text)']] }, { agent: 'setup' });
    const operations = context.told.begin(kind);
    operations.push(...(await firstContents(owner, { plain, merged, agents: agents.flat() })));
    const shared = { place, plain, merged, merging: 0.05, operations: Math.ceil(size.operations / size.processes) };
    const results = await Promise.all(
      names.map((name, index) =>
        startWorker({
          ...{ ...shared, name, agents: agents[index] ?? [] },
          ...{ history: desk.path(`${name}.jsonl`), seed: seed + 1000 * index },
        }),
      ),
    );
    for (const name of names) {
      for (const one of parseHistory(readFileSync(desk.path(`${name}.jsonl`), 'utf8').split('\n')))
        operations.push(one);
    }
    tally.operations += operations.length;
    // What was acknowledged and is not what others saw, or was seen twice, is what the checker finds.
    tally.acknowledged += operations.filter(({ type, outcome }) => type === 'write' && outcome === 'ok').length;
    context.told.judge();
    for (const resource of merged) {
      const text = textOf((await owner.read(resource))?.content);
      for (const [agent, count] of results.flatMap(({ raised }) => Object.entries(raised[resource] ?? {}))) {
        demand(countOf(text, agent) === count, `${kind}: ${agent} raised ${count} times, ${resource} says otherwise`);
      }
    }
    await owner.close();
  } finally {
    process.removeListener('exit', onExit);
    await server.stop();
    desk.close();
  }
}

export const recordedHistory: Layer = {
  id: 'L4',
  title: 'recorded histories of clients over HTTP',
  async run(context) {
    const { size, note, stores } = context;
    const { scale } = context;
    // Three servers would be most of a smoke run.
    for (const kind of scale === 'smoke' ? (['sqlite'] as const) : storeNames) {
      if (!stores.has(kind)) {
        note(`${kind}: not here`);
        continue;
      }
      const isSmaller = kind === 'memory' || kind === 'etcd';
      const operations = size(400, 100_000, isSmaller ? 200_000 : 1_000_000);
      const clients = size(4, 16, 64);
      await history(context, kind, { clients, processes: size(1, 2, 4), operations });
      note(`${kind}: ${operations} operations of ${clients} clients`);
    }
  },
};
