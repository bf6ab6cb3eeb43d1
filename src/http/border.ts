// The border: what a request must be like before anything of it is read. A page of another site can make a browser send
// requests to this machine, under its own name (Origin) or under a name that points here (Host); both are refused on
// every route, before the body.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { EntenteError } from '../core/errors.ts';

export interface BorderOptions {
  /** Names under which the server is reached beside those of this machine: `host` or `host:port`. */
  readonly allowHosts?: readonly string[];
  /** Where browsers reach it from outside, such as `https://entente.example.org`. */
  readonly publicUrl?: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface Border {
  /** Throws `forbidden`, `misuse` or `unsupported-media` for what may not come in. */
  check(request: FastifyRequest): void;
  /** What `check` throws, as a value; undefined for what may come in. */
  refusal(request: FastifyRequest): unknown;
}

/** Node takes the first of two; what stands in front of it may have gone by the other. */
const ONCE: readonly string[] = ['host', 'authorization', 'content-type'];
/** Most other names are told by this alone. */
const LENGTHS = ONCE.map(({ length }) => length);

function assertOnce(rawHeaders: readonly string[]): void {
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    if (!LENGTHS.includes(sent.length)) continue;
    const name = sent.toLowerCase();
    if (!ONCE.includes(name)) continue;
    if (seen.includes(name))
      throw new EntenteError('misuse', `The header ${name} comes more than once.`, { next: 'Send it once.' });
    seen.push(name);
  }
}

/** Bodies come as they are: what they were packed in is neither undone nor taken for content. */
function assertPlain(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': coding = 'identity', 'transfer-encoding': transfer = 'chunked' } = headers;
  if (coding === 'identity' && transfer.toLowerCase() === 'chunked') return;
  const odd = coding === 'identity' ? transfer : coding;
  throw new EntenteError('unsupported-media', `A body in ${JSON.stringify(odd.slice(0, 40))} is not taken.`, {
    next: 'Send the body as it is, without Content-Encoding.',
  });
}

/** The host that a request line names itself, as requests to proxies do; undefined for a plain path. */
function targetHost(target: string): string | undefined {
  if (target.startsWith('/') || target === '*') return undefined;
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? '';
}

function refused(what: string, value: string, next: string): EntenteError {
  return new EntenteError(
    'forbidden',
    `The ${what} ${JSON.stringify(value.slice(0, 200))} is not one of this server.`,
    {
      next,
    },
  );
}

/** An address as browsers go by it; a key in it would end up in what the server prints. */
function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  throw new EntenteError('misuse', 'The public URL is no URL of a server: http or https, a host, and no more.', {
    next: 'Give it as https://entente.example.org',
  });
}

/** A name as requests carry it; one that none could carry would be allowed in vain. */
function hostOf(text: string): string {
  const host = text.toLowerCase();
  if (/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host)) return host;
  throw new EntenteError('misuse', `${JSON.stringify(text.slice(0, 200))} is no host.`, {
    next: 'Give it as box.example.org or box.example.org:4711',
  });
}

/** The page of the dashboard, and those of the types of problems. */
const PAGES = /^\/(?:errors(?:\/[a-z-]{1,40})?)?$/;

/** Somebody followed a link to a page: it holds nothing, does nothing by being looked at, and cannot be framed. */
function isVisit({ method, url = '', headers }: IncomingMessage): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return method === 'GET' && PAGES.test(url) && isDocument;
}

export function createBorder({ allowHosts = [], publicUrl }: BorderOptions = {}): Border {
  const address = publicUrl === undefined ? undefined : urlOf(publicUrl);
  const hosts = new Set([
    ...LOOPBACK,
    ...allowHosts.map(hostOf),
    ...(address === undefined ? [] : [address.host, address.hostname]),
  ]);
  const origins = new Set(address === undefined ? [] : [address.origin]);

  // Nearly all requests name the host that the one before them named.
  let last = LOOPBACK[0];
  const knowsHost = (host: string): boolean => {
    if (host === last) return true;
    const lower = host.toLowerCase();
    if (!hosts.has(lower) && !hosts.has(lower.replace(/:\d+$/, ''))) return false;
    last = host;
    return true;
  };

  /** A page that this server itself gave out has its own host as origin, which was looked at before. */
  const knowsOrigin = (origin: string, host: string): boolean => origins.has(origin) || origin === `http://${host}`;

  const check: Border['check'] = ({ headers, raw }) => {
    assertOnce(raw.rawHeaders);
    const host = headers.host ?? '';
    for (const name of [host, targetHost(raw.url ?? '/')])
      if (name !== undefined && !knowsHost(name))
        throw refused('host', name, 'Reach it by the name it was started for, or --allow-host it.');
    const { origin } = headers;
    if (origin !== undefined && !knowsOrigin(origin, host))
      throw refused('origin', origin, 'Call the server from a program, or from its own pages.');
    const site = headers['sec-fetch-site'];
    const isOwn = site === undefined || site === 'same-origin' || site === 'none' || origins.has(origin ?? '');
    if (!isOwn && !isVisit(raw))
      throw refused('origin', String(site), 'Call the server from a program, or from its own pages.');
    assertPlain(headers);
  };

  return {
    check,
    refusal(request) {
      try {
        check(request);
        return undefined;
      } catch (error) {
        return error;
      }
    },
  };
}
