// Who is logged in: a key, and the space that is looked at. The key stays in this tab's session storage; it is never in a
// URL, a cookie or a log.
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

export interface Session {
  readonly key: string;
  /** The agent that the key writes as. */
  readonly name: string;
  readonly space: string;
  readonly spaces: readonly string[];
  /** Milliseconds since 1970; absent for a key without an end. */
  readonly expiresAt?: number;
  /** Whether it came out of a login code: to log out ends such a key, and leaves one that was pasted. */
  readonly byCode?: true;
}

const PLACE = 'entente.session';

function stored(): Session | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as Session | null;
    return found !== null && typeof found.key === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

export const session: Signal<Session | undefined> = signal(stored());

/** The id of the key, which is no secret: what tabs of the same key find each other by. */
export const principalId: ReadonlySignal<string> = computed(
  () => /^ent_([a-z0-9]+)_/.exec(session.value?.key ?? '')?.[1] ?? '',
);

export function enter(next: Session): void {
  sessionStorage.setItem(PLACE, JSON.stringify(next));
  session.value = next;
}

/** Forgets the key in this tab. */
export function leave(): void {
  sessionStorage.removeItem(PLACE);
  session.value = undefined;
}
