// Every answer of a server in a test is looked at by the schema that its endpoint declares, and its status by the list:
// what the document promises holds on every path that a test takes, not on the examples alone.
import type { FastifyInstance } from 'fastify';
import { pathOf } from '../../src/http/openapi/document.ts';
import { ENDPOINTS } from '../../src/http/openapi/endpoints.ts';
import { problemResult } from '../../src/http/problem-schema.ts';

/** What every endpoint may answer that asks for a key; 500 where a test makes the server fail. */
const COMMON = [400, 401, 403, 404, 429, 500, 503];

function endpointOf(method: string, url: string | undefined) {
  const path = url?.replace(/:(\w+)/g, '{$1}');
  return ENDPOINTS.find((one) => one.method.toUpperCase() === method && pathOf(one) === path);
}

function complaintOf(method: string, url: string | undefined, status: number, type: string, payload: unknown) {
  const endpoint = endpointOf(method, url);
  if (endpoint === undefined) return undefined;
  const { good, bad = [], output } = endpoint;
  if (![...good, ...bad, ...COMMON].includes(status)) return `has no status ${status}`;
  if (typeof payload !== 'string' || payload === '') return undefined;
  if (status >= 400) {
    if (!type.startsWith('application/problem+json')) return `answers ${status} as ${type}`;
    return problemResult.safeParse(JSON.parse(payload)).error?.message;
  }
  if (output === undefined) return 'answers where nothing was to be said';
  return output === 'bytes' ? undefined : output.safeParse(JSON.parse(payload)).error?.message;
}

/** Registers the check, for routes that are registered later too. What does not hold is added to `faults`. */
export function checkAnswers(app: FastifyInstance, faults: string[]): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { method, routeOptions } = request;
    const type = String(reply.getHeader('content-type') ?? '');
    const complaint = complaintOf(method, routeOptions.url, reply.statusCode, type, payload);
    if (complaint !== undefined)
      faults.push(`${method} ${routeOptions.url}: ${complaint}: ${String(payload).slice(0, 500)}`);
    return payload;
  });
}
