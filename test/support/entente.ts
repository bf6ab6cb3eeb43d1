// A controller on a memory store, and the few moves that most of its tests are made of.
import { createController } from '../../src/controller/controller.ts';
import type { CommitOptions, Controller, ControllerOptions } from '../../src/controller/types.ts';
import type { Change } from '../../src/core/change.ts';
import type { Outcome, OutcomeStatus } from '../../src/core/outcome.ts';
import type { Token } from '../../src/core/token.ts';
import { createMemoryStore, type MemoryStoreOptions } from '../../src/stores/memory.ts';
import type { Store } from '../../src/stores/store.ts';

export interface Setup {
  readonly store: Store;
  readonly entente: Controller;
}

export function setUp(options: Partial<ControllerOptions> & { readonly memory?: MemoryStoreOptions } = {}): Setup {
  const { memory, ...rest } = options;
  const store = rest.store ?? createMemoryStore(memory);
  return { store, entente: createController({ ...rest, store }) };
}

/** Writes a content (or another change) on what is there now: what no test is about. */
export async function put(
  entente: Pick<Controller, 'begin' | 'commit'>,
  resource: string,
  change: string | Change,
  options: CommitOptions & { readonly agent?: string } = {},
): Promise<Outcome & { status: 'committed' }> {
  const { agent = 'setter', ...rest } = options;
  const { token } = await entente.begin(resource, { agent });
  return as(await entente.commit(token, typeof change === 'string' ? { content: change } : change, rest), 'committed');
}

export async function tokenOf(entente: Pick<Controller, 'begin'>, resource: string, agent: string): Promise<Token> {
  return (await entente.begin(resource, { agent })).token;
}

/** The outcome as the kind that it has to be; fails with what it was instead. */
export function as<S extends OutcomeStatus>(outcome: Outcome, status: S): Outcome & { status: S } {
  if (outcome.status !== status) {
    const { reason = '' } = outcome as { reason?: string };
    throw new Error(`expected ${status}, got ${outcome.status} ${reason}`);
  }
  return outcome as Outcome & { status: S };
}

export function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** What is stored now; undefined for what is not there. */
export async function textAt(entente: Pick<Controller, 'read'>, resource: string): Promise<string | undefined> {
  return text((await entente.read(resource))?.content);
}

/** The code of what a call throws; undefined when it throws nothing. */
export async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
