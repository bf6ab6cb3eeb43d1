// Writes a patched document: untouched ranges byte for byte, new values in the document's own manner.
import { printCompact } from './compact.ts';
import { layOut, type NewChild, type Piece } from './layout.ts';
import { isParseFailure, parseJson } from './parse.ts';
import { type Branch, branchText, nameText, type Slot } from './patch-tree.ts';
import { printPretty } from './pretty.ts';
import { fittedValue, type Style, styleOf } from './style.ts';
import * as T from './tape.ts';

export function printPatched(doc: T.Doc, root: Branch): Uint8Array {
  const style = styleOf(doc);
  const start = T.startOf(doc, T.ROOT);
  const end = T.endOf(doc, T.ROOT);
  const chunks: Uint8Array[] = [doc.bytes.subarray(0, start)];
  const stack: (Piece<Branch> & { readonly isHome?: boolean })[] = [
    { value: root, indent: '', isHome: isAt(root, doc, T.ROOT) },
  ];
  for (let piece = stack.pop(); piece !== undefined; piece = stack.pop()) {
    if ('from' in piece) chunks.push(doc.bytes.subarray(piece.from, piece.to));
    else if ('text' in piece) chunks.push(Buffer.from(piece.text));
    else if (piece.isHome !== true) chunks.push(Buffer.from(movedText(piece.value, style, piece.indent)));
    else pushHome(stack, style, piece.value);
  }
  chunks.push(doc.bytes.subarray(end));
  const joined = Buffer.concat(chunks);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}

function isAt(branch: Branch, doc: T.Doc, node: number): boolean {
  return branch.doc === doc && branch.node === node;
}

/** A value that still stands where the document has it. */
function pushHome(stack: (Piece<Branch> & { readonly isHome?: boolean })[], style: Style, branch: Branch): void {
  const { doc } = style;
  const { children, node } = branch;
  if (children === undefined) {
    stack.push({ from: T.startOf(doc, node), to: T.endOf(doc, node) });
    return;
  }
  const slots = children.kind === 'array' ? children.elements : [...children.members.values()];
  const names = children.kind === 'array' ? [] : [...children.members.keys()];
  const changed = new Map<number, Branch>();
  const items = slots.map((slot, i): number | NewChild<Branch> => {
    if (slot.home < 0) return { ...nameOf(doc, slot, names[i]), value: slot.value };
    if (slot.value.children !== undefined || !isAt(slot.value, doc, slot.home)) changed.set(slot.home, slot.value);
    return slot.home;
  });
  const pieces = layOut<Branch>({
    style,
    container: node,
    items,
    isChanged: (home) => changed.get(home),
    isSpacious: style.isMultiline,
    fallback: {},
  });
  for (let i = pieces.length - 1; i >= 0; i--) {
    const piece = pieces[i] as Piece<Branch>;
    const isHome = 'value' in piece && changed.get(piece.value.node) === piece.value && piece.value.doc === doc;
    stack.push(isHome ? { ...piece, isHome } : piece);
  }
}

function nameOf(doc: T.Doc, slot: Slot, name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name: nameText(doc, slot, name) };
}

/** A value that came from somewhere else, fitted to its new place. */
function movedText(branch: Branch, style: Style, indent: string): string {
  if (branch.children === undefined && branch.doc === style.doc) return fittedValue(style, branch.node, style, indent);
  const text = branchText(branch, Number.POSITIVE_INFINITY, printCompact) ?? '';
  const doc = parseJson(Buffer.from(text), { depth: Number.POSITIVE_INFINITY });
  if (isParseFailure(doc)) return text;
  if (style.isMultiline) return printPretty(doc, T.ROOT, style, indent);
  return printCompact(doc, T.ROOT, style.colon ?? ': ', style.comma ?? ', ');
}
