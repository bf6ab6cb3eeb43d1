// Connections that are cut before and after the effect, and what is there in the end: each commit exactly once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import type { Controller } from '../../src/controller/types.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import { verifyStore } from '../../src/verify/index.ts';
import { type CuttingProxy, openCuttingProxy } from '../support/cutting-proxy.ts';
import { createRandom } from '../support/random.ts';
import { openServer, type Server } from '../support/server.ts';

const WRITERS = 4;
const COMMITS = 75;

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
let server: Server;
let proxy: CuttingProxy;
beforeAll(async () => {
  server = await openServer();
  proxy = await openCuttingProxy(server.url, { random: createRandom(seed).next, before: 0.2, after: 0.2 });
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

async function clientOf(name: string): Promise<Controller> {
  const { key } = await server.caller(name);
  return createClient({ url: proxy.url, key, random: createRandom(seed + name.length).next });
}

/** Until its fate is known: the same again, under the same commitId. */
async function settled(send: () => Promise<Outcome>): Promise<Outcome> {
  for (;;) {
    const outcome = await send();
    if (outcome.status !== 'unknown') return outcome;
  }
}

describe(`answers that are cut, seed ${seed}`, () => {
  it('[CT11] the effect of each commitId is there exactly once, whoever else writes', async () => {
    const sent: string[] = [];
    const write = async (name: string, number: number): Promise<void> => {
      const entente = await clientOf(name);
      for (let n = 0; n < COMMITS; n += 1) {
        const line = `${name}-${n}\n`;
        const { token } = await entente.begin('shared/log', { agent: name });
        const commitId = `${number}-${n}`;
        const options = { commitId: `${commitId}-shared` };
        const outcome = await settled(() => entente.commitOrResolve(token, { append: line }, options));
        expect(outcome, JSON.stringify(outcome)).toMatchObject({
          status: expect.stringMatching(/^(committed|merged)$/),
        });
        sent.push(line);
      }
    };
    const admin = await clientOf('admin');
    await admin.setPolicy({ rules: [['shared/**', 'merge(append)']] }, { agent: 'admin' });
    await Promise.all(Array.from({ length: WRITERS }, (_, number) => write(`writer-${number}`, number)));
    const read = await admin.read('shared/log');
    const lines = new TextDecoder().decode(read?.content).split(/(?<=\n)/);
    expect(lines.toSorted()).toEqual(sent.toSorted());
    expect(read?.head.version).toBe(WRITERS * COMMITS);
    const { before, after, through } = proxy.cuts;
    const all = before + after + through;
    expect(Math.min(before, after)).toBeGreaterThan(all / 10);
    const entries = await server.store.log(DEFAULT_SPACE, 0, 1000);
    const ids = entries.status === 'ok' ? entries.entries.map(({ agent, commitId }) => `${agent} ${commitId}`) : [];
    expect(new Set(ids).size).toBe(WRITERS * COMMITS + 1);
    expect(ids).toHaveLength(WRITERS * COMMITS + 1);
    expect((await verifyStore(server.store, DEFAULT_SPACE)).ok).toBe(true);
  });
});
