// Signed texts: tokens (`p1`) and cursors (`c1`), bound to the principal that got them. They are signed, not encrypted:
// what their holder may not know is hidden by itself before it goes in. One fixed algorithm, HMAC-SHA256; the key is a
// record, shared by all servers of a store, and the one before it stays good until the next rotation.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { EntenteError } from '../core/errors.ts';
import { parseAgentId, SERVICE_SPACE } from '../core/resource.ts';
import type { Store, StoredRecord } from '../stores/store.ts';
import { cipherKey, decrypt, encrypt } from './cipher.ts';
import { writeRecord } from './records.ts';

const KIND = 'signing-key';
const ID = 'live';
const KEY_BYTES = 32;
const CACHE_MS = 5000;
const MAX_RETIRED = 32;
const MAX_CHARS = 8192;
const SHAPE = /^([pc]1)\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

interface SigningKey {
  readonly kid: string;
  /** 32 random bytes in base64url. */
  readonly secret: string;
}

interface Ring {
  readonly current: SigningKey;
  readonly previous?: SigningKey;
  /** Ids of keys that were live once: what they signed is expired, not forged. */
  readonly retired: readonly string[];
}

export type Seal = 'p1' | 'c1';

export interface Signer {
  /** The signed text of plain JSON data. */
  sign(seal: Seal, payload: object): Promise<string>;
  /**
   * The payload of a text that this store's servers signed. `bad-token` for all else, without a word on which check
   * failed; `token-expired` where the key that signed it is retired.
   */
  open(seal: Seal, text: unknown): Promise<unknown>;
  /** A text that only this store's servers can read, for what goes into a signed one and is not its holder's to know. */
  hide(value: unknown): Promise<string>;
  /** What was hidden; `bad-token` for what no server of this store hid, `token-expired` as `open`. */
  reveal(text: string): Promise<unknown>;
  /** Makes a new key; texts of the one before stay good until the next rotation. `by`: the id of the key that asks, for the log. */
  rotate(by?: string): Promise<{ readonly kid: string }>;
}

export interface SignerOptions {
  readonly store: Store;
  readonly clock: () => number;
}

function newKey(): SigningKey {
  return { kid: randomBytes(6).toString('base64url'), secret: randomBytes(KEY_BYTES).toString('base64url') };
}

function secretOf(key: SigningKey): Buffer {
  return Buffer.from(key.secret, 'base64url');
}

function macOf(key: SigningKey, signed: string): Buffer {
  return createHmac('sha256', secretOf(key)).update(signed).digest();
}

export function badToken(): EntenteError {
  return new EntenteError('bad-token', 'The token is not one that this server gave.', {
    next: 'Begin again to get a new token, and send it back exactly as you got it.',
  });
}

export function tokenExpired(): EntenteError {
  return new EntenteError('token-expired', 'The token is past its time.', {
    next: 'Begin again, and make the change on what that returns.',
  });
}

export function createSigner({ store, clock }: SignerOptions): Signer {
  let known: { readonly ring: Ring; readonly until: number } | undefined;

  const write = (value: Ring, expected: number, by?: string): Promise<boolean> =>
    writeRecord(
      store,
      {
        ...{ space: SERVICE_SPACE, agent: parseAgentId('entente'), at: clock() },
        ...{ commitId: randomBytes(12).toString('base64url'), reason: 'signing key' },
        ...(by === undefined ? {} : { extra: { key: by } }),
      },
      { kind: KIND, id: ID, value, expected },
    );

  /** Two servers that start at once make one key: the record's revision lets only one write through. */
  const stored = async (): Promise<StoredRecord> => {
    for (;;) {
      const record = await store.record(SERVICE_SPACE, KIND, ID);
      if (record !== undefined) return record;
      await write({ current: newKey(), retired: [] }, 0);
    }
  };

  const ring = async (fresh: boolean = false): Promise<Ring> => {
    const now = clock();
    if (!fresh && known !== undefined && now < known.until) return known.ring;
    const found = (await stored()).value as Ring;
    known = { ring: found, until: now + CACHE_MS };
    return found;
  };

  const find = (keys: Ring, kid: string): SigningKey | undefined =>
    [keys.current, keys.previous].find((key) => key?.kid === kid);

  /** A key that is live. */
  const liveKey = async (kid: string): Promise<SigningKey> => {
    // Another server may have made a new key since this one looked.
    const keys = find(await ring(), kid) === undefined ? await ring(true) : await ring();
    const key = find(keys, kid);
    if (key === undefined) throw keys.retired.includes(kid) ? tokenExpired() : badToken();
    return key;
  };

  return {
    async sign(seal, payload) {
      const { current } = await ring();
      const signed = `${seal}.${current.kid}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
      return `${signed}.${macOf(current, signed).toString('base64url')}`;
    },

    async open(seal, text) {
      const parts = typeof text === 'string' && text.length <= MAX_CHARS ? SHAPE.exec(text) : null;
      const [, kind = '', kid = '', body = '', mac = ''] = parts ?? [];
      if (kind !== seal) throw badToken();
      const key = await liveKey(kid);
      const wanted = macOf(key, `${kind}.${kid}.${body}`);
      // The text itself is compared again: base64url has several spellings of the same bytes, and one of them is ours.
      const given = Buffer.from(mac, 'base64url');
      const same = timingSafeEqual(wanted, given) && given.toString('base64url') === mac;
      if (!same) throw badToken();
      return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as unknown;
    },

    async hide(value) {
      const { current } = await ring();
      return `${current.kid}.${encrypt(cipherKey(secretOf(current)), value)}`;
    },

    async reveal(text) {
      const [kid = '', body = ''] = text.split('.');
      const value = decrypt(cipherKey(secretOf(await liveKey(kid))), body);
      if (value === undefined) throw badToken();
      return value;
    },

    async rotate(by) {
      for (;;) {
        const record = await stored();
        const { current, previous, retired } = record.value as Ring;
        const gone = previous === undefined ? retired : [...retired, previous.kid].slice(-MAX_RETIRED);
        const next: Ring = { current: newKey(), previous: current, retired: gone };
        if (!(await write(next, record.revision, by))) continue;
        known = undefined;
        return { kid: next.current.kid };
      }
    },
  };
}
