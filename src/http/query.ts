// The query of a URL, decoded exactly once. What is no UTF-8 and what is said twice has no meaning that two readers would
// agree on, so that neither passes for a text: the schemas refuse it.
import type { FastifyRequest } from 'fastify';
import { EntenteError } from '../core/errors.ts';

/** A list is no text: an empty one was no UTF-8, others were said more than once. */
export type Query = { readonly [name: string]: string | readonly string[] };

/** Holds no name that was not sent, as an object without a prototype does; that one is several times slower to use. */
const Sent = function (this: object) {} as unknown as new () => { [name: string]: string | readonly string[] };
Sent.prototype = Object.create(null);

const CODED = /[%+]/;

function decode(text: string): string | undefined {
  // Most names and ids stand in the URL as they are.
  if (!CODED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

export function parseQuery(text: string): Query {
  const query = new Sent();
  for (const part of text.includes('&') ? text.split('&') : [text]) {
    if (part === '') continue;
    const sign = part.indexOf('=');
    const name = sign === -1 ? part : part.slice(0, sign);
    const value = sign === -1 ? '' : part.slice(sign + 1);
    const key = decode(name);
    const known = key === undefined ? undefined : query[key];
    const read = decode(value);
    if (key === undefined) query[name] = [];
    else if (known !== undefined) query[key] = [known, read ?? ''].flat();
    else if (read === undefined) query[key] = [];
    else query[key] = read;
  }
  return query;
}

/**
 * Requests that change something and say all in path, headers and body. A word in the query that nobody reads must not
 * pass for a promise: `dry_run=1` on one of them would do what was only to be tried.
 */
export function refuseQuery({ method, query, routeOptions }: FastifyRequest, takers: readonly string[]): void {
  if (method === 'GET' || method === 'HEAD' || takers.includes(routeOptions.url ?? '')) return;
  const [name] = Object.keys(query as object);
  if (name === undefined) return;
  throw new EntenteError('misuse', `This request takes no query, and ${JSON.stringify(name.slice(0, 80))} is in it.`, {
    next: 'Nothing was written. Send what is meant in the body: /openapi.json says what it takes. To try, POST /commits takes dry_run=1.',
  });
}
