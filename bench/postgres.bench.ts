// The PostgreSQL store against what is written by hand on the same client and the same server: one guarded statement a
// commit on distinct resources, and a read, a merge and a guarded update with retries on one. The two take turns.
// The statement by hand does less than a commit: no commitId that is looked up, no entry in a log, no version that is kept,
// no content under its hash, no revision without holes. It is what somebody would write who needs none of these.
import postgres from 'postgres';
import { createController } from '../src/controller/controller.ts';
import { hashOf } from '../src/core/hash.ts';
import type { Head } from '../src/core/version.ts';
import { mergeContents } from '../src/merge/index.ts';
import { guardOf, makeRequest, writeOf } from '../src/stores/conformance/client.ts';
import { createPostgresStore } from '../src/stores/postgres.ts';
import type { Store } from '../src/stores/store.ts';
import { merge } from '../src/strategies/merge.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { median, type Row } from './rows.ts';

const COMMITTERS = 32;
const ROUNDS = 9;
/** Rounds before those that count: a merge that is committed runs through much code, which is compiled after some thousand. */
const COMPILED = { ours: 40, baseline: 8 };

type Work = () => Promise<number>;

/** Rates in commits a second of both, by rounds in turn, and the median of their ratios. */
async function inTurn(ours: Work, baseline: Work): Promise<{ ours: number; baseline: number; ratio: number }> {
  const rate = async (work: Work): Promise<number> => {
    const start = performance.now();
    const commits = await work();
    return (commits * 1000) / (performance.now() - start);
  };
  const rounds: { ours: number; baseline: number }[] = [];
  for (let round = 0; round < COMPILED.ours; round += 1) {
    await rate(ours);
    if (round < COMPILED.baseline) await rate(baseline);
  }
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ ours: await rate(ours), baseline: await rate(baseline) });
  return {
    ours: median(rounds.map((pair) => pair.ours)),
    baseline: median(rounds.map((pair) => pair.baseline)),
    ratio: median(rounds.map((pair) => pair.ours / pair.baseline)),
  };
}

function all(each: (committer: number) => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: COMMITTERS }, (_, committer) => each(committer)));
}

function row(what: string, pair: { ours: number; baseline: number; ratio: number }, bar: number): Row {
  const shown = (rate: number): string => `${Math.round(rate)}/s`;
  return {
    what,
    ours: shown(pair.ours),
    baseline: shown(pair.baseline),
    ratio: pair.ratio,
    bar: `≥ ${bar} ×`,
    ok: pair.ratio >= bar,
  };
}

interface Sides {
  readonly store: Store;
  readonly client: postgres.Sql;
}

async function distinct({ store, client }: Sides): Promise<Row> {
  const each = 60;
  const epoch = await store.epoch();
  const heads = new Map<number, Head>();
  let count = 0;
  const ours = async (committer: number): Promise<void> => {
    for (let round = 0; round < each; round += 1) {
      count += 1;
      const name = `r/${committer}`;
      const write = writeOf(name, `content ${count}`);
      const request = makeRequest(epoch, { guards: [guardOf(name, heads.get(committer))], writes: [write] });
      const [reply] = await store.commit([request]);
      const head = reply?.status === 'committed' ? reply.heads[0] : undefined;
      if (head === undefined) throw new Error(`the commit failed: ${JSON.stringify(reply)}`);
      heads.set(committer, head);
    }
  };
  const versions = new Array<number>(COMMITTERS).fill(1);
  for (let index = 0; index < COMMITTERS; index += 1) await client`insert into raw values (${`r/${index}`}, 1, '', '')`;
  const raw = async (committer: number): Promise<void> => {
    for (let round = 0; round < each; round += 1) {
      count += 1;
      const content = Buffer.from(`content ${count}`);
      const { length } =
        await client`update raw set version = version + 1, hash = ${hashOf(content)}, content = ${content}
        where id = ${`r/${committer}`} and version = ${versions[committer] ?? 0} returning version`;
      if (length !== 1) throw new Error('the swap did not hold');
      versions[committer] = (versions[committer] ?? 0) + 1;
    }
  };
  const commits = COMMITTERS * each;
  const pair = await inTurn(
    () => all(ours).then(() => commits),
    () => all(raw).then(() => commits),
  );
  return row(`PostgreSQL, ${COMMITTERS} committers on distinct resources, against one statement a commit`, pair, 1.5);
}

async function hotRow(client: postgres.Sql): Promise<{ readonly version: string; readonly content: Buffer }> {
  const [row] = await client<{ version: string; content: Buffer }[]>`select version, content from raw where id = 'hot'`;
  if (row === undefined) throw new Error('the row is gone');
  return row;
}

/** Each committer changes a line of its own in one text. */
async function hot({ store, client }: Sides): Promise<Row> {
  const each = 16;
  const first = `${Array.from({ length: COMMITTERS * 2 }, (_, line) => `line ${line}`).join('\n')}\n`;
  const edited = (text: string, committer: number, round: number): string => {
    const lines = text.split('\n');
    lines[committer * 2] = `line of ${committer}, round ${round}`;
    return lines.join('\n');
  };
  const entente = createController({ store, default: merge('text') });
  const { token } = await entente.begin('hot.txt', { agent: 'setup' });
  await entente.commit(token, { content: first });
  let round = 0;
  const ours = async (committer: number): Promise<void> => {
    for (let turn = 0; turn < each; turn += 1) {
      const draft = await entente.begin('hot.txt', { agent: `committer-${committer}` });
      const content = edited(Buffer.from(draft.content ?? []).toString(), committer, ++round);
      const { status } = await entente.commitOrResolve(draft.token, { content });
      if (status !== 'committed' && status !== 'merged') throw new Error(`the commit came to ${status}`);
    }
  };
  await client`insert into raw values ('hot', 1, '', ${Buffer.from(first)})`;
  const raw = async (committer: number): Promise<void> => {
    for (let turn = 0; turn < each; turn += 1) {
      const base = await hotRow(client);
      const proposed = edited(base.content.toString(), committer, ++round);
      for (let swapped = false; !swapped; ) {
        const now = await hotRow(client);
        const sides = { base: base.content, current: now.content, proposed };
        const merged = mergeContents({ ...sides, path: 'hot.txt' });
        if (merged.status !== 'clean') throw new Error('the merge is not clean');
        const { length } =
          await client`update raw set version = version + 1, content = ${Buffer.from(merged.content ?? [])}
          where id = 'hot' and version = ${now.version} returning version`;
        swapped = length === 1;
      }
    }
  };
  const commits = COMMITTERS * each;
  const pair = await inTurn(
    () => all(ours).then(() => commits),
    () => all(raw).then(() => commits),
  );
  return row(
    `PostgreSQL, ${COMMITTERS} committers on one resource with merge, against retry loops of clients`,
    pair,
    10,
  );
}

export async function run(): Promise<Row[]> {
  const server = await startPostgres();
  const store = createPostgresStore({ url: server.url });
  const client = postgres(server.url, { max: COMMITTERS, onnotice: () => undefined });
  try {
    await client`create table raw (id text primary key, version bigint not null, hash text not null, content bytea)`;
    return [await distinct({ store, client }), await hot({ store, client })];
  } finally {
    await store.close();
    await client.end();
    await server.remove();
  }
}
