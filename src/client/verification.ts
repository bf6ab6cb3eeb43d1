// The check of a space, which the server does in the background: begun, asked for again until it has ended.
import { EntenteError } from '../core/errors.ts';
import type { StoreReport } from '../core/report.ts';
import { parseSpace } from '../core/resource.ts';
import type { Connection } from './connection.ts';

export interface VerifyOptions {
  /** @default the client's own */
  readonly space?: string;
  /** Stops asking; the server goes on with its check. */
  readonly signal?: AbortSignal;
  /** How far it is: the revision that was reached, and the one that it was begun for. */
  readonly onProgress?: (checked: number, of: number) => void;
}

interface Verification {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly checked: number;
  readonly of: number;
  readonly report?: StoreReport;
  readonly fault?: { readonly code: string; readonly message: string };
}

const FIRST_MS = 20;
const LONGEST_MS = 1000;

/** Replays the log of the space on the server. `forbidden` without an audit grant for all of it. */
export async function verify(connection: Connection, options: VerifyOptions = {}): Promise<StoreReport> {
  const { signal, onProgress } = options;
  const { settings } = connection;
  const space = options.space === undefined ? settings.space : parseSpace(options.space);
  const path = `//v1/spaces/${encodeURIComponent(space)}/audit/verify`;
  let answer = await connection.ask({ method: 'POST', path, body: {}, signal });
  for (let ms = FIRST_MS; ; ms = Math.min(LONGEST_MS, ms * 2)) {
    const now = answer.body as Verification;
    if (now.state === 'done' && now.report !== undefined) return now.report;
    if (now.state !== 'running') throw unended(now);
    onProgress?.(now.checked, now.of);
    await settings.sleep(ms, signal);
    answer = await connection.ask({ method: 'GET', path, signal });
  }
}

function unended({ state, fault }: Verification): EntenteError {
  const why =
    state === 'none' ? 'the server knows of none any more' : (fault?.message ?? 'the server does not say why');
  return new EntenteError('store-unavailable', `The check did not come to its end: ${why}`.replace(/\.?$/, '.'), {
    next: 'Begin it again; the log of the server says more.',
    ...(fault === undefined ? {} : { fault: fault.code }),
  });
}

/** Whose key it is. */
export interface Whoami {
  /** Who writes with it, unless an `act-as` grant lets it be another one. */
  readonly name: string;
  /** The spaces that hold anything, and the default one, as far as the key has a grant there. */
  readonly spaces: readonly string[];
  readonly grants: readonly string[];
}

export async function whoami(connection: Connection): Promise<Whoami> {
  const { body } = await connection.ask({ method: 'GET', path: '//v1/whoami' });
  const { name, spaces, grants } = body as Whoami;
  return { name, spaces, grants };
}
