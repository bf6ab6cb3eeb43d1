// L6: PostgreSQL that dies under load and comes back, with connections that are cut around a commit on the way there.
import { createClient, SPACE } from '../../../src/stores/conformance/client.ts';
import { createPostgresStore } from '../../../src/stores/postgres.ts';
import type { Store } from '../../../src/stores/store.ts';
import { openCuttingProxy } from '../../support/cutting-proxy.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import { type Ack, audit } from '../audit.ts';
import { Absent, type Layer } from '../frame.ts';
import { raise } from '../raise.ts';

const WRITERS = 8;
/** A Bind message that carries a batch. */
const isBatch = (chunk: Buffer): boolean => chunk.includes('"requests"');

export const postgresRestarts: Layer = {
  id: 'L6',
  title: 'PostgreSQL: killed and restarted under load, connections cut around COMMIT',
  async run({ stores, size, random, tally, note }) {
    if (!stores.has('postgres')) throw new Absent('no PostgreSQL for this platform in node_modules');
    const [restarts, commits] = [size(1, 5, 50), size(40, 20_000, 500_000)];
    const server = await startPostgres();
    const proxy = await openCuttingProxy(server.url, {
      random: random.next,
      before: 0.01,
      after: 0.01,
      isRequest: isBatch,
    });
    const cut = Object.assign(new URL(server.url), { port: new URL(proxy.url).port }).href;
    // Half of them come through the proxy.
    const places = [server.url, server.url, cut, cut];
    const open = places.map((url) => createPostgresStore({ url, schema: 'proof', connections: 2, timeoutMs: 2000 }));
    try {
      await createClient(open[0] as Store);
      const acks: Ack[] = [];
      const working = Promise.all(
        Array.from({ length: WRITERS }, (_, index) => {
          const store = open[index % open.length] as Store;
          return raise(store, `writer-${index}`, () => acks.length < commits, acks, tally);
        }),
      );
      for (let done = 0; done < restarts; done += 1) {
        const due = Math.floor((commits * (done + 1)) / (restarts + 1));
        while (acks.length < due) await new Promise((resolve) => setTimeout(resolve, 5));
        await server.stop('immediate');
        await server.start();
      }
      const unknowns = (await working).reduce((sum, one) => sum + one, 0);
      tally.faults += restarts + proxy.cuts.before + proxy.cuts.after;
      await audit(open[0] as Store, SPACE, acks, tally);
      note(
        `${restarts} restarts, ${proxy.cuts.before + proxy.cuts.after} cuts, ${unknowns} unknown answers, all settled`,
      );
    } finally {
      await Promise.all(open.map((store) => store.close()));
      await proxy.close();
      await server.remove();
    }
  },
};
