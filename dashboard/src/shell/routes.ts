// Where in the dashboard one is: the part of the address after #, so that the server has one page and links can be kept.
import { type Signal, signal } from '@preact/signals';

export interface Route {
  /** The name of a screen, such as `queue`. */
  readonly screen: string;
  /** What the screen is of: the rest of the path, decoded; '' for none. */
  readonly of: string;
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const slash = path.indexOf('/');
  const screen = slash < 0 ? path : path.slice(0, slash);
  let of = slash < 0 ? '' : path.slice(slash + 1);
  try {
    of = decodeURIComponent(of);
  } catch {
    // Typed by hand: as it stands.
  }
  return { screen: screen === '' ? 'queue' : screen, of, query: new URLSearchParams(query) };
}

/** The address of a screen, for `href`. */
export function hrefOf(screen: string, of = '', query: { readonly [name: string]: string } = {}): string {
  const rest = of === '' ? '' : `/${encodeURIComponent(of).replaceAll('%2F', '/')}`;
  const search = new URLSearchParams(query).toString();
  return `#/${screen}${rest}${search === '' ? '' : `?${search}`}`;
}

export const route: Signal<Route> = signal(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function go(screen: string, of = '', query: { readonly [name: string]: string } = {}): void {
  location.hash = hrefOf(screen, of, query);
}
