// What the lines of a Markdown text are, as far as blocks need it: no syntax tree, and nothing is ever printed from it.
// A text is read from the top, because a fence that opens far above makes code of everything below.
import { type Lines, startOf } from '../lines.ts';

export interface MarkdownLine {
  /** `text`: paragraphs, tables, quotes, HTML and whatever else is no list and no heading. `code`: in or at a fence. */
  readonly kind: 'blank' | 'heading' | 'item' | 'text' | 'code';
  /** Columns before the first character; a tab counts as four. */
  readonly indent: number;
}

/** Indent, marks and what stands behind them. */
export const FENCE: RegExp = /^ *(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const ITEM = /^ *(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
const BREAK = /^ *(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;

/** One entry for each line. Bytes beyond ASCII mean nothing here, so that invalid UTF-8 is as good as any text. */
export function outlineOf(lines: Lines): readonly MarkdownLine[] {
  const found: MarkdownLine[] = [];
  let fence: string | undefined;
  for (let i = 0; i < lines.count; i++) {
    const text = lineText(lines, i);
    const indent = text.length - text.trimStart().length;
    const first = text.charCodeAt(indent);
    const mark = first === BACKTICK || first === TILDE ? FENCE.exec(text) : null;
    if (fence !== undefined) {
      found.push({ kind: 'code', indent });
      const [, run = '', rest = ''] = mark ?? [];
      if (run.startsWith(fence) && rest.trim() === '') fence = undefined;
    } else if (mark !== null && !(mark[1]?.startsWith('`') === true && mark[2]?.includes('`') === true)) {
      found.push({ kind: 'code', indent });
      fence = mark[1];
    } else {
      found.push({ kind: kindOf(text, first), indent });
    }
  }
  return found;
}

const [BACKTICK, TILDE, HASH] = [96, 126, 35];
/** What an item can begin with. */
const MARKS = new Set(Array.from('-+*0123456789', (mark) => mark.charCodeAt(0)));

/** `first`: its first character that is no blank, if any. Most lines are told by it, and no pattern is tried on them. */
function kindOf(text: string, first: number): MarkdownLine['kind'] {
  if (Number.isNaN(first)) return 'blank';
  if (first === HASH && HEADING.test(text)) return 'heading';
  return MARKS.has(first) && ITEM.test(text) && !BREAK.test(text) ? 'item' : 'text';
}

/** How much of a line is looked at: what tells its kind stands at its beginning. */
const LOOK = 512;

/** The beginning of a line as the rules of Markdown see it: without its end, with four blanks for a tab in its indent. */
export function lineText(lines: Lines, i: number, look: number = LOOK): string {
  const { bytes } = lines;
  const start = startOf(lines, i);
  let end = Math.min(startOf(lines, i + 1), start + look);
  while (end > start && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end -= 1;
  const text = bytes.toString('latin1', start, end);
  if (bytes[start] !== 9 && bytes[start] !== 32) return text;
  return text.replace(/^[ \t]+/, (blanks) => blanks.replaceAll('\t', '    '));
}
