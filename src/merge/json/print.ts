// Writes a merged document by splicing into current's text: every byte that no plan touches is copied, not printed.

import { firstFrom } from '../search.ts';
import type { TriviaSplice } from './comments.ts';
import type { Context, Plan } from './context.ts';
import { foreignAt, nameOf } from './foreign.ts';
import { layOut, type NewChild, type Piece } from './layout.ts';
import { isSpacious } from './spacing.ts';
import { adopted, colonOf, fittedValue, lineIndent, type Style, styleOf } from './style.ts';
import * as T from './tape.ts';
import { commentsBetween, itemStart, slotsOf } from './trivia.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece<string>[];
}

/** What stands in front of the root and behind it, where it is not current's. */
interface Ends {
  readonly head: string | undefined;
  readonly tail: string | undefined;
}

/** The bytes of the merged document. */
export function printMerged(context: Context, comments: readonly TriviaSplice[], ends: Ends): Uint8Array {
  const { current } = context;
  const splices = spliceList(context, comments);
  const end = T.endOf(current, T.ROOT);
  const start = T.startOf(current, T.ROOT);
  const head = ends.head === undefined ? current.bytes.subarray(0, start) : Buffer.from(ends.head);
  const tail = ends.tail === undefined ? current.bytes.subarray(end) : Buffer.from(ends.tail);
  const chunks = [head, ...renderRange(current, splices, start, end), tail];
  const joined = Buffer.concat(chunks);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}

function spliceList(context: Context, comments: readonly TriviaSplice[]): Splice[] {
  const { current, plans } = context;
  const splices: Splice[] = comments.map(({ start, end, text }) => ({ start, end, pieces: [{ text }] }));
  if (plans.size === 0) return splices.sort((a, b) => a.start - b.start || a.end - b.end);
  const from = styleOf(context.proposed);
  const printer: Printer = { context, from, to: adopted(styleOf(current), from) };
  for (const [node, plan] of plans) {
    const pieces = piecesOf(printer, node, plan);
    splices.push({ start: T.startOf(current, node), end: T.endOf(current, node), pieces });
  }
  // No two nodes begin at the same byte, and trivia lies between them.
  return splices.sort((a, b) => a.start - b.start || a.end - b.end);
}

interface Printer {
  readonly context: Context;
  readonly from: Style;
  readonly to: Style;
}

function piecesOf(printer: Printer, node: number, plan: Plan): readonly Piece<string>[] {
  const { from, to } = printer;
  if (plan.kind === 'text') return [{ text: plan.text }];
  if (plan.kind === 'take') {
    return [{ text: foreignText(printer, plan.node, lineIndent(to.doc, itemStart(to.doc, node))) }];
  }
  const { items, source } = plan;
  const leads = from.doc.jsonc ? leadsOf(from.doc, source) : undefined;
  const pieces = layOut<number>({
    style: to,
    container: node,
    items: items.map((item) => (item < 0 ? newChild(printer, ~item, leads) : item)),
    isSpacious: isSpacious(from.doc, source),
    fallback: from,
  });
  return pieces.map((piece) => ('value' in piece ? { text: foreignText(printer, piece.value, piece.indent) } : piece));
}

function foreignText({ context, from, to }: Printer, number: number, indent: string): string {
  const { doc, node } = foreignAt(context, number);
  return fittedValue(doc === from.doc ? from : styleOf(doc), node, to, indent);
}

function newChild(
  { context }: Printer,
  number: number,
  leads: ReadonlyMap<number, Comments> | undefined,
): NewChild<number> {
  const { doc, node } = nameOf(context, number);
  const key = T.keyStartOf(doc, node);
  const comments = leads?.get(number);
  return {
    ...(key < 0 ? {} : { name: T.textOf(doc, key, T.keyEndOf(doc, node)), colon: colonOf(doc, node) }),
    ...(comments?.lead === undefined ? {} : { lead: comments.lead }),
    ...(comments?.trail === undefined ? {} : { trail: comments.trail }),
    value: number,
  };
}

interface Comments {
  readonly lead?: readonly string[];
  readonly trail?: string;
}

/** The comments that belong to the children of a container: those in front, and those behind on the same line. */
function leadsOf(doc: T.Doc, container: number): Map<number, Comments> {
  const found = new Map<number, Comments>();
  for (const { node, lead, trail } of slotsOf(doc, container).items) {
    const before = commentsBetween(doc, ...lead);
    const behind = commentsBetween(doc, ...trail);
    found.set(node, {
      ...(before.length === 0 ? {} : { lead: before }),
      ...(behind.length === 0 ? {} : { trail: ` ${behind.join(' ')}` }),
    });
  }
  return found;
}

/** Copies a range of the document with the splices that lie in it. Splices nest: pieces may be ranges again. */
function renderRange(doc: T.Doc, splices: readonly Splice[], from: number, to: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  // Insertions are found from both ranges that meet at their place, and written once.
  const inserted = new Set<Splice>();
  const stack: Piece<string>[] = [{ from, to }];
  for (let piece = stack.pop(); piece !== undefined; piece = stack.pop()) {
    if (!('from' in piece)) {
      chunks.push(Buffer.from('text' in piece ? piece.text : piece.value));
      continue;
    }
    let next = firstFrom(splices, piece.from);
    while (isElsewhere(splices[next], piece, inserted)) next++;
    const splice = splices[next];
    const isInsertion = splice !== undefined && splice.start === splice.end && splice.start === piece.from;
    if (splice === undefined || (splice.start >= piece.to && !isInsertion)) {
      if (piece.from < piece.to) chunks.push(doc.bytes.subarray(piece.from, piece.to));
      continue;
    }
    if (splice.start === splice.end) inserted.add(splice);
    if (splice.end < piece.to) stack.push({ from: splice.end, to: piece.to });
    for (let i = splice.pieces.length - 1; i >= 0; i--) stack.push(splice.pieces[i] as Piece<string>);
    if (piece.from < splice.start) chunks.push(doc.bytes.subarray(piece.from, splice.start));
  }
  return chunks;
}

/** An insertion that is written already, or that belongs to the child before this range. */
function isElsewhere(
  splice: Splice | undefined,
  { from, isLead = false }: { readonly from: number; readonly isLead?: boolean },
  inserted: ReadonlySet<Splice>,
): boolean {
  if (splice === undefined) return false;
  return inserted.has(splice) || (isLead && splice.start === from && splice.end === from);
}
