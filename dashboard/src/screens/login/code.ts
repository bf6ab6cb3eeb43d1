// The login code of a link (`#login=CODE`): taken out of the address and of the history before anything else sees it.
import { type Signal, signal } from '@preact/signals';

/** The code that waits to be used. */
export const code: Signal<string | undefined> = signal(undefined);

/** Called at the start. Whether there was one. */
export function takeCode(): boolean {
  const found = /^#login=([\w.-]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return false;
  code.value = found;
  history.replaceState(null, '', `${location.pathname}${location.search}#/queue`);
  dispatchEvent(new HashChangeEvent('hashchange'));
  return true;
}

/** A link that is opened in a window of the page loads nothing anew: its code is taken out of the address all the same. */
export function watchForCode(): void {
  addEventListener('hashchange', takeCode);
}

/** The code, to one caller: it is good for one login. */
export function useUpCode(): string | undefined {
  const found = code.peek();
  code.value = undefined;
  return found;
}
