// How a connection to PostgreSQL is secured, by the names that its own tools have: sslmode, sslrootcert, sslcert and sslkey
// in the address, or PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY. The client would send what it does not know of them
// to the server.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { EntenteError } from '../../core/errors.ts';

export interface PostgresTls {
  /** PEM texts: whom to trust, and who this client is. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What the client takes: a word of its own, or options of a TLS connection. Undefined: as it is without. */
export type Ssl = false | 'prefer' | 'allow' | { readonly [option: string]: unknown };

export interface Secured {
  /** The address with nothing of this in it. */
  readonly url: string;
  readonly ssl?: Ssl;
}

export const TLS_FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];
/** The authorities that the machine itself trusts, as libpq names them. */
const SYSTEM = 'system';
type Environment = { readonly [name: string]: string | undefined };

function modeOf(text: string | undefined): Mode | undefined {
  if (text === undefined) return undefined;
  const mode = MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw new EntenteError('misuse', `There is no sslmode ${JSON.stringify(text.slice(0, 40))}.`, {
    next: `Use one of ${MODES.join(', ')}.`,
  });
}

function read(name: string, file: string | undefined): string | undefined {
  if (file === undefined || file === SYSTEM) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EntenteError('misuse', `${name} cannot be read: ${(error as Error).message}`, {
      next: `Let ${name} name a file in PEM form, or take it away.`,
    });
  }
}

/**
 * Throws `misuse` for a mode that there is not and a file that cannot be read. Where a certificate is given without a
 * mode, the server's is checked with its name (`verify-full`): who takes the trouble wants to know whom they speak to.
 */
export function securedOf(address: string, env: Environment, given?: PostgresTls): Secured {
  const url = new URL(address);
  const take = (name: string): string | undefined => {
    const own = url.searchParams.get(name) ?? undefined;
    url.searchParams.delete(name);
    return (own ?? env[`PG${name.toUpperCase()}`]) || undefined;
  };
  const asked = modeOf(take('sslmode'));
  const files = TLS_FILES.map((name) => [name, take(name)] as const);
  const [ca, cert, key] = files.map(([name, file]) => (given === undefined ? read(name, file) : undefined));
  const { href } = url;
  const pem = given ?? defined({ ca, cert, key });
  const hasFiles = Object.keys(pem).length > 0 || files[0]?.[1] === SYSTEM;
  if ((pem.cert === undefined) !== (pem.key === undefined)) {
    throw new EntenteError('misuse', 'A certificate needs its key, and a key its certificate.', {
      next: 'Give both: sslcert=FILE&sslkey=FILE.',
    });
  }
  const mode = asked ?? (hasFiles ? 'verify-full' : undefined);
  if (mode === undefined) return { url: href };
  if (mode === 'disable') return { url: href, ssl: false };
  if ((mode === 'prefer' || mode === 'allow') && !hasFiles) return { url: href, ssl: mode };
  return { url: href, ssl: { ...pem, ...trustOf(mode, pem, url.hostname) } };
}

/** What is checked of the server's certificate. As in libpq, `require` with an authority checks that it signed it. */
function trustOf(mode: Mode, { ca }: PostgresTls, host: string): { readonly [option: string]: unknown } {
  // The name of an address is the address itself; the client tells TLS of names alone.
  const name = host.replace(/^\[|\]$/g, '');
  if (mode === 'verify-full') return { rejectUnauthorized: true, ...(isIP(name) === 0 ? {} : { host: name }) };
  const isChecked = mode === 'verify-ca' || ca !== undefined;
  return { rejectUnauthorized: isChecked, checkServerIdentity: () => undefined };
}

function defined(texts: { readonly [name in keyof PostgresTls]: string | undefined }): PostgresTls {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
