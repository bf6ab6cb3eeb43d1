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
}

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
    if (name !== 'prefix' && name !== 'contents')
      throw wrong(`it has no parameter ${JSON.stringify(name.slice(0, 40))}`);
  }
  const prefix = checkedPrefix(parameters.get('prefix') ?? DEFAULT_PREFIX);
  const endpoints = hosts.split(',').map((host) => endpointOf(scheme, host));
  const contents = parameters.get('contents') ?? undefined;
  const asked = [
    ...(prefix === DEFAULT_PREFIX ? [] : [`prefix=${prefix}`]),
    ...(contents === undefined ? [] : [`contents=${encodeURIComponent(contents)}`]),
  ];
  const hostsShown = endpoints.map(({ host }) => host).join(',');
  const shown = `${scheme}://${hostsShown}${asked.length === 0 ? '' : `?${asked.join('&')}`}`;
  return { endpoints, prefix: `${prefix}/`, shown, ...(contents === undefined ? {} : { contents }) };
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

/** The files that ETCDCTL_CACERT, ETCDCTL_CERT and ETCDCTL_KEY name. Throws `misuse` where one cannot be read. */
export function tlsOf(env: Environment): Tls {
  const read = (name: string): string | undefined => {
    const file = env[name];
    if (file === undefined || file === '') return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new EntenteError('misuse', `${name} cannot be read: ${(error as Error).message}`, {
        next: `Let ${name} name a file in PEM form, or take it away.`,
      });
    }
  };
  const [ca, cert, key] = [read('ETCDCTL_CACERT'), read('ETCDCTL_CERT'), read('ETCDCTL_KEY')];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
