// Writes a merged document by splicing into current's text: every byte that no plan touches is copied, not printed.
import type { Context, Plan } from './context.ts';
import { isSpacious, layOut, type NewChild, type Piece } from './layout.ts';
import { colonOf, fittedValue, lineIndent, type Style, styleOf } from './style.ts';
import * as T from './tape.ts';
import { commaAfter, commentsBetween, itemStart, trailEnd } from './trivia.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece<string>[];
}

/** The bytes of the merged document. `tail` stands for what follows current's root. */
export function printMerged(context: Context, tail: string | undefined): Uint8Array {
  const { current } = context;
  const splices = spliceList(context);
  const end = T.endOf(current, T.ROOT);
  const chunks = renderRange(current, splices, 0, end);
  if (tail === undefined) chunks.push(current.bytes.subarray(end));
  else chunks.push(Buffer.from(tail));
  const joined = Buffer.concat(chunks);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}

function spliceList(context: Context): Splice[] {
  const { current, plans } = context;
  if (plans.size === 0) return [];
  const styles = { from: styleOf(context.proposed), to: styleOf(current) };
  const splices: Splice[] = [];
  for (const [node, plan] of plans) {
    const pieces = piecesOf(node, plan, styles.from, styles.to);
    splices.push({ start: T.startOf(current, node), end: T.endOf(current, node), pieces });
  }
  // No two nodes begin at the same byte.
  return splices.sort((a, b) => a.start - b.start);
}

function piecesOf(node: number, plan: Plan, from: Style, to: Style): readonly Piece<string>[] {
  if (plan.kind === 'text') return [{ text: plan.text }];
  if (plan.kind === 'take') {
    return [{ text: fittedValue(from, plan.node, to, lineIndent(to.doc, itemStart(to.doc, node))) }];
  }
  const { items, source } = plan;
  const leads = from.doc.jsonc ? leadsOf(from.doc, source) : undefined;
  const pieces = layOut<number>({
    style: to,
    container: node,
    items: items.map((item) => (item < 0 ? newChild(from.doc, ~item, leads) : item)),
    isSpacious: isSpacious(from.doc, source),
    fallback: from,
  });
  return pieces.map((piece) => ('value' in piece ? { text: fittedValue(from, piece.value, to, piece.indent) } : piece));
}

function newChild(doc: T.Doc, node: number, leads: Map<number, Comments> | undefined): NewChild<number> {
  const key = T.keyStartOf(doc, node);
  const comments = leads?.get(node);
  return {
    ...(key < 0 ? {} : { name: T.textOf(doc, key, T.keyEndOf(doc, node)), colon: colonOf(doc, node) }),
    ...(comments?.lead === undefined ? {} : { lead: comments.lead }),
    ...(comments?.trail === undefined ? {} : { trail: comments.trail }),
    value: node,
  };
}

interface Comments {
  readonly lead?: string;
  readonly trail?: string;
}

/** The comments that belong to the children of a container: those in front, and those behind on the same line. */
function leadsOf(doc: T.Doc, container: number): Map<number, Comments> {
  const found = new Map<number, Comments>();
  let from = trailEnd(doc, T.startOf(doc, container) + 1);
  for (const child of T.childrenOf(doc, container)) {
    const lead = commentsBetween(doc, from, itemStart(doc, child));
    const end = T.endOf(doc, child);
    const comma = commaAfter(doc, end);
    const to = trailEnd(doc, (comma < 0 ? end : comma) + (comma < 0 ? 0 : 1));
    const trail = commentsBetween(doc, end, to);
    found.set(child, {
      ...(lead.length === 0 ? {} : { lead: lead.join('\n') }),
      ...(trail.length === 0 ? {} : { trail: ` ${trail.join(' ')}` }),
    });
    from = to;
  }
  return found;
}

/** Copies a range of the document with the splices that lie in it. Splices nest: pieces may be ranges again. */
function renderRange(doc: T.Doc, splices: readonly Splice[], from: number, to: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const stack: Piece<string>[] = [{ from, to }];
  for (let piece = stack.pop(); piece !== undefined; piece = stack.pop()) {
    if (!('from' in piece)) {
      chunks.push(Buffer.from('text' in piece ? piece.text : piece.value));
      continue;
    }
    const splice = splices[firstFrom(splices, piece.from)];
    if (splice === undefined || splice.start >= piece.to) {
      if (piece.from < piece.to) chunks.push(doc.bytes.subarray(piece.from, piece.to));
      continue;
    }
    stack.push({ from: splice.end, to: piece.to });
    for (let i = splice.pieces.length - 1; i >= 0; i--) stack.push(splice.pieces[i] as Piece<string>);
    chunks.push(doc.bytes.subarray(piece.from, splice.start));
  }
  return chunks;
}

/** The first splice that starts at or after an offset. */
function firstFrom(splices: readonly Splice[], offset: number): number {
  let low = 0;
  let high = splices.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((splices[middle] as Splice).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
