// An edit of a notebook's cell as a change of the whole file, because the host writes the file anew and names the cell
// by its id alone: it would put its source over what another agent made of that cell, without a look at it.
import type { ToolChange } from '../types.ts';
import { type Fields, isFields, textOf } from './event.ts';

interface Cell extends Fields {
  readonly id?: unknown;
}

interface Notebook extends Fields {
  readonly cells: readonly Cell[];
}

function parse(text: string | undefined): Notebook | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isFields(value) || !Array.isArray(value['cells']) || !value['cells'].every(isFields)) return undefined;
    return { ...value, cells: value['cells'] };
  } catch {
    return undefined;
  }
}

/** By id, or by the place that hosts number cells with where a notebook has no ids (`cell-3`). */
function placeOf({ cells }: Notebook, id: string | undefined): number {
  if (id === undefined) return -1;
  const found = cells.findIndex((cell) => cell.id === id);
  if (found >= 0) return found;
  const number = /^(?:cell-)?(\d+)$/.exec(id)?.[1];
  return number !== undefined && Number(number) < cells.length ? Number(number) : -1;
}

function sourceOf({ source }: Fields): string {
  return Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '';
}

/** Hosts write notebooks with one space of indentation, as Jupyter does. */
function print(book: Notebook, before: string): string {
  return `${JSON.stringify(book, null, 1)}${before.endsWith('\n') ? '\n' : ''}`;
}

function edited(cell: Cell, input: Fields, source: string): Cell {
  const type = textOf(input, 'cell_type') ?? cell['cell_type'];
  const plain = { ...cell, cell_type: type, source };
  // What the cell put out belonged to the source that is gone.
  return type === 'code' ? { ...plain, execution_count: null, outputs: [] } : plain;
}

/** What the call makes of this text; undefined where it cannot be told. */
function applied(text: string, input: Fields): string | undefined {
  const book = parse(text);
  if (book === undefined) return undefined;
  const mode = textOf(input, 'edit_mode') ?? 'replace';
  const source = textOf(input, 'new_source') ?? '';
  const place = placeOf(book, textOf(input, 'cell_id'));
  // A cell that is put in gets an id of the host's own making.
  if (mode === 'insert' || place < 0) return undefined;
  const cells = book.cells.flatMap((cell, index) => {
    if (index !== place) return [cell];
    return mode === 'delete' ? [] : [edited(cell, input, source)];
  });
  return print({ ...book, cells }, text);
}

/** Whether the text shows what the call was to do. */
function isThere(text: string, input: Fields): boolean {
  const book = parse(text);
  if (book === undefined) return false;
  const mode = textOf(input, 'edit_mode') ?? 'replace';
  const source = textOf(input, 'new_source') ?? '';
  const id = textOf(input, 'cell_id');
  if (mode === 'delete') return id !== undefined && !book.cells.some((cell) => cell.id === id);
  if (mode === 'insert') return book.cells.some((cell) => sourceOf(cell) === source);
  const cell = book.cells[placeOf(book, id)];
  return cell !== undefined && sourceOf(cell) === source;
}

/**
 * The change of one call of NotebookEdit, seen from the text that the file has at that moment. Before the call that is
 * the text with the cell changed; after it, the text itself where it shows the change, because only the host knows the
 * exact bytes that it wrote.
 */
export function notebookChange(text: string | undefined, input: Fields, phase: 'before' | 'after'): ToolChange {
  if (text === undefined) return { opaque: true };
  if (phase === 'after' && isThere(text, input)) return { content: text };
  const content = applied(text, input);
  return content === undefined ? { opaque: true } : { content };
}
