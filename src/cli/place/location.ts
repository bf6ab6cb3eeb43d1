// Which store, and where the command line keeps its own small files for it. Order: `--store`, `ENTENTE_STORE`, the home.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';
import { TLS_FILES as POSTGRES_FILES } from '../../stores/postgres/tls.ts';
import { findHome, HOME_NAME } from './home.ts';
import { checkSocketPath, socketOf, socketUrl } from './socket.ts';

export const DATABASE_NAME = 'entente.db';

export type StoreUrl =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  /** A database. `url` may hold a password; `shown` does not. */
  | { readonly kind: 'postgres'; readonly url: string; readonly shown: string; readonly schema: string }
  /** A cluster of etcd. Neither holds anything secret; `shown` has no parameters that are the default. */
  | { readonly kind: 'etcd'; readonly url: string; readonly shown: string; readonly contents?: StoreUrl }
  /** A server, which has the store. */
  | { readonly kind: 'server'; readonly url: string };

export interface Location {
  readonly store: StoreUrl;
  /** As it is shown and can be given to `--store`. */
  readonly url: string;
  /** Saved tokens and drafts; undefined for a store that ends with the process. */
  readonly state?: string;
  readonly home?: string;
}

interface Surroundings {
  readonly env: { readonly [name: string]: string | undefined };
  /** The user's own folder. */
  readonly user: string;
}

/** What `.entente/config.json` may say. */
export interface Config {
  readonly store?: string;
  readonly space?: string;
  readonly agent?: string;
  /** Of hooks: read by them alone (guard/front/place.ts), and kept as it is by whoever writes the file anew. */
  readonly hooks?: unknown;
}

const FORMS =
  'Stores: sqlite:PATH (a file, or a folder that holds one), postgres://USER@HOST/DATABASE, etcd://HOST:PORT,…, http://HOST:PORT or unix:PATH (a server) and memory: (gone with the process).';

/** A store URL; relative paths count from `cwd`. */
export async function parseStoreUrl(text: string, cwd: string): Promise<StoreUrl> {
  if (text === 'memory:') return { kind: 'memory' };
  if (/^https?:/.test(text)) return { kind: 'server', url: serverUrl(text) };
  const socket = socketOf(text);
  if (socket !== undefined) {
    checkSocketPath(socket);
    return { kind: 'server', url: socketUrl(path.resolve(cwd, socket)) };
  }
  if (/^postgres(ql)?:/.test(text)) return postgresUrl(text, cwd);
  if (/^etcds?:/.test(text)) return etcdUrl(text, cwd);
  if (!text.startsWith('sqlite:') || text === 'sqlite:') {
    throw new EntenteError('misuse', `${JSON.stringify(text.slice(0, 120))} is no store URL. ${FORMS}`, {
      next: 'entente status --store sqlite:PATH',
    });
  }
  return { kind: 'sqlite', path: await databasePath(path.resolve(cwd, text.slice('sqlite:'.length))) };
}

/** Files that an address names, as absolute ones: it is kept, and used from elsewhere. */
function withAbsolute(text: string, names: readonly string[], cwd: string): string {
  const at = text.indexOf('?');
  const parameters = new URLSearchParams(at < 0 ? '' : text.slice(at + 1));
  const named = names.filter((name) => !['', 'system'].includes(parameters.get(name) ?? ''));
  if (named.length === 0) return text;
  for (const name of named) parameters.set(name, path.resolve(cwd, parameters.get(name) ?? ''));
  return `${text.slice(0, at)}?${parameters}`;
}

/** What of the query of a database's address is shown: nothing else of it is known not to be secret. */
const SHOWN: readonly string[] = ['schema', 'sslmode', ...POSTGRES_FILES];

/** The schema is named in the query; what is left of it is for the client. */
function postgresUrl(given: string, cwd: string): Extract<StoreUrl, { kind: 'postgres' }> {
  const text = withAbsolute(given, POSTGRES_FILES, cwd);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '' || url.hash !== '') {
    throw new EntenteError('misuse', 'This is no address of a PostgreSQL database.', {
      next: 'entente status --store postgres://USER@HOST:PORT/DATABASE   (the password: PGPASSWORD)',
    });
  }
  const schema = url.searchParams.get('schema') ?? 'entente';
  url.searchParams.delete('schema');
  const user = url.username === '' ? '' : `${url.username}@`;
  const asked = SHOWN.flatMap((name) => {
    const value = name === 'schema' ? schema : url.searchParams.get(name);
    return value === null || (name === 'schema' && value === 'entente') ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  const query = asked.length === 0 ? '' : `?${asked.join('&')}`;
  return { kind: 'postgres', url: url.href, shown: `postgres://${user}${url.host}${url.pathname}${query}`, schema };
}

/** The user comes by the environment, as etcdctl has it. */
async function etcdUrl(given: string, cwd: string): Promise<Extract<StoreUrl, { kind: 'etcd' }>> {
  const { parseAddress, TLS_FILES } = await import('../../stores/etcd/place.ts');
  const text = withAbsolute(given, TLS_FILES, cwd);
  const { shown, contents } = parseAddress(text);
  if (contents === undefined) return { kind: 'etcd', url: text, shown };
  // It is written down and shown with the rest.
  refusePassword(contents);
  const inner = await parseStoreUrl(contents, cwd);
  if (inner.kind === 'sqlite' || inner.kind === 'postgres') return { kind: 'etcd', url: text, shown, contents: inner };
  throw new EntenteError('misuse', 'Contents of a store in etcd are kept by SQLite or PostgreSQL.', {
    next: 'entente status --store etcd://HOST:PORT?contents=postgres://USER@HOST/DATABASE',
  });
}

/** What is typed on a command line is seen by every user of the machine, and kept in its history. */
export function refusePassword(url: string): void {
  if (!/^postgres(ql)?:/.test(url) || !URL.canParse(url) || new URL(url).password === '') return;
  throw new EntenteError('misuse', 'A password does not belong on the command line.', {
    next: 'Give it as PGPASSWORD, or the whole address as ENTENTE_STORE.',
  });
}

/** Without a slash at its end. What is in an address stands in histories and logs, so that it holds no key. */
function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new EntenteError('misuse', 'A server is named by its address alone: no key, no query, no fragment.', {
      next: 'entente status --store http://127.0.0.1:4711   (the key: ENTENTE_KEY_FILE)',
    });
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** For commands that need the file or the tables of a store. */
export function behindServer(url: string): EntenteError {
  return new EntenteError('misuse', `This command needs the store itself, and ${url} is a server.`, {
    next: 'On the machine of the server, name its store: --store sqlite:PATH',
  });
}

/** A folder stands for the database in it: its own, or that of the home inside it. */
async function databasePath(given: string): Promise<string> {
  if (!(await isFolder(given))) return given;
  const inner = path.join(given, HOME_NAME);
  return path.join((await isFolder(inner)) ? inner : given, DATABASE_NAME);
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

export async function readConfig(home: string): Promise<Config> {
  const file = path.join(home, 'config.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object');
    const { store, space, agent, hooks } = value as { [key: string]: unknown };
    return {
      ...(typeof store === 'string' ? { store } : {}),
      ...(typeof space === 'string' ? { space } : {}),
      ...(typeof agent === 'string' ? { agent } : {}),
      ...(hooks === undefined ? {} : { hooks }),
    };
  } catch (error) {
    throw new EntenteError('misuse', `The file ${file} is not usable JSON: ${(error as Error).message}`, {
      next: `Mend it, or remove it to go back to the defaults: rm ${file}`,
    });
  }
}

/** Where saved tokens and drafts for a server or a database lie: in the home, or among the user's own files where there is none. */
function serverState(url: string, home: string | undefined, { env, user }: Surroundings): string {
  const socket = socketOf(url);
  // A list of hosts is named by the first one.
  const first = url.replace(/,[^/?]*/, '');
  const host = socket === undefined ? new URL(first).host : path.basename(socket);
  const name = `${host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`;
  if (home !== undefined) return path.join(home, 'servers', name);
  const state = env['XDG_STATE_HOME'];
  const own = state !== undefined && path.isAbsolute(state) ? state : path.join(user, '.local', 'state');
  return path.join(own, 'entente', name);
}

function locate(store: StoreUrl, home: string | undefined, around: Surroundings): Location {
  if (store.kind === 'server' || store.kind === 'postgres' || store.kind === 'etcd') {
    const url = store.kind === 'server' ? store.url : store.shown;
    return { store, url, state: serverState(url, home, around), ...(home === undefined ? {} : { home }) };
  }
  if (store.kind === 'memory') return { store, url: 'memory:', ...(home === undefined ? {} : { home }) };
  // The saved tokens of a store lie beside it, whatever folder the command is given in.
  const folder = path.dirname(store.path);
  const inHome = path.basename(folder) === HOME_NAME || folder === home;
  const state = inHome ? folder : `${store.path}.state`;
  return { store, url: `sqlite:${store.path}`, state, ...(home === undefined ? {} : { home }) };
}

/** The store that this call is about; `not-found` where nothing says one. */
export async function findLocation(
  cwd: string,
  given: string | undefined,
  env: { readonly [name: string]: string | undefined },
): Promise<Location & { readonly config: Config }> {
  const home = await findHome(cwd);
  const config = home === undefined ? {} : await readConfig(home);
  const around: Surroundings = { env, user: os.homedir() };
  if (given !== undefined) refusePassword(given);
  const url = given ?? (env['ENTENTE_STORE'] || undefined);
  if (url !== undefined) return { ...locate(await parseStoreUrl(url, cwd), home, around), config };
  if (home === undefined) {
    throw new EntenteError(
      'not-found',
      `There is no ${HOME_NAME} folder in ${cwd} or above it, and no store is named.`,
      {
        next: 'entente init',
      },
    );
  }
  const stored = config.store ?? `sqlite:${DATABASE_NAME}`;
  return { ...locate(await parseStoreUrl(stored, home), home, around), config };
}
