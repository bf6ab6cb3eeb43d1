// Hashes of JSON values that agree with equality: numbers by exact value, strings by what they say, objects whatever the
// order of their members. They only sort out what cannot be equal; whatever rests on equality verifies it.
import { parseDecimal } from './number.ts';
import { ARRAY, FALSE, NULL, NUMBER, OBJECT, STRING, TRUE } from './tape.ts';

export const STRING_SEED = 0x2f0b4a57;
export const PRIME = 0x01000193;

export const OBJECT_SEED: number = Math.imul(OBJECT, 0x3c6ef372);
export const ARRAY_SEED: number = Math.imul(ARRAY, 0x3c6ef372);
export const LITERAL_HASHES: readonly number[] = [0, 0, 0, 0, 0, TRUE, FALSE, NULL].map((kind) =>
  Math.imul(kind + 1, 0x5bd1e995),
);

/** Spreads the bits of a sum or product, so that neighbours do not look alike. */
function spread(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 14);
}

/** Hash of `±mantissa × 10^exponent`, the mantissa an integer below 10^15 without trailing zeros. */
export function smallNumberHash(mantissa: number, exponent: number, negative: boolean): number {
  if (mantissa === 0) return NUMBER;
  const high = (mantissa / 0x100000000) | 0;
  return spread(
    (mantissa | 0) ^
      Math.imul(high + 1, 0x27d4eb2f) ^
      Math.imul(exponent + 77, 0x165667b1) ^
      (negative ? 0x55555555 : 0),
  );
}

/** Hash of any JSON number from its text: agrees with `smallNumberHash` where both apply. */
export function numberHash(text: string): number {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return stringHash(text);
  const { digits, exponent, negative } = decimal;
  if (digits.length <= 15 && exponent > -1_000_000_000n && exponent < 1_000_000_000n) {
    return smallNumberHash(Number(digits), Number(exponent), negative);
  }
  return stringHash(`${negative}${digits}e${exponent}`);
}

/** Hash of a decoded string: the same as over its UTF-8 bytes, lone surrogates as three bytes. */
export function stringHash(text: string): number {
  let h = STRING_SEED;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    if (point < 0x80) {
      h = Math.imul(h ^ point, PRIME);
    } else if (point < 0x800) {
      h = Math.imul(h ^ (0xc0 | (point >> 6)), PRIME);
      h = Math.imul(h ^ (0x80 | (point & 63)), PRIME);
    } else {
      if (point > 0xffff) {
        h = Math.imul(h ^ (0xf0 | (point >> 18)), PRIME);
        h = Math.imul(h ^ (0x80 | ((point >> 12) & 63)), PRIME);
        i++;
      } else {
        h = Math.imul(h ^ (0xe0 | (point >> 12)), PRIME);
      }
      h = Math.imul(h ^ (0x80 | ((point >> 6) & 63)), PRIME);
      h = Math.imul(h ^ (0x80 | (point & 63)), PRIME);
    }
  }
  return h ^ STRING;
}

/** What a member adds to its object's hash: a sum, so that order does not matter. */
export function memberHash(keyHash: number, valueHash: number): number {
  return spread(Math.imul(keyHash, 0x9e3779b1) ^ valueHash);
}

export function elementHash(soFar: number, valueHash: number): number {
  return (Math.imul(soFar, 31) + spread(valueHash)) | 0;
}
