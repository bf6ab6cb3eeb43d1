// What etcd's answers mean for a caller, by the code of gRPC and by the text: the gateway's status alone misleads, an
// oversize request comes as 429. Only this file knows them.
import type { ErrorCode } from '../../core/errors.ts';
import { EntenteError, isEntenteError } from '../../core/errors.ts';
import type { Answer } from './transport.ts';
import { NoAnswer } from './transport.ts';

/** What went wrong with one call. */
export class EtcdFault extends Error {
  readonly meaning: Meaning;

  constructor(meaning: Meaning, said: string, cause?: unknown) {
    super(said, { cause });
    this.name = 'EtcdFault';
    this.meaning = meaning;
  }
}

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
  readonly next: string;
  /** Certainly nothing was written. */
  readonly sure: boolean;
  /** Another endpoint, or this one a little later, may do better. */
  readonly elsewhere?: true;
  /** The token of this session is no longer taken. */
  readonly stale?: true;
  /** A past revision was asked for that is no longer kept. */
  readonly compacted?: true;
}

const again = 'Send the same again; entente doctor checks the connection.';

const unavailable: Meaning = {
  code: 'store-unavailable',
  text: 'etcd reported an error',
  next: again,
  sure: false,
  elsewhere: true,
};
const unreachable: Meaning = {
  code: 'store-unavailable',
  text: 'etcd cannot be reached',
  next: 'Check that etcd runs and that the addresses, the ports and the network are right, then send the same again.',
  sure: true,
  elsewhere: true,
};
const lost: Meaning = { ...unavailable, text: 'The connection to etcd was lost before an answer came' };
const busy: Meaning = { ...unavailable, text: 'etcd has too much to do', sure: true };
const refused: Meaning = {
  code: 'store-unavailable',
  text: 'etcd does not let this user do that',
  next: 'Give the user and the password (ETCDCTL_USER, ETCDCTL_PASSWORD), and the role read and write below the prefix.',
  sure: true,
};
const signedOut: Meaning = { ...refused, text: 'etcd does not know this session any more', stale: true };
const large: Meaning = {
  code: 'too-large',
  text: 'The commit is larger than etcd takes in one request',
  next: 'Split the change into several commits.',
  sure: true,
};
const full: Meaning = {
  code: 'store-full',
  text: 'The space of etcd is used up',
  next: 'Compact and defragment etcd, or raise its quota, then: etcdctl alarm disarm.',
  // The write that uses up the last of it is done, and answered with this all the same (quotaApplierV3 in etcd's apply.go).
  sure: false,
};
const corrupt: Meaning = {
  code: 'store-corrupt',
  text: 'etcd found damaged data',
  next: 'Restore a snapshot, and give the store a new epoch.',
  sure: true,
};
const compacted: Meaning = {
  ...unavailable,
  text: 'etcd has compacted what was asked for',
  sure: true,
  compacted: true,
};
const other: Meaning = { ...unavailable, text: 'etcd did not take the request', sure: true };
const noGateway: Meaning = {
  code: 'store-unavailable',
  text: 'There is no etcd with a JSON gateway at this address',
  next: 'Name a client address of etcd (port 2379) that does not run with --enable-grpc-gateway=false.',
  sure: true,
};

/** The first that fits: codes of gRPC, and what the message has to say. */
const meanings: readonly { readonly codes: readonly number[]; readonly says?: RegExp; readonly meaning: Meaning }[] = [
  { codes: [3, 8, 11], says: /too large|larger than max|too many operations/i, meaning: large },
  { codes: [8], says: /space exceeded/i, meaning: full },
  { codes: [8], says: /too many requests/i, meaning: busy },
  { codes: [11], says: /compacted/i, meaning: compacted },
  { codes: [15], meaning: corrupt },
  { codes: [16], meaning: signedOut },
  { codes: [3], says: /revision in header is old|invalid auth token/i, meaning: signedOut },
  { codes: [3, 7, 9], says: /permission denied|authentication failed|user name|auth/i, meaning: refused },
  { codes: [3, 5, 6, 7, 9, 11, 12], meaning: other },
];

/** The fault that an answer of another status than 200 tells. */
export function faultOfAnswer({ status, text }: Answer): EtcdFault {
  const said = readFault(text);
  if (said === undefined) {
    const meaning = status === 404 || status === 405 ? noGateway : status === 413 ? large : unavailable;
    return new EtcdFault(meaning, `status ${status}`);
  }
  const found = meanings.find(({ codes, says }) => codes.includes(said.code) && (says?.test(said.message) ?? true));
  return new EtcdFault(found?.meaning ?? unavailable, said.message);
}

function readFault(text: string): { readonly code: number; readonly message: string } | undefined {
  try {
    const json = JSON.parse(text) as { readonly [field: string]: unknown };
    const { code, message, error } = json;
    if (typeof code !== 'number') return undefined;
    return { code, message: String(message ?? error ?? '') };
  } catch {
    return undefined;
  }
}

export function etcdFaultOf(error: unknown): EtcdFault {
  if (error instanceof EtcdFault) return error;
  if (error instanceof NoAnswer) return new EtcdFault(error.sent ? lost : unreachable, error.message, error);
  return new EtcdFault(unavailable, error instanceof Error ? error.message : String(error), error);
}

/** True where the call has certainly written nothing. */
export function leavesNothing(error: unknown): boolean {
  return isEntenteError(error) || etcdFaultOf(error).meaning.sure;
}

/** etcd's quota is used up: the write may be the last one that it took. */
export function isFull(error: unknown): boolean {
  return !isEntenteError(error) && etcdFaultOf(error).meaning === full;
}

/** The fault in our words, with what etcd said. An EntenteError stays as it is. */
export function faultOf(error: unknown, place: string): EntenteError {
  if (isEntenteError(error)) return error;
  const { meaning, message } = etcdFaultOf(error);
  return new EntenteError(
    meaning.code,
    `${meaning.text} (${place}: ${message}).`,
    { next: meaning.next },
    { cause: new Error(message) },
  );
}
