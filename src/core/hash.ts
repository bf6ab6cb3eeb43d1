// Content identity: SHA-256 of the bytes, lower-case hex (FIPS 180-4).
import * as crypto from 'node:crypto';

const encoder = new TextEncoder();

/** The bytes of a content: a string is its UTF-8 form. */
export function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content;
}

/** SHA-256 of the content's bytes as 64 hex characters; a string is hashed as UTF-8. */
export function hashOf(content: Uint8Array | string): string {
  return crypto.hash('sha256', content, 'hex');
}

/** The hash of the empty content. */
export const EMPTY_HASH: string = hashOf('');
