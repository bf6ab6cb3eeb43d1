// L13: one server under an even load for half an hour. What it holds (memory, open files, the log of its store) comes to a
// stand and stays there. Measured in minutes, so that it is run before a release and not with every push.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createClient } from '../../../src/client/index.ts';
import { isEntenteError } from '../../../src/core/errors.ts';
import { DEFAULT_SPACE } from '../../../src/core/resource.ts';
import { createSqliteStore } from '../../../src/stores/sqlite.ts';
import { openDesk } from '../../support/command-line.ts';
import { createRandom } from '../../support/random.ts';
import { serve } from '../../support/served.ts';
import { type Ack, audit } from '../audit.ts';
import { pause } from '../cluster.ts';
import { Absent, demand, type Layer, type ProofContext } from '../frame.ts';

const CLIENTS = 6;
const RESOURCES = 200;
/** Entries of the log that are kept, and how often what is older goes. */
const KEPT = 5000;
const TRIM_MS = 5000;
const SAMPLES = 120;
/** The part of the time in which a server may still grow: caches fill, code is compiled, the heap finds its size. */
const WARM_UP = 0.4;
/** Bytes that SQLite's log may take: some times what its checkpoints let it grow to. */
const MOST_WAL = 64 * 1024 * 1024;

interface Sample {
  readonly seconds: number;
  /** Bytes in memory that belong to the server. */
  readonly rss: number;
  /** Open files and sockets. */
  readonly files: number;
  readonly wal: number;
  /** Entries that the log holds. */
  readonly log: number;
}

function rssOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The line through the points that is nearest to them all: its rise from the first to the last, as a share of their mean. */
export function growthOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, one]) => one))];
  let [above, below] = [0, 0];
  for (const [px, py] of points) {
    above += (px - x) * (py - y);
    below += (px - x) ** 2;
  }
  const length = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return below === 0 ? 0 : ((above / below) * length) / y;
}

interface Load {
  readonly url: string;
  readonly key: string;
  readonly seed: number;
  readonly goesOn: () => boolean;
  readonly acks: Ack[];
}

/** One client's reads, commits and merges, one after another; answers how many. */
async function work(index: number, { url, key, seed, goesOn, acks }: Load): Promise<number> {
  const random = createRandom(seed + index);
  const client = createClient({ url, key });
  const agent = `agent-${index}`;
  let done = 0;
  while (goesOn()) {
    done += 1;
    const resource = `doc/${random.below(RESOURCES)}.md`;
    if (random.chance(0.6)) {
      await client.read(resource);
      continue;
    }
    try {
      const { token } = await client.begin(resource, { agent });
      const outcome = await client.commit(token, { content: `${agent} ${done} ${'x'.repeat(random.below(2000))}` });
      if (outcome.status === 'committed') acks.push({ agent, commitId: outcome.commitId, revision: outcome.revision });
    } catch (error) {
      // Begun before a trim, sent after it.
      if (!isEntenteError(error) || error.code !== 'expired') throw error;
    }
  }
  await client.close();
  return done;
}

/** Follows the feed as a page does, for as long as the load goes on. */
async function follow({ url, key }: Load, signal: AbortSignal): Promise<number> {
  const client = createClient({ url, key });
  let events = 0;
  try {
    const { epoch, revision } = await client.position();
    for await (const { type } of client.feed(`${epoch}:${revision}`, { signal })) if (type === 'commit') events += 1;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await client.close();
  return events;
}

async function soaked({ minutes, seed, tally, note }: ProofContext): Promise<void> {
  const desk = await openDesk();
  const server = await serve(desk, ['--limit', 'requestsPerMinute=100000000']);
  const onExit = (): void => void server.child.kill('SIGKILL');
  process.once('exit', onExit);
  const path = desk.path('.entente/entente.db');
  const store = createSqliteStore({ path, onWarning: () => undefined });
  const stop = new AbortController();
  const acks: Ack[] = [];
  const load = { url: server.url, key: server.key, seed, acks, goesOn: () => !stop.signal.aborted };
  const samples: Sample[] = [];
  const pid = server.child.pid ?? 0;
  try {
    const working = Array.from({ length: CLIENTS }, (_, index) => work(index, load));
    const following = [0, 1].map(() => follow(load, stop.signal));
    for (const one of [...working, ...following]) one.catch(() => stop.abort());
    const began = performance.now();
    const [all, each] = [minutes * 60_000, Math.min(TRIM_MS, (minutes * 60_000) / SAMPLES)];
    for (let trimmed = began; performance.now() - began < all && !stop.signal.aborted; await pause(each)) {
      const { revision, trimmed: before } = await store.read(DEFAULT_SPACE, []);
      samples.push({
        ...{ seconds: (performance.now() - began) / 1000, rss: rssOf(pid), wal: sizeOf(`${path}-wal`) },
        ...{ files: readdirSync(`/proc/${pid}/fd`).length, log: revision - before },
      });
      if (performance.now() - trimmed < TRIM_MS || revision - before <= KEPT) continue;
      trimmed = performance.now();
      await store.trim(DEFAULT_SPACE, revision - KEPT);
    }
    stop.abort();
    for (const done of await Promise.all(working)) tally.operations += done;
    const events = (await Promise.all(following)).reduce((sum, one) => sum + one, 0);
    await audit(store, DEFAULT_SPACE, acks, tally);
    judge(samples, minutes, note);
    note(`${acks.length} commits, ${events} events told to two readers`);
  } finally {
    stop.abort();
    process.removeListener('exit', onExit);
    await store.close();
    await server.stop();
    desk.close();
  }
}

function judge(samples: readonly Sample[], minutes: number, note: (text: string) => void): void {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const growth = growthOf(warm.map(({ seconds, rss }) => [seconds, rss]));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no samples');
  const most = (of: (sample: Sample) => number, among: readonly Sample[]): number => Math.max(...among.map(of));
  const files = most((one) => one.files, warm);
  const wal = most((one) => one.wal, samples);
  const log = most((one) => one.log, warm);
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
  note(
    `${minutes} minutes: ${mb(first.rss)} of memory after the warm-up, ${mb(last.rss)} at the end, a slope of ` +
      `${(100 * growth).toFixed(1)} %; ${files} open files at most, ${mb(wal)} of write-ahead log at most, ${log} entries ` +
      'in the log at most',
  );
  demand(growth < 0.05, `memory grew by ${(100 * growth).toFixed(1)} % after the warm-up`);
  // Clients keep their connections: a file that is opened and not closed would be one more with each of many requests.
  const before = most((one) => one.files, samples.slice(0, samples.length - warm.length));
  demand(files <= before + 8, `${files} open files, ${before} in the warm-up`);
  demand(wal <= MOST_WAL, `the write-ahead log grew to ${mb(wal)}`);
  demand(log < KEPT * 20, `the log holds ${log} entries, of which ${KEPT} are to be kept`);
}

export const soak: Layer = {
  id: 'L13',
  title: 'a soak: one server under an even load, its memory, its open files and its logs',
  async run(context) {
    if (process.platform !== 'linux') throw new Absent('memory and open files are read from /proc, which Linux has');
    await soaked(context);
  },
};
