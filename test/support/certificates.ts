// An authority of its own for a test, and certificates that it signed, made with openssl: for servers on this machine, and for
// clients that are asked who they are.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALL = 'apt-get install --no-install-recommends openssl';

/** Whether certificates can be made. Where not, CI fails and everybody else is told what to install. */
export function opensslIsInstalled(): boolean {
  if (spawnSync('openssl', ['version']).status === 0) return true;
  if (process.env['CI'] !== undefined) throw new Error(`openssl is not installed: ${INSTALL}`);
  process.stderr.write(`openssl is not installed, so tests with certificates are skipped: ${INSTALL}\n`);
  return false;
}

/** Files in PEM form. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly folder: string;
  /** Its own certificate. */
  readonly ca: string;
  /** A certificate in this name, good for 127.0.0.1 and localhost. `owner`: who may read the key. */
  sign(name: string, owner?: number): Certificate;
  remove(): void;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'entente-certificates-'));
  chmodSync(folder, 0o755);
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  };
  openssl('req', '-x509', ...EC, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=an authority for tests');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  return {
    folder,
    ca: at('ca.pem'),
    sign(name, owner) {
      const [cert, key, request] = ['pem', 'key', 'csr'].map((ending) => at(`${name}.${ending}`)) as [
        string,
        string,
        string,
      ];
      openssl('req', '-new', ...EC, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
      const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')];
      openssl('x509', '-req', '-in', request, '-out', cert, '-days', '2', ...signed);
      chmodSync(key, 0o600);
      if (owner !== undefined) chownSync(key, owner, owner);
      return { cert, key };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a file holds, for options that take PEM texts. */
export const textIn = (file: string): string => readFileSync(file, 'utf8');
