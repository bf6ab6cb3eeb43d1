// Load for the HTTP benchmarks, in a process of its own: requests over a number of connections that are kept, or readers
// of a feed. Told what to do by one message, answers with one.
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Load {
  readonly kind: 'get' | 'known' | 'put' | 'feed';
  readonly url: string;
  readonly key: string;
  readonly connections: number;
  readonly ms: number;
}

export interface Loaded {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds from a commit to its reader. */
  readonly p50?: number;
  readonly p99?: number;
  readonly told?: number;
}

interface Got {
  readonly status: number;
  readonly etag: string;
}

function ask(agent: Agent, url: URL, method: string, headers: { [name: string]: string }, body?: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, (response: IncomingMessage) => {
      response.resume();
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, etag: String(response.headers.etag ?? '') }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function lane(load: Load, index: number, until: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const url = new URL(`${load.url}/v1/spaces/default/resource?id=r/${index}`);
  const auth = { authorization: `Bearer ${load.key}` };
  const text = { ...auth, 'content-type': 'text/markdown' };
  const body = 'x'.repeat(900);
  const first = await ask(agent, url, 'GET', auth);
  let { etag } = first.status === 200 ? first : await ask(agent, url, 'PUT', { ...text, 'if-none-match': '*' }, body);
  let count = 0;
  while (performance.now() < until) {
    if (load.kind === 'put') {
      const got = await ask(agent, url, 'PUT', { ...text, 'if-match': etag }, `${body}${count}`);
      if (got.status !== 200) throw new Error(`PUT answered ${got.status}`);
      etag = got.etag;
    } else {
      const got = await ask(agent, url, 'GET', load.kind === 'known' ? { ...auth, 'if-none-match': etag } : auth);
      if (got.status !== (load.kind === 'known' ? 304 : 200)) throw new Error(`GET answered ${got.status}`);
    }
    count += 1;
  }
  agent.destroy();
  return count;
}

/** One reader: the age of each commit when it comes, by the time that the commit itself carries. */
function reader(load: Load, ages: number[]): () => void {
  const agent = new Agent({ keepAlive: false });
  const headers = { authorization: `Bearer ${load.key}`, accept: 'text/event-stream' };
  const url = new URL(`${load.url}/v1/spaces/default/events?since=now`);
  const sent = request(url, { agent, headers }, (response) => {
    if (response.statusCode !== 200) throw new Error(`the feed answered ${response.statusCode}`);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const now = Date.now();
      for (const [, at = '0'] of chunk.matchAll(/"at":(\d+)\}\n/g)) ages.push(now - Number(at));
    });
    response.on('error', () => undefined);
  });
  sent.on('error', () => undefined);
  sent.end();
  return () => sent.destroy();
}

async function run(load: Load): Promise<Loaded> {
  if (load.kind === 'feed') {
    const ages: number[] = [];
    const stops = Array.from({ length: load.connections }, () => reader(load, ages));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    ages.length = 0;
    await new Promise((resolve) => setTimeout(resolve, load.ms));
    for (const stop of stops) stop();
    const sorted = Float64Array.from(ages).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return { rate: (ages.length * 1000) / load.ms, p50: at(0.5), p99: at(0.99), told: ages.length };
  }
  const start = performance.now();
  const counts = await Promise.all(
    Array.from({ length: load.connections }, (_, index) => lane(load, index, start + load.ms)),
  );
  return { rate: (counts.reduce((sum, count) => sum + count, 0) * 1000) / (performance.now() - start) };
}

process.once('message', (load: Load) => {
  run(load).then(
    (loaded) => process.send?.(loaded, () => process.exit(0)),
    (error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
});
