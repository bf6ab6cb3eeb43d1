// Keys: how a caller proves who it is. The text is `ent_<id>_<secret>`; the store holds only the SHA-256 of the secret,
// so that whoever reads a backup cannot use it. 256 random bits need no slow hash. A session is a key with an end that
// stands for another one, for a browser that should not hold that one itself: it is good as long as both are.
// Longer than most: the form of a key, its record and what is known of it from a moment ago must not be known elsewhere.
import * as crypto from 'node:crypto';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';
import { type AgentId, parseAgentId, SERVICE_SPACE } from '../core/resource.ts';
import type { Store, StoredRecord } from '../stores/store.ts';
import type { Grant, Principal } from './principal.ts';
import { writeRecord } from './records.ts';

export const KEY_TEXT: RegExp = /^ent_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

const KIND = 'key';
const SECRET_BYTES = 32;
const CACHE_MS = 5000;
const MAX_CACHED = 1000;
const MAX_USED = 10_000;
const SESSION_MS = 12 * 60 * 60 * 1000;
/** Of records that are keys by themselves, and of those that are sessions. */
const LIVE: readonly (string | undefined)[] = ['active', 'session'];
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

interface KeyValue {
  readonly name: string;
  readonly label: string;
  readonly grants: readonly Grant[];
  /** SHA-256 of the secret, in hex. */
  readonly secretHash: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly expires?: number;
  readonly revokedAt?: number;
  /** Of a session: the id of the key that it stands for. */
  readonly of?: string;
  /** The id of the key that made it, where it was made over HTTP. */
  readonly madeBy?: string;
}

/** A key as it is shown: never with its secret. */
export interface KeyInfo extends Omit<KeyValue, 'secretHash'> {
  readonly id: string;
  readonly state: 'active' | 'revoked' | 'expired';
  /** Milliseconds since 1970: when this server last took it; absent where it has not since it started. */
  readonly lastUsedAt?: number;
}

export interface NewKey {
  /** The agent that the key writes as. */
  readonly name: string;
  /** What people know it by. @default the name */
  readonly label?: string;
  readonly grants: readonly Grant[];
  /** Milliseconds since 1970; never, unless said. */
  readonly expires?: number;
  /** The id of the key that makes it. */
  readonly madeBy?: string;
}

export interface MadeKey {
  readonly info: KeyInfo;
  /** Shown this once and kept nowhere. */
  readonly text: string;
}

export interface Keys {
  create(key: NewKey): Promise<MadeKey>;
  /** A session of a key, for 12 hours at most and never longer than the key; `unauthenticated` where that is not good. */
  openSession(id: string): Promise<MadeKey>;
  /** Without those of ended sessions, which are forgotten from time to time. */
  list(): Promise<readonly KeyInfo[]>;
  find(id: string): Promise<KeyInfo | undefined>;
  /** Ends a key: refused everywhere within seconds. False where there is none of that id. */
  revoke(id: string): Promise<boolean>;
  /** Whose key this is; `unauthenticated` for every other text, without saying what is wrong with it. */
  authenticate(text: string | undefined): Promise<Principal>;
  /** The same for a key by itself that was looked up within seconds, at once; undefined: `authenticate` says. */
  recognise(text: string | undefined): Principal | undefined;
  /** The principal of a key as it is now, for what stays open; undefined once it is revoked or expired. */
  principal(id: string): Promise<Principal | undefined>;
}

export interface KeysOptions {
  readonly store: Store;
  readonly clock: () => number;
}

/** In hex. */
function sha256(text: string): string {
  return crypto.hash('sha256', text, 'hex');
}

function newId(): string {
  return [...randomBytes(12)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

export function unauthenticated(): EntenteError {
  return new EntenteError('unauthenticated', 'The request carries no usable key.', {
    next: 'Send "Authorization: Bearer ent_…" with a key of this server that is neither revoked nor expired.',
  });
}

function infoOf(record: StoredRecord, now: number, lastUsedAt: number | undefined): KeyInfo {
  const { secretHash: _hidden, ...shown } = record.value as KeyValue;
  const expired = shown.expires !== undefined && now >= shown.expires;
  const state = LIVE.includes(record.state) ? (expired ? 'expired' : 'active') : 'revoked';
  return { id: record.id, state, ...shown, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}

/** Expiry is the one thing here that a clock decides. */
function isLive(record: StoredRecord | undefined, now: number): record is StoredRecord {
  if (record === undefined || !LIVE.includes(record.state)) return false;
  const { expires } = record.value as KeyValue;
  return expires === undefined || now < expires;
}

function principalOf(record: StoredRecord): Principal {
  const { name, grants } = record.value as KeyValue;
  return Object.freeze({ id: record.id, name: name as AgentId, grants });
}

interface Cached {
  readonly record: StoredRecord | undefined;
  readonly principal: Principal | undefined;
  /** SHA-256 of the secret, as the characters of its hex form. */
  readonly secretHash: Buffer;
  readonly until: number;
}

/** As long as any hash, and none. */
const NO_HASH = Buffer.alloc(64, '0');

/** Both sides are hashes of one length: to compare them takes as long whatever was sent. */
function isSecret(secret: string, hash: Buffer): boolean {
  return timingSafeEqual(Buffer.from(sha256(secret)), hash);
}

export function createKeys({ store, clock }: KeysOptions): Keys {
  const cache = new Map<string, Cached>();
  const used = new Map<string, number>();
  const agent = parseAgentId('entente');
  const sender = (reason: string) => ({
    space: SERVICE_SPACE,
    agent,
    at: clock(),
    commitId: randomBytes(12).toString('base64url'),
    reason,
  });

  const look = async (id: string): Promise<Cached> => {
    const now = clock();
    const known = cache.get(id);
    if (known !== undefined && now < known.until) return known;
    const record = await store.record(SERVICE_SPACE, KIND, id);
    const secretHash =
      record === undefined ? NO_HASH : Buffer.from((record.value as KeyValue).secretHash.padEnd(64, '0'));
    const found = { record, principal: record && principalOf(record), secretHash, until: now + CACHE_MS };
    if (cache.size >= MAX_CACHED) cache.clear();
    // What is not there is not remembered: names that somebody makes up must not push out those in use.
    if (record !== undefined) cache.set(id, found);
    return found;
  };

  const make = async (state: 'active' | 'session', given: Omit<KeyValue, 'secretHash' | 'created'>) => {
    const id = newId();
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const value: KeyValue = { ...given, secretHash: sha256(secret), created: clock() };
    const record = { kind: KIND, id, state, value, expected: 0 };
    if (!(await writeRecord(store, sender(state === 'active' ? 'key created' : 'session begun'), record)))
      throw new EntenteError('store-unavailable', 'The key was not stored.', { next: 'Try again.' });
    const { secretHash: _hidden, ...shown } = value;
    return { info: { id, state: 'active' as const, ...shown }, text: `ent_${id}_${secret}` };
  };

  /** A session is refused with the key that it stands for. */
  const isGood = async (record: StoredRecord | undefined): Promise<boolean> => {
    if (!isLive(record, clock())) return false;
    const { of } = record.value as KeyValue;
    return of === undefined || isLive((await look(of)).record, clock());
  };

  /** Takes out sessions that ended, the oldest first. What another server takes out meanwhile is gone all the same. */
  const forgetEnded = async (): Promise<void> => {
    const { items } = await store.records(SERVICE_SPACE, KIND, { state: 'session' }, { limit: 100 });
    for (const { id, value, revision } of items) {
      if (clock() < ((value as KeyValue).expires ?? 0)) continue;
      await writeRecord(store, sender('session ended'), { kind: KIND, id, value: null, expected: revision });
    }
  };

  const use = (id: string): void => {
    if (used.size >= MAX_USED) used.clear();
    used.set(id, clock());
  };

  return {
    async create({ name, label = name, grants, expires, madeBy }) {
      return make('active', {
        ...{ name: parseAgentId(name), label, grants },
        ...(expires === undefined ? {} : { expires }),
        ...(madeBy === undefined ? {} : { madeBy }),
      });
    },

    async openSession(id) {
      const { record } = await look(id);
      if (record === undefined || !(await isGood(record))) throw unauthenticated();
      await forgetEnded();
      const { name, label, grants, expires = Number.POSITIVE_INFINITY, of = id } = record.value as KeyValue;
      return make('session', { name, label, grants, expires: Math.min(clock() + SESSION_MS, expires), of });
    },

    async list() {
      const all: KeyInfo[] = [];
      let after: string | undefined;
      do {
        const page = await store.records(SERVICE_SPACE, KIND, {}, after === undefined ? {} : { after });
        all.push(...page.items.map((record) => infoOf(record, clock(), used.get(record.id))));
        after = page.next;
      } while (after !== undefined);
      return all;
    },

    async find(id) {
      const record = await store.record(SERVICE_SPACE, KIND, id);
      return record === undefined ? undefined : infoOf(record, clock(), used.get(id));
    },

    async revoke(id) {
      for (;;) {
        const record = await store.record(SERVICE_SPACE, KIND, id);
        if (record === undefined) return false;
        cache.delete(id);
        if (!LIVE.includes(record.state)) return true;
        const value = { ...(record.value as KeyValue), revokedAt: clock() };
        const next = { kind: KIND, id, state: 'revoked', value, expected: record.revision };
        if (await writeRecord(store, sender('key revoked'), next)) return true;
      }
    },

    async authenticate(text) {
      const [, id = '', secret = ''] = KEY_TEXT.exec(text ?? '') ?? [];
      if (id === '') throw unauthenticated();
      const { record, principal, secretHash } = await look(id);
      if (!isSecret(secret, secretHash) || principal === undefined || !(await isGood(record))) throw unauthenticated();
      use(id);
      return principal;
    },

    recognise(text) {
      const [, id = '', secret = ''] = KEY_TEXT.exec(text ?? '') ?? [];
      const known = cache.get(id);
      const now = clock();
      if (known === undefined || now >= known.until || !isSecret(secret, known.secretHash)) return undefined;
      const { record, principal } = known;
      if (!isLive(record, now) || (record.value as KeyValue).of !== undefined) return undefined;
      use(id);
      return principal;
    },

    async principal(id) {
      const { record, principal } = await look(id);
      return (await isGood(record)) ? principal : undefined;
    },
  };
}
