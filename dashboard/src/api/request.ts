// Requests to the server that this page came from, with the key of the session. Reads and writes are told apart by their
// method; nothing is sent twice by itself, since every write here is somebody's press of a button.
import { Fault, faultOf, OFFLINE } from './fault.ts';
import { leave, session } from './session.ts';

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the space, such as `/conflicts`; one that starts with `//` is below the root: `//v1/whoami`. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | boolean | undefined };
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
  /** Another key than the session's: to try one before it is taken; '' for none. */
  readonly key?: string;
}

export function urlOf({ path, query = {} }: Asked): string {
  const space = session.value?.space ?? 'default';
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  const place = path.startsWith('//') ? path.slice(1) : `/v1/spaces/${encodeURIComponent(space)}${path}`;
  return words.length === 0 ? place : `${place}?${words.join('&')}`;
}

/** The response as it is. Throws an offline `Fault` where nobody answers, or the reason of the signal. */
export async function send(asked: Asked): Promise<Response> {
  const { method = 'GET', body, headers, signal, key = session.value?.key } = asked;
  try {
    return await fetch(urlOf(asked), {
      method,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...(key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    signal?.throwIfAborted();
    throw new Fault(OFFLINE, 'The server does not answer.', { next: ['Look whether `entente serve` still runs.'] });
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response.json().catch(() => undefined);
}

/** The JSON of a good answer; a refusal is thrown as its `Fault`. A key that is no longer good ends the session. */
export async function ask<Answer>(asked: Asked): Promise<Answer> {
  const response = await send(asked);
  const body = await jsonOf(response);
  if (response.ok) return body as Answer;
  const fault = faultOf(response.status, body);
  if (response.status === 401 && asked.key === undefined) leave();
  throw fault;
}
