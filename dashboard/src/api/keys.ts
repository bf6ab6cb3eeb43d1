// The calls about who one is, and about keys.
import { ask } from './request.ts';
import type { Session } from './session.ts';
import type { KeyInfo, Whoami } from './types.ts';

/** Trades a login code, which is good once, for a key of a session. */
export async function loginByCode(code: string): Promise<Session> {
  const { key, name, expiresAt, spaces } = await ask<{
    readonly key: string;
    readonly name: string;
    readonly expiresAt: number;
    readonly spaces: readonly string[];
  }>({ method: 'POST', path: '//v1/login', body: { code }, key: '' });
  return { key, name, expiresAt, spaces, space: firstOf(spaces), byCode: true };
}

/** The session of a key that was pasted; throws the `unauthenticated` fault for one that is no good. */
export async function loginByKey(key: string): Promise<Session> {
  const { name, spaces, expiresAt } = await whoami(key);
  return { key, name, spaces, space: firstOf(spaces), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function firstOf(spaces: readonly string[]): string {
  return spaces.includes('default') ? 'default' : (spaces[0] ?? 'default');
}

export function whoami(key?: string): Promise<Whoami> {
  return ask<Whoami>({ path: '//v1/whoami', ...(key === undefined ? {} : { key }) });
}

export async function listKeys(id?: string, signal?: AbortSignal): Promise<readonly KeyInfo[]> {
  const { items } = await ask<{ readonly items: readonly KeyInfo[] }>({
    ...{ path: '//v1/keys', query: { id } },
    ...(signal === undefined ? {} : { signal }),
  });
  return items;
}

/** Makes a key; its text is told this once. */
export function createKey(made: {
  readonly name: string;
  readonly label?: string;
  readonly grants: readonly string[];
  readonly expires?: number;
}): Promise<KeyInfo & { readonly key: string }> {
  return ask({ method: 'POST', path: '//v1/keys', body: made });
}

export function endKey(id: string): Promise<unknown> {
  return ask({ method: 'DELETE', path: `//v1/keys/${encodeURIComponent(id)}` });
}
