// The address of a store in etcd: endpoints, the prefix of its keys, and who asks. What is secret comes by the
// environment, under the names that etcdctl has for it, and is shown nowhere.
import { readFileSync } from 'node:fs';
import { EntenteError } from '../../core/errors.ts';
import type { Tls } from './transport.ts';

export interface Address {
  readonly endpoints: readonly URL[];
  /** What all keys begin with; ends with a slash. */
  readonly prefix: string;
  /** As it is shown and can be given again. */
  readonly shown: string;
  /** The address of the store that has the large contents. */
  readonly contents?: string;
  /** Files in PEM form. */
  readonly files: TlsFiles;
}

/** Whom to trust, and the certificate of this client with its key: files, by the names that etcdctl has for them. */
export interface TlsFiles {
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
}

export const TLS_FILES = ['cacert', 'cert', 'key'] as const;
const PARAMETERS: readonly string[] = ['prefix', 'contents', ...TLS_FILES];

export interface User {
  readonly name: string;
  readonly password: string;
}

type Environment = { readonly [name: string]: string | undefined };

const DEFAULT_PREFIX = 'entente';
const DEFAULT_PORT = '2379';

function wrong(why: string): EntenteError {
  return new EntenteError('misuse', `This is no address of a store in etcd: ${why}.`, {
    next: 'Give it as etcd://HOST:PORT,HOST:PORT?prefix=NAME, with etcds:// for TLS and the user in ETCDCTL_USER.',
  });
}

/** `etcd://a:2379,b:2379?prefix=NAME&contents=URL`, `etcds://…` over TLS. Throws `misuse`. */
export function parseAddress(text: string): Address {
  const [, scheme, hosts, query] = /^(etcds?):\/\/([^/?#]+)\/?(?:\?([^#]*))?$/.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) throw wrong('it names no host');
  if (hosts.includes('@')) throw wrong('a user and a password do not stand in it');
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) throw wrong(`it has no parameter ${JSON.stringify(name.slice(0, 40))}`);
  }
  const prefix = checkedPrefix(parameters.get('prefix') ?? DEFAULT_PREFIX);
  const endpoints = hosts.split(',').map((host) => endpointOf(scheme, host));
  const contents = parameters.get('contents') ?? undefined;
  const files = filesIn(scheme, parameters);
  const asked = [
    ...(prefix === DEFAULT_PREFIX ? [] : [`prefix=${prefix}`]),
    ...(contents === undefined ? [] : [`contents=${encodeURIComponent(contents)}`]),
    ...Object.entries(files).map(([name, file]) => `${name}=${encodeURIComponent(file)}`),
  ];
  const hostsShown = endpoints.map(({ host }) => host).join(',');
  const shown = `${scheme}://${hostsShown}${asked.length === 0 ? '' : `?${asked.join('&')}`}`;
  return { endpoints, prefix: `${prefix}/`, shown, files, ...(contents === undefined ? {} : { contents }) };
}

function filesIn(scheme: string, parameters: URLSearchParams): TlsFiles {
  const named = TLS_FILES.flatMap((name) => {
    const file = parameters.get(name);
    if (file === '') throw wrong(`${name} names no file`);
    return file === null ? [] : [[name, file] as const];
  });
  if (named.length > 0 && scheme !== 'etcds') throw wrong('files of certificates are for etcds://');
  const files: TlsFiles = Object.fromEntries(named);
  if ((files.cert === undefined) !== (files.key === undefined))
    throw wrong('a certificate needs its key, and a key its certificate');
  return files;
}

function endpointOf(scheme: string, host: string): URL {
  const text = `${scheme === 'etcds' ? 'https' : 'http'}://${host}`;
  if (host === '' || !URL.canParse(text)) throw wrong(`${JSON.stringify(host.slice(0, 80))} is no host`);
  const url = new URL(text);
  // The port of the scheme is dropped by URL, and is none that etcd listens on unless it is said.
  if (!/:\d+$/.test(host)) url.port = DEFAULT_PORT;
  return url;
}

function checkedPrefix(prefix: string): string {
  if (/^\w[\w.-]{0,63}(?:\/\w[\w.-]{0,63}){0,7}$/.test(prefix)) return prefix;
  throw wrong('its prefix takes letters, digits, dots, dashes and underscores, with slashes between them');
}

/** ETCDCTL_USER as `name` or `name:password`, and ETCDCTL_PASSWORD. */
export function userOf(env: Environment): User | undefined {
  const given = env['ETCDCTL_USER'];
  if (given === undefined || given === '') return undefined;
  const at = given.indexOf(':');
  const password = env['ETCDCTL_PASSWORD'];
  if (password !== undefined && password !== '') return { name: at < 0 ? given : given.slice(0, at), password };
  return at < 0 ? { name: given, password: '' } : { name: given.slice(0, at), password: given.slice(at + 1) };
}

/** What the address names, or else ETCDCTL_CACERT, ETCDCTL_CERT and ETCDCTL_KEY. Throws `misuse` where a file cannot be read. */
export function tlsOf(env: Environment, { cacert, cert, key }: TlsFiles = {}): Tls {
  const read = (name: string, named: string | undefined, file: string | undefined): string | undefined => {
    const path = named ?? file;
    if (path === undefined || path === '') return undefined;
    const shown = named === undefined ? name : JSON.stringify(named);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new EntenteError('misuse', `${shown} cannot be read: ${(error as Error).message}`, {
        next: `Let ${shown} name a file in PEM form, or take it away.`,
      });
    }
  };
  const texts = {
    ca: read('ETCDCTL_CACERT', cacert, env['ETCDCTL_CACERT']),
    cert: read('ETCDCTL_CERT', cert, env['ETCDCTL_CERT']),
    key: read('ETCDCTL_KEY', key, env['ETCDCTL_KEY']),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
