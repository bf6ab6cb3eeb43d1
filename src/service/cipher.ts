// Values that stand in a text which others hold and may not read: AES-256-GCM under a key of the store.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A key for this purpose alone, from one that signs. */
export function cipherKey(signing: Buffer): Buffer {
  return createHmac('sha256', signing).update('entente: hidden from the holder').digest();
}

/** The JSON of a value as base64url. */
export function encrypt(key: Buffer, value: unknown): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
}

/** What was given to `encrypt`; undefined for what this key did not make. */
export function decrypt(key: Buffer, text: string): unknown {
  const bytes = Buffer.from(text, 'base64url');
  const [head, tag] = [NONCE_BYTES, NONCE_BYTES + TAG_BYTES];
  if (bytes.length <= tag) return undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, head), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(head, tag));
    const plain = Buffer.concat([decipher.update(bytes.subarray(tag)), decipher.final()]);
    return JSON.parse(plain.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
