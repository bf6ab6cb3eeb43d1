// Base64 in both spellings, by means that browsers have too.

const CHUNK = 0x8000;
const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(binary);
}

/** The bytes of standard base64; throws for what is none. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** The UTF-8 form of a text as base64url without padding (RFC 4648, section 5). */
export function textToBase64Url(text: string): string {
  return toBase64(encoder.encode(text)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The text behind base64url; throws for what is none. What is no UTF-8 comes back with replacement characters. */
export function textFromBase64Url(text: string): string {
  return decoder.decode(fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')));
}
