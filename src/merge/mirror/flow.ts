// Lays out the children of a container in brackets: those that it had keep their bytes, with the comments above them and on
// their line, new ones are separated as their siblings are.
import * as T from '../json/tape.ts';
import * as M from './mirror.ts';
import { NoPlace, type Piece } from './splice.ts';

/** A child of the container, or the text of a new one. */
type Item = number | string;

/** What stands around a child: from the line above it to it, and from it over comma and comment to the end of its line. */
interface Around {
  readonly lead: number;
  readonly start: number;
  readonly end: number;
  /** Where its comma stands; undefined where it has none. */
  readonly comma: number | undefined;
  readonly tail: number;
}

/** The pieces of the whole container. Throws `NoPlace` where a comma does not stand on the line of its child. */
export function layFlow(mirror: M.Mirror, container: number, items: readonly Item[]): Piece[] {
  const { text } = mirror;
  const [start, end] = [M.startOf(mirror, container), M.endOf(mirror, container)];
  const [open, close] = [text.charAt(start), text.charAt(end - 1)];
  if (items.length === 0) return [{ text: open + close }];
  const children = around(mirror, container);
  const [first, second] = children.values();
  const last = [...children.values()].at(-1);
  if (first === undefined || last === undefined) {
    const blank = open === '{' ? ' ' : '';
    return [{ text: open + blank + items.join(', ') + blank + close }];
  }
  const leadOf = ({ lead, start: at }: Around): string => text.slice(lead, at);
  const between = second === undefined ? blankOf(leadOf(first), ' ') : blankOf(leadOf(second), leadOf(second));
  const pieces: Piece[] = [{ text: text.slice(start, first.lead) }];
  items.forEach((item, i) => {
    const own = typeof item === 'number' ? (children.get(item) as Around) : undefined;
    const blank = i === 0 ? blankOf(leadOf(first), leadOf(first)) : between;
    // Without a line of its own it is separated as its place asks for.
    const isKept = own !== undefined && ((own === first) === (i === 0) || leadOf(own).includes('\n'));
    pieces.push(isKept ? { from: own.lead, to: own.start } : { text: blank });
    pieces.push(typeof item === 'string' ? { text: item } : { from: own?.start ?? 0, to: own?.end ?? 0 });
    pieces.push(...tailOf(own, i < items.length - 1 || last.comma !== undefined));
  });
  pieces.push({ from: last.tail, to: end });
  return pieces;
}

function tailOf(child: Around | undefined, needsComma: boolean): readonly Piece[] {
  if (child === undefined) return needsComma ? [{ text: ',' }] : [];
  const { end, comma, tail } = child;
  if (comma === undefined) return needsComma ? [{ text: ',' }, { from: end, to: tail }] : [{ from: end, to: tail }];
  if (needsComma) return [{ from: end, to: tail }];
  return [
    { from: end, to: comma },
    { from: comma + 1, to: tail },
  ];
}

/** The last line of what stands in front of a child, without comments; `inline` where it is all on one line. */
function blankOf(lead: string, inline: string): string {
  return /\r?\n[^\n]*$/.exec(lead)?.[0] ?? inline;
}

function around(mirror: M.Mirror, container: number): ReadonlyMap<number, Around> {
  const { text, doc } = mirror;
  const children = T.childrenOf(doc, container);
  const found = new Map<number, Around>();
  // A comment on the line of the bracket is the container's.
  let lead = lineEnd(text, M.startOf(mirror, container) + 1);
  children.forEach((child, i) => {
    const [start, end] = [M.itemOf(mirror, child), M.endOf(mirror, child)];
    const at = blanksEnd(text, end);
    const comma = text[at] === ',' ? at : undefined;
    const tail = comma === undefined ? lineEnd(text, end) : lineEnd(text, comma + 1);
    const isLast = i === children.length - 1;
    const isLater =
      comma === undefined && (!isLast || /^(?:\s|#[^\n]*)*,/.test(text.slice(tail, M.endOf(mirror, container))));
    if (isLater) throw new NoPlace();
    found.set(child, { lead, start, end, comma, tail });
    lead = tail;
  });
  return found;
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** The end of the comment that follows on the line; `from` where none does. */
function lineEnd(text: string, from: number): number {
  const at = blanksEnd(text, from);
  if (text[at] !== '#') return from;
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === '\r' ? end - 1 : end;
}
