// What the parser's tree says of a node, and its scalars and names as JSON says them.
import { canonicalNumber } from '../json/number.ts';
import * as M from '../mirror/mirror.ts';

export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** What the parser's tree says of a node; each type has some of it. */
export interface Node {
  readonly type: string;
  readonly loc: { readonly start: Spot; readonly end: Spot };
  readonly raw?: string;
  readonly value?: unknown;
  readonly key?: Node;
  readonly item?: Node;
  readonly items?: readonly Node[];
  readonly equals?: number;
}

/** A member's name in JSON, with its colon. One that begins with the mark of special strings would be taken for one. */
export function nameOf(name: string): string {
  if (name.startsWith(M.SPECIAL)) throw new M.Unmirrored('it has a name that begins with NUL');
  return `${JSON.stringify(name)}:`;
}

/**
 * The JSON of a scalar. Floats with an integer's value, `inf`, `nan` and dates are strings with a mark: they equal no
 * integer and no string.
 */
export function jsonOf({ type, raw = '', value }: Node): string {
  const special = (text: string): string => JSON.stringify(M.SPECIAL + text);
  switch (type) {
    case 'String':
      if ((value as string).startsWith(M.SPECIAL)) throw new M.Unmirrored('it has a string that begins with NUL');
      return JSON.stringify(value);
    case 'Integer': {
      const digits = raw.replaceAll('_', '').replace(/^\+/, '');
      return /^-?\d+$/.test(digits) ? digits : String(BigInt(digits));
    }
    case 'Float': {
      const digits = raw.replaceAll('_', '').replace(/^\+/, '');
      if (!/\d/.test(digits)) return special(digits);
      const canonical = canonicalNumber(digits);
      return /e-/.test(canonical) ? digits : special(canonical === '0' ? '0.0' : canonical);
    }
    case 'Boolean':
      return String(value);
    case 'DateTime':
      return special(raw);
    default:
      throw new M.Unmirrored('it has a value of an unknown type');
  }
}
