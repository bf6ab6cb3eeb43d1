// Tokens that were not given here, as the audit keeps them: who sent one is in the log of the space that it was sent to.
// Whoever has a key can send any number, so that each key leaves at most one entry a minute; the next one says how many
// came in between. A store that cannot take the entry changes nothing of the refusal.
import { isEntenteError } from '../core/errors.ts';
import type { Store } from '../stores/store.ts';
import type { Call } from './operation.ts';
import { capabilities } from './principal.ts';
import { randomId } from './random-id.ts';
import { writeEntry } from './records.ts';
import { mayAny } from './rights.ts';

const MINUTE = 60_000;
const MAX_KEYS = 10_000;

interface Noted {
  /** Milliseconds since 1970: of the last entry. */
  readonly at: number;
  /** Refused since then. */
  readonly more: number;
}

export interface Forgeries {
  /** Writes that the principal of this call sent a token which is none. It says nothing of the token. */
  note(call: Pick<Call, 'principal' | 'space' | 'requestId'>): Promise<void>;
}

export interface ForgeriesOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export function createForgeries({ store, clock }: ForgeriesOptions): Forgeries {
  const noted = new Map<string, Noted>();
  return {
    async note({ principal, space, requestId }) {
      // Nobody writes into a space in which they have nothing.
      if (!capabilities.some((capability) => mayAny(principal, capability, space))) return;
      const at = clock();
      const last = noted.get(principal.id);
      if (last !== undefined && at - last.at < MINUTE) {
        noted.set(principal.id, { ...last, more: last.more + 1 });
        return;
      }
      if (noted.size >= MAX_KEYS) noted.clear();
      noted.set(principal.id, { at, more: 0 });
      const more = last?.more ?? 0;
      const extra = { key: principal.id, requestId, ...(more === 0 ? {} : { more }) };
      const sender = {
        space,
        agent: principal.name,
        at,
        commitId: `forged-${randomId(9)}`,
        reason: 'bad-token',
        extra,
      };
      await writeEntry(store, sender).catch((error: unknown) => {
        if (!isEntenteError(error)) throw error;
      });
    },
  };
}
