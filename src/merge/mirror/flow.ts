// Lays out the children of a container in brackets: those that it had keep their bytes and what stands between them, new
// ones are separated as their siblings are.
import * as T from '../json/tape.ts';
import * as M from './mirror.ts';
import type { Piece } from './splice.ts';

/** The pieces of the whole container. `items`: a child of the container, or the text of a new one. */
export function layFlow(mirror: M.Mirror, container: number, items: readonly (number | string)[]): Piece[] {
  const { text, doc } = mirror;
  const children = T.childrenOf(doc, container);
  const [start, end] = [M.startOf(mirror, container), M.endOf(mirror, container)];
  const open = text.charAt(start);
  const [first, second] = children;
  const last = children.at(-1);
  if (items.length === 0) return [{ text: open + text.charAt(end - 1) }];
  if (first === undefined || last === undefined) {
    const blank = open === '{' ? ' ' : '';
    return [{ text: open + blank + items.join(', ') + blank + text.charAt(end - 1) }];
  }
  const between = second === undefined ? alone(text, start, M.itemOf(mirror, first)) : gap(mirror, first, second);
  const pieces: Piece[] = [{ text: open }, { from: start + 1, to: M.itemOf(mirror, first) }];
  items.forEach((item, i) => {
    const before = items[i - 1];
    if (i > 0) pieces.push(isNext(mirror, before, item) ? keptGap(mirror, before, item) : { text: between });
    if (typeof item === 'string') pieces.push({ text: item });
    else pieces.push({ from: M.itemOf(mirror, item), to: M.endOf(mirror, item) });
  });
  pieces.push({ from: M.endOf(mirror, last), to: end });
  return pieces;
}

function isNext(mirror: M.Mirror, a: number | string | undefined, b: number | string): boolean {
  return typeof a === 'number' && typeof b === 'number' && T.nextOf(mirror.doc, a) === b;
}

function keptGap(mirror: M.Mirror, a: number | string | undefined, b: number | string): Piece {
  return { from: M.endOf(mirror, a as number), to: M.itemOf(mirror, b as number) };
}

/** What stands between two children, without comments. */
function gap(mirror: M.Mirror, a: number, b: number): string {
  const text = mirror.text.slice(M.endOf(mirror, a), M.itemOf(mirror, b));
  const newline = text.lastIndexOf('\n');
  if (newline < 0) return text;
  return `,${text[newline - 1] === '\r' ? '\r' : ''}${text.slice(newline)}`;
}

/** What would stand between a child that is alone and the next one. */
function alone(text: string, start: number, item: number): string {
  const head = text.slice(start + 1, item);
  const newline = head.lastIndexOf('\n');
  return newline < 0 ? ', ' : `,${head.slice(newline)}`;
}
