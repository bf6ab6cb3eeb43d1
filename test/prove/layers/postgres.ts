// L6: PostgreSQL that dies under load and comes back, with connections that are cut around a commit on the way there, and
// with transactions that stand in each other's way: real deadlocks, and failures of serialization that it raises itself.
import postgres from 'postgres';
import { createClient, SPACE } from '../../../src/stores/conformance/client.ts';
import { createPostgresStore } from '../../../src/stores/postgres.ts';
import type { Store } from '../../../src/stores/store.ts';
import { isPostgresBatch, openCuttingProxy } from '../../support/cutting-proxy.ts';
import { startPostgres } from '../../support/postgres-server.ts';
import { type Ack, audit } from '../audit.ts';
import { Absent, type Layer } from '../frame.ts';
import { raise } from '../raise.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** After all that a batch has written, so that all of it has to go. */
const STANDS_IN_THE_WAY = `
create function proof.stand_in_the_way() returns trigger language plpgsql as $$
begin
  if random() < 0.01 then raise exception 'another transaction was first' using errcode = '40001'; end if;
  return null;
end $$;
create trigger in_the_way after insert on proof.log
  for each statement execute function proof.stand_in_the_way();`;

/** Takes what a batch needs last, waits until one has what it needs first, then asks for that: one of the two has to go. */
async function deadlock(admin: postgres.Sql): Promise<void> {
  await admin.begin(async (sql) => {
    // Whoever looks first is ended: not this session.
    await sql.unsafe("set local deadlock_timeout = '10s'; set local lock_timeout = '5s'");
    await sql.unsafe(`select 1 from proof.head where id = 'shared' for update`);
    await pause(40);
    await sql.unsafe('select 1 from proof.space for update');
  });
}

export const postgresRestarts: Layer = {
  id: 'L6',
  title:
    'PostgreSQL: killed and restarted under load, connections cut around COMMIT, deadlocks, serialization failures',
  async run({ stores, size, random, tally, note, told: histories }) {
    if (!stores.has('postgres')) throw new Absent('no PostgreSQL for this platform in node_modules');
    const [restarts, deadlocks, commits] = [size(1, 5, 50), size(1, 20, 200), size(40, 20_000, 500_000)];
    // More of them at once go into one flush.
    const writers = size(8, 8, 24);
    const seen = { '40P01': 0, '40001': 0 };
    const server = await startPostgres(['deadlock_timeout=150ms'], (line) => {
      if (line.includes('ERROR:  deadlock detected')) seen['40P01'] += 1;
      if (line.includes('ERROR:  another transaction was first')) seen['40001'] += 1;
    });
    const proxy = await openCuttingProxy(server.url, {
      random: random.next,
      before: 0.01,
      after: 0.01,
      isRequest: isPostgresBatch,
    });
    const cut = Object.assign(new URL(server.url), { port: new URL(proxy.url).port }).href;
    // Half of them come through the proxy.
    const places = [server.url, server.url, cut, cut];
    const open = places.map((url) => createPostgresStore({ url, schema: 'proof', connections: 2, timeoutMs: 2000 }));
    const admin = postgres(server.url, { max: 1, onnotice: () => undefined, backoff: () => 0.1 });
    try {
      await createClient(open[0] as Store);
      await admin.unsafe(STANDS_IN_THE_WAY);
      const acks: Ack[] = [];
      const told = histories.begin('postgres');
      const working = Promise.all(
        Array.from({ length: writers }, (_, index) => {
          const store = open[index % open.length] as Store;
          return raise(store, `writer-${index}`, { goesOn: () => acks.length < commits, acks, told });
        }),
      );
      const faults = [...Array<'restart'>(restarts).fill('restart'), ...Array<'deadlock'>(deadlocks).fill('deadlock')];
      for (const [done, fault] of random.shuffle(faults).entries()) {
        const due = Math.floor((commits * (done + 1)) / (faults.length + 1));
        while (acks.length < due) await pause(5);
        if (fault === 'restart') {
          await server.stop('immediate');
          await server.start();
          // Its connection went with the server.
        } else await deadlock(admin).catch(() => undefined);
      }
      const unknowns = (await working).reduce((sum, one) => sum + one, 0);
      const cuts = proxy.cuts.before + proxy.cuts.after;
      // A proxy that knows no batch when it sees one would cut nothing, and prove nothing.
      if (cuts + proxy.cuts.through === 0) throw new Error('no batch was seen on its way');
      tally.faults += restarts + cuts + seen['40P01'] + seen['40001'];
      tally.operations += told.length;
      await admin.unsafe('drop trigger in_the_way on proof.log');
      histories.judge();
      await audit(open[0] as Store, SPACE, acks, tally);
      note(
        `${restarts} restarts, ${cuts} cuts, ${seen['40P01']} deadlocks (40P01), ${seen['40001']} serialization failures ` +
          `(40001), ${unknowns} unknown answers, all settled; a history of ${told.length} operations`,
      );
    } finally {
      await admin.end({ timeout: 1 });
      await Promise.all(open.map((store) => store.close()));
      await proxy.close();
      await server.remove();
    }
  },
};
