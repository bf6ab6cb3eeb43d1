// The JSON of a request. `JSON.parse` takes the last of two equal keys and rounds numbers; two readers of such a body would
// not see the same thing, so it is refused before anything is touched.
import { EntenteError } from '../core/errors.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [123, 125, 91, 93];
const [COMMA, MINUS, ZERO, NINE] = [44, 45, 48, 57];
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** More digits than any double needs to be told from its neighbours. */
const MAX_DIGITS = 17;
const SHOWN = 80;

/** The place behind the string that starts at `start`, in a text that `JSON.parse` took. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** Whether a double holds the number as it is written, exactly or as `JSON.stringify` prints it. */
function isHeld(number: string): boolean {
  const value = Number(number);
  if (!Number.isFinite(value)) return false;
  if (String(value) === number) return true;
  if (/^-?\d+$/.test(number)) return BigInt(number) === BigInt(value);
  return number.replace(/[eE].*$/, '').replace(/^[-0.]+|\D/g, '').length <= MAX_DIGITS;
}

/** Throws for a key that stands twice in one object, and for a number that would be rounded. Linear in the text. */
function assertExact(text: string): void {
  // One entry for each open bracket: the keys of an object, or undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (awaitsKey) takeKey(open.at(-1), text.slice(at, end));
      awaitsKey = false;
      at = end - 1;
      continue;
    }
    if (code === OPEN_OBJECT) open.push(new Set());
    else if (code === OPEN_ARRAY) open.push(undefined);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) open.pop();
    else if (startsNumber(code)) at = takeNumber(text, at) - 1;
    if (code === OPEN_OBJECT || code === COMMA) awaitsKey = open.at(-1) !== undefined;
  }
}

const startsNumber = (code: number): boolean => code === MINUS || (code >= ZERO && code <= NINE);

function takeKey(keys: Set<string> | undefined, quoted: string): void {
  const key = JSON.parse(quoted) as string;
  if (keys?.has(key)) {
    throw new EntenteError(
      'duplicate-key',
      `The body has the key ${JSON.stringify(key.slice(0, SHOWN))} twice in one object.`,
      {
        next: 'Send each key once.',
      },
    );
  }
  keys?.add(key);
}

function takeNumber(text: string, at: number): number {
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0] ?? '';
  if (!isHeld(number)) {
    throw new EntenteError(
      'misuse',
      `The number ${number.slice(0, SHOWN)} would be rounded: a double cannot hold it.`,
      {
        next: 'Send the change as edits or as content; both keep the text of numbers.',
      },
    );
  }
  return at + number.length;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NEXT = 'Send one JSON object in UTF-8, with Content-Type: application/json.';

/** The value of a body; `misuse` or `duplicate-key` for what has none that all readers agree on. */
export function parseBody(body: Uint8Array): unknown {
  if (body.length === 0) {
    throw new EntenteError('misuse', 'The body is empty; this endpoint takes a JSON object.', { next: NEXT });
  }
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch (error) {
    // Without the parser's words: they quote the body, which may hold a token.
    const what = error instanceof SyntaxError ? 'JSON' : 'UTF-8';
    throw new EntenteError('misuse', `The body is not ${what}.`, { next: NEXT }, { cause: error });
  }
  assertExact(text);
  return value;
}
