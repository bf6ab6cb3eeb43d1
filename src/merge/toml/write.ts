// Values in TOML's own words, where no side has them written: those of decisions, and tables that become values.
import * as T from '../json/tape.ts';
import { SPECIAL } from '../mirror/mirror.ts';
import { NoPlace } from '../mirror/splice.ts';

/** A name as it is written in a row. */
export function bareName(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new NoPlace();
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

/** A node of a mirror as a value on one line. Throws `NoPlace` for null, which TOML does not have. */
export function inlineToml(doc: T.Doc, node: number): string {
  switch (T.kindOf(doc, node)) {
    case T.OBJECT: {
      const members = T.childrenOf(doc, node).map(
        (child) => `${bareName(T.keyOf(doc, child))} = ${inlineToml(doc, child)}`,
      );
      return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
    }
    case T.ARRAY:
      return `[${T.childrenOf(doc, node)
        .map((child) => inlineToml(doc, child))
        .join(', ')}]`;
    case T.STRING: {
      const text = T.stringOf(doc, node);
      return text.startsWith(SPECIAL) ? special(text.slice(1)) : quoted(text);
    }
    case T.NULL:
      throw new NoPlace();
    default:
      return T.valueText(doc, node);
  }
}

/** A date, a float, `inf`, `nan`; the source of something else that has no mirror stays where it is. */
function special(text: string): string {
  if (/^[{[]/.test(text)) throw new NoPlace();
  return text;
}
