// Load for the HTTP benchmarks, in a process of its own: requests over a number of connections that are kept, or readers
// of a feed. Told what to do by one message, answers with one.
// Requests are written as prepared text on plain sockets (http-wire.ts). With the client of node:http the load took more
// time for a request than the fastest of the servers, which then stood idle for up to half of the time, and commits came in
// groups as small as that client could send: it was the client that was measured, on both sides.
import { Agent, request } from 'node:http';
import { type Answer, openWire } from './http-wire.ts';

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

const TEXT = 'x'.repeat(900);
/** What a load writes, no load wrote before. */
const RUN = Date.now();

interface Ask {
  readonly request: string;
  /** The ETag of what is stored then; throws for an answer that is not the right one. */
  readonly check: (answer: Answer) => string;
}

function assertThat(holds: boolean, { status, body }: Answer): void {
  if (!holds) throw new Error(`the wrong answer, ${status}: ${body.toString('utf8', 0, 500)}`);
}

/** What a connection asks for, by the ETag of what is stored. */
class Asks {
  readonly #rest: string;
  #stored: Buffer = Buffer.alloc(0);

  constructor({ url, key }: Load, index: number) {
    const { host } = new URL(url);
    const path = `/v1/spaces/default/resource?id=r/${index}`;
    this.#rest = `${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n`;
  }

  get(etag: string | undefined): Ask {
    return {
      request: `GET ${this.#rest}\r\n`,
      check: (answer) => {
        // Others may write meanwhile: then it is another content under another ETag.
        const isSame = answer.body.equals(this.#stored);
        assertThat(answer.status === 200 && answer.etag !== '' && isSame === (answer.etag === etag), answer);
        if (!isSame) this.#stored = Buffer.from(answer.body);
        return answer.etag;
      },
    };
  }

  known(etag: string): Ask {
    return {
      request: `GET ${this.#rest}if-none-match: ${etag}\r\n\r\n`,
      check: (answer) => {
        assertThat(answer.status === 304 && answer.etag === etag && answer.body.length === 0, answer);
        return etag;
      },
    };
  }

  put(etag: string | undefined, count: number): Ask {
    const condition = etag === undefined ? 'if-none-match: *' : `if-match: ${etag}`;
    const text = `${TEXT}${RUN}.${count}`;
    const head = `content-type: text/markdown\r\n${condition}\r\ncontent-length: ${text.length}`;
    return {
      request: `PUT ${this.#rest}${head}\r\n\r\n${text}`,
      check: (answer) => {
        const isDone = answer.status === 200 || (answer.status === 201 && etag === undefined);
        const isNew = answer.etag !== '' && answer.etag !== etag;
        // The last thing in the JSON of both: all of it came.
        const isTold = answer.body.includes(JSON.stringify(answer.etag), 0, 'latin1') && answer.body.at(-1) === 0x7d;
        assertThat(isDone && isNew && isTold, answer);
        if (etag === undefined) this.#stored = Buffer.from(text);
        return answer.etag;
      },
    };
  }
}

/** One connection, which asks again as soon as it is answered, until the time is over. */
function lane(load: Load, index: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asks = new Asks(load, index);
    const wire = openWire(new URL(load.url), reject);
    let count = 0;
    const send = ({ request, check }: Ask): void => {
      wire.ask(request, (answer) => {
        const etag = check(answer);
        if (performance.now() < until) {
          count += 1;
          send(load.kind === 'put' ? asks.put(etag, count) : load.kind === 'get' ? asks.get(etag) : asks.known(etag));
          return;
        }
        wire.close();
        resolve(count);
      });
    };
    const first = asks.get(undefined);
    // Rounds go on from one another: what the first one made is there.
    wire.ask(first.request, ({ status }) => send(status === 404 ? asks.put(undefined, 0) : first));
  });
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
