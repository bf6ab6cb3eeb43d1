// Who is logged in: a key, and the space that is looked at. The key stays in the session storage of this tab; it is never
// in a URL, a cookie or a log. A new tab of the same browser asks those that are open, and to log out is for all of them.
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

type Word =
  | { readonly type: 'who' }
  | { readonly type: 'session'; readonly session: Session }
  | { readonly type: 'left' };

const tabs = new BroadcastChannel('entente.session');
const say = (word: Word): void => tabs.postMessage(word);

export function enter(next: Session): void {
  sessionStorage.setItem(PLACE, JSON.stringify(next));
  session.value = next;
}

function forget(): void {
  sessionStorage.removeItem(PLACE);
  session.value = undefined;
}

/** Forgets the key, in every tab that has it. */
export function leave(): void {
  forget();
  say({ type: 'left' });
}

/** Takes part in what tabs tell each other. `asks`: without a session of its own it takes theirs. */
export function joinTabs(asks: boolean): void {
  tabs.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    const now = session.peek();
    if (data.type === 'who' && now !== undefined) say({ type: 'session', session: now });
    if (asks && data.type === 'session' && now === undefined) enter(data.session);
    if (data.type === 'left' && now !== undefined) forget();
  });
  if (asks && session.peek() === undefined) say({ type: 'who' });
}
