// Keys of the server: seen, made and ended by who has a `keys` grant for them.
import type { Connection } from './connection.ts';
import { errorOf, noAnswer, problemIn, strangeAnswer } from './faults.ts';

/** A key as a server shows it: never with its secret. */
export interface ServerKey {
  readonly id: string;
  readonly state: 'active' | 'revoked' | 'expired';
  /** The agent that it writes as. */
  readonly name: string;
  /** What people know it by. */
  readonly label: string;
  /** `CAPABILITY@SPACE:PATTERN` each. */
  readonly grants: readonly string[];
  /** Times are milliseconds since 1970. */
  readonly created: number;
  /** Never, where it is absent. */
  readonly expires?: number;
  readonly revokedAt?: number;
  /** When this server last took it; absent where it has not since it started. */
  readonly lastUsedAt?: number;
  /** The id of the key that made it, where it was made over HTTP. */
  readonly madeBy?: string;
  /** It stands for another key, in a browser. */
  readonly session?: true;
  /** It is the one that asks. */
  readonly own?: true;
}

export interface NewServerKey {
  readonly name: string;
  /** @default the name */
  readonly label?: string;
  /** `CAPABILITY[@SPACE][:PATTERN]` each, with no more than the key that asks may do itself. */
  readonly grants: readonly string[];
  /** Milliseconds since 1970; never, unless said. */
  readonly expires?: number;
}

export interface MadeServerKey extends ServerKey {
  /** Its text, told this once. */
  readonly key: string;
}

export async function listKeys(connection: Connection): Promise<readonly ServerKey[]> {
  const { body } = await connection.ask({ method: 'GET', path: '//v1/keys' });
  return (body as { readonly items: readonly ServerKey[] }).items;
}

/** Sent once, whatever becomes of the answer. */
async function postOnce(connection: Connection, path: string, body: object): Promise<unknown> {
  const { url } = connection.settings;
  let answer: { readonly status: number; readonly body: unknown };
  try {
    const response = await connection.open({ method: 'POST', path, body });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    answer = { status: response.status, body: isJson ? JSON.parse(text) : undefined };
  } catch (error) {
    throw noAnswer(url, error);
  }
  if (answer.status === 201) return answer.body;
  const problem = problemIn(answer.body);
  throw problem === undefined ? strangeAnswer(answer.status, url) : errorOf(problem, answer.status);
}

/** A second key, made where the first answer was lost, would be one that nobody holds: it is asked for once. */
export async function createKey(connection: Connection, given: NewServerKey): Promise<MadeServerKey> {
  const { name, label, grants, expires } = given;
  return (await postOnce(connection, '//v1/keys', { name, label, grants, expires })) as MadeServerKey;
}

/** Two rotations for one question would end the tokens of everybody: it is asked for once. */
export async function rotateSigningKey(connection: Connection): Promise<{ readonly kid: string }> {
  return (await postOnce(connection, '//v1/signing-keys', {})) as { readonly kid: string };
}

/** Every server refuses it within seconds. `not-found` where there is none of that id that the key may end. */
export async function revokeKey(connection: Connection, id: string): Promise<void> {
  await connection.ask({ method: 'DELETE', path: `//v1/keys/${encodeURIComponent(id)}` });
}
