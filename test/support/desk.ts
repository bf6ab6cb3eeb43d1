// A store with a controller on it, and short words for what agents do at it.
import { expect } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import type { CommitOptions, Controller, ControllerOptions, Draft } from '../../src/controller/types.ts';
import type { Change } from '../../src/core/change.ts';
import { type ErrorCode, isEntenteError } from '../../src/core/errors.ts';
import type { Outcome, OutcomeStatus } from '../../src/core/outcome.ts';
import { DEFAULT_SPACE, type Space } from '../../src/core/resource.ts';
import type { Token } from '../../src/core/token.ts';
import type { Store } from '../../src/stores/store.ts';
import { createRemoteController, isRemote } from './remote.ts';
import { createTestStore } from './stores.ts';

export interface Desk {
  readonly store: Store;
  readonly entente: Controller;
  begin(resource: string, agent?: string): Promise<Draft>;
  /** Writes a text (null: deletes) on what is there now. */
  put(resource: string, text: string | null, agent?: string): Promise<Token>;
  /** What is there now: undefined when it is absent, deleted or hash-only. */
  text(resource: string): Promise<string | undefined>;
  /** Bob's token on `base`, after Ann made `current` of it; null stands for absent or deleted. */
  clash(resource: string, base: string | null, current: string | null): Promise<Token>;
  /** The revision of the n-th commit that is in the log: stores count differently. */
  nth(n: number): Promise<number>;
}

export type DeskOptions = Partial<ControllerOptions> & { readonly logMax?: number };

export function openDesk(options: DeskOptions = {}): Desk {
  const { logMax, ...rest } = options;
  const store = options.store ?? createTestStore(logMax);
  const entente = (isRemote() ? createRemoteController : createController)({ ...rest, store });
  const begin: Desk['begin'] = (resource, agent = 'ann') => entente.begin(resource, { agent });

  async function put(resource: string, text: string | null, agent = 'ann'): Promise<Token> {
    const { token } = await begin(resource, agent);
    const outcome = await entente.commit(token, text === null ? { delete: true } : { content: text });
    return as(outcome, 'committed').token;
  }

  return {
    store,
    entente,
    begin,
    put,
    async text(resource) {
      return textOf((await entente.read(resource))?.content);
    },
    async clash(resource, base, current) {
      if (base !== null) await put(resource, base);
      const { token } = await begin(resource, 'bob');
      await put(resource, current);
      return token;
    },
    async nth(n) {
      const page = await store.log((rest.space ?? DEFAULT_SPACE) as Space, 0, n);
      const entry = page.status === 'ok' ? page.entries[n - 1] : undefined;
      if (entry === undefined) throw new Error(`the log has no commit ${n}`);
      return entry.revision;
    },
  };
}

export function textOf(content: Uint8Array | undefined): string | undefined {
  return content === undefined ? undefined : new TextDecoder().decode(content);
}

/** The outcome, known to have this status. */
export function as<S extends OutcomeStatus>(outcome: Outcome, status: S): Outcome & { readonly status: S } {
  expect(outcome.status, JSON.stringify(outcome, undefined, 1)).toBe(status);
  return outcome as Outcome & { readonly status: S };
}

/** The code of the EntenteError that a call ends with; undefined when it does not fail. */
export async function codeOf(call: Promise<unknown> | (() => unknown)): Promise<ErrorCode | undefined> {
  try {
    await (typeof call === 'function' ? call() : call);
    return undefined;
  } catch (error) {
    if (isEntenteError(error)) return error.code;
    throw error;
  }
}

export type Door = (entente: Controller, token: Token, change: Change, options?: CommitOptions) => Promise<Outcome>;

/** The ways in that take a token, so that a rule can be held to all of them. */
export const doors: { readonly [name in 'commit' | 'commitOrResolve' | 'transact']: Door } = {
  commit: (entente, token, change, options) => entente.commit(token, change, options),
  commitOrResolve: (entente, token, change, options) => entente.commitOrResolve(token, change, options),
  transact: (entente, token, change, options = {}) =>
    entente.transact({
      agent: token.agent,
      writes: [{ token, change }],
      ...(options.reads === undefined ? {} : { reads: options.reads }),
      ...(options.commitId === undefined ? {} : { commitId: options.commitId }),
    }),
};

export const doorNames: readonly (keyof typeof doors)[] = ['commit', 'commitOrResolve', 'transact'];
