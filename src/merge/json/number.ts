// JSON numbers as exact decimals: their text is never turned into a double, so that 9007199254740993, 1e400 and 1.10
// keep their value. The canonical form is sign, digits without leading or trailing zeros, and a power of ten.

/** value = ±digits × 10^exponent; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: bigint;
}

/** Longer exponents are compared as they are written: their arithmetic would cost more than it tells. */
const MAX_EXPONENT_DIGITS = 1000;

const SHAPE = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?)(\d+))?$/;

/** The exact value of a JSON number; undefined where the exponent has more than a thousand digits. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentSign = '', exponentText = ''] = match;
  const all = whole + fraction;
  let from = 0;
  while (from < all.length && all.charCodeAt(from) === 48) from++;
  if (from === all.length) return { negative: false, digits: '', exponent: 0n };
  let to = all.length;
  while (all.charCodeAt(to - 1) === 48) to--;
  if (exponentText.length > MAX_EXPONENT_DIGITS) return undefined;
  let exponent = exponentText === '' ? 0n : BigInt(exponentText);
  if (exponentSign === '-') exponent = -exponent;
  exponent += BigInt(all.length - to) - BigInt(fraction.length);
  return { negative: sign === '-', digits: all.slice(from, to), exponent };
}

/** One text for each exact value: equal numbers, however they are written, have equal texts. */
export function canonicalNumber(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return text;
  if (decimal.digits === '') return '0';
  return `${decimal.negative ? '-' : ''}${decimal.digits}e${decimal.exponent}`;
}

/** Beyond this spread of exponents a sum would have more zeros than anybody wants to store. */
const MAX_SPREAD = 4000n;

/** current + proposed - base, exactly, as JSON text; undefined where the magnitudes lie too far apart. */
export function addDeltas(base: string, current: string, proposed: string): string | undefined {
  const parts = [parseDecimal(current), parseDecimal(proposed), parseDecimal(base)];
  let lowest = 0n;
  let highest = 0n;
  for (const part of parts) {
    if (part === undefined) return undefined;
    if (part.exponent < lowest) lowest = part.exponent;
    if (part.exponent > highest) highest = part.exponent;
    if (part.digits.length > Number(MAX_SPREAD)) return undefined;
  }
  if (highest - lowest > MAX_SPREAD) return undefined;
  let sum = 0n;
  for (const [index, part] of parts.entries()) {
    if (part === undefined || part.digits === '') continue;
    const value = BigInt(part.digits) * 10n ** (part.exponent - lowest);
    sum += part.negative === (index === 2) ? value : -value;
  }
  return plainText(sum, Number(-lowest));
}

function plainText(unscaled: bigint, decimals: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(decimals + 1, '0');
  if (decimals === 0) return sign + digits;
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - decimals);
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}
