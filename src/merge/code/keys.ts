// Names of members, for telling whether two sides added the same one. A key counts as a name only if there is one way to
// write it: what holds an escape, a prefix or an odd number may be the other side's key in other words.
import type { Node } from '../packages.ts';

/** A whole number that is written in one way only. */
const PLAIN_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;

/** A value as it is told from others of its list: a text is the same in whichever quotes. */
export function plainText(value: string): string {
  const text = /^(['"`])([^'"`\\]*)\1$/.exec(value)?.[2];
  return text === undefined ? value : JSON.stringify(text);
}

/** The key of a member in TypeScript and JavaScript; `"a"` and `a` are the same. */
export function scriptKey(key: Node | null): string | undefined {
  if (key === null || key.type === 'computed_property_name' || key.text.includes('\\')) return undefined;
  if (key.type === 'number' && !PLAIN_NUMBER.test(key.text)) return undefined;
  return key.type === 'string' ? key.text.slice(1, -1) : key.text;
}

/** The key of an item of a dictionary in Python, where `1`, `1.0` and `True` are the same. */
export function pythonKey(key: Node | null): string | undefined {
  switch (key?.type) {
    case 'string': {
      const text = /^(["'])([^"'\\]*)\1$/.exec(key.text)?.[2];
      return text === undefined ? undefined : JSON.stringify(text);
    }
    case 'integer':
      return PLAIN_NUMBER.test(key.text) ? key.text : undefined;
    case 'identifier':
    case 'attribute':
      return key.text;
    default:
      return undefined;
  }
}

/** The key of an element in Go; `"a"` and `` `a` `` are the same. */
export function goKey(key: Node | null): string | undefined {
  const text = key?.text ?? '';
  if (/^["`]/.test(text)) return text.includes('\\') ? undefined : JSON.stringify(text.slice(1, -1));
  return /^[\p{L}_]/u.test(text) || PLAIN_NUMBER.test(text) ? text : undefined;
}
