// What a route needs of a request: the call of its principal, its precondition, its agent and its idempotency key.
import type { FastifyRequest } from 'fastify';
import { EntenteError } from '../core/errors.ts';
import { type AgentId, parseAgentId } from '../core/resource.ts';
import { unauthenticated } from '../service/keys.ts';
import type { Call, OwnCall } from '../service/operation.ts';
import type { Principal } from '../service/principal.ts';
import type { Service } from '../service/service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication of every route that needs a key. */
    principal: Principal | null;
  }
}

/** The key of `Authorization: Bearer …`; there are no cookies and no keys in URLs. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

export function callOf(service: Service, request: FastifyRequest): Call {
  const { principal } = request;
  if (principal === null) throw unauthenticated();
  const { space } = request.params as { readonly space?: string };
  return service.call({ principal, space: space ?? '', requestId: request.id });
}

/** As `callOf`, for what is of no space. */
export function ownCallOf(service: Service, { principal, id }: FastifyRequest): OwnCall {
  if (principal === null) throw unauthenticated();
  return { service, principal, requestId: id };
}

/** A header that may come once; `misuse` for an empty one. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new EntenteError('misuse', `The header ${name} is empty or comes more than once.`, {
    next: 'Send it once with a value, or leave it out.',
  });
}

export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = headerOf(request, 'idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new EntenteError('misuse', 'An Idempotency-Key is 1 to 200 visible ASCII characters.', {
    next: 'Use a UUID, a new one for each change.',
  });
}

/** A header with text of any language, percent-encoded as in a URL: headers carry no more than ASCII safely. */
function textHeaderOf(request: FastifyRequest, name: string): string | undefined {
  const value = headerOf(request, name);
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    throw new EntenteError('misuse', `The header ${name} is not well encoded.`, {
      next: 'Percent-encode it as UTF-8, as in a URL.',
    });
  }
}

/** Who writes, for requests whose body is content. */
export function agentHeaderOf(request: FastifyRequest): AgentId | undefined {
  const agent = textHeaderOf(request, 'entente-agent');
  return agent === undefined ? undefined : parseAgentId(agent);
}

/** Why, for requests whose body is content. */
export function noteHeaderOf(request: FastifyRequest): string | undefined {
  return textHeaderOf(request, 'entente-note');
}

/**
 * The JSON object of a body. What the path or a header says is not said again in it: two places that disagree have no
 * meaning that everybody would read alike.
 */
export function bodyOf(request: FastifyRequest, ...elsewhere: readonly string[]): object {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new EntenteError('misuse', 'The body is a JSON object.', { next: 'Send Content-Type: application/json.' });
  const twice = elsewhere.find((name) => Object.hasOwn(body, name));
  if (twice === undefined) return body;
  throw new EntenteError('misuse', `${JSON.stringify(twice)} is said by the path or a header, not in the body.`, {
    next: `Leave ${JSON.stringify(twice)} out of the body.`,
  });
}

/** The body with the commitId of an Idempotency-Key; both at once are refused. */
export function keyedBodyOf(request: FastifyRequest, ...elsewhere: readonly string[]): object {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return bodyOf(request, ...elsewhere);
  return { ...bodyOf(request, 'commitId', ...elsewhere), commitId: key };
}
