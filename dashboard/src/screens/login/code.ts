// The login code of a link (`#login=CODE`): taken out of the address and of the history before anything else sees it.

let code: string | undefined;

/** Called once, at the start. Whether there was one. */
export function takeCode(): boolean {
  const found = /^#login=([\w.-]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return false;
  code = found;
  history.replaceState(null, '', `${location.pathname}${location.search}#/queue`);
  dispatchEvent(new HashChangeEvent('hashchange'));
  return true;
}

/** The code, to one caller: it is good for one login. */
export function useUpCode(): string | undefined {
  const found = code;
  code = undefined;
  return found;
}
