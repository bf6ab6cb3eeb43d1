// What the lines of a Markdown text are, as far as blocks need it: no syntax tree, and nothing is ever printed from it.
// A text is read from the top, because a fence that opens far above makes code of everything below.
import { type Lines, startOf } from '../lines.ts';
import { frontMatterLines } from './front-matter.ts';

export interface MarkdownLine {
  /** `text`: paragraphs, tables, quotes, HTML and whatever else is no list and no heading. `code`: in or at a fence. */
  readonly kind: 'blank' | 'heading' | 'item' | 'text' | 'code';
  /** Columns before the first character; a tab counts as four. */
  readonly indent: number;
  /** Of a heading: 1 to 6. */
  readonly level?: number;
  /** Of a heading that is a paragraph with an underline: its first line, or a further one. */
  readonly under?: 'title' | 'more';
}

/** Indent, marks and what stands behind them. */
export const FENCE: RegExp = /^ *(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const ITEM = /^ *(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
export const BREAK: RegExp = /^ *(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;

/** A line that makes a heading of the paragraph right above it. */
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
/** Quotes, tables and comments: no line below makes a heading of such. */
const NO_TITLE = /^ *(?:[>|]|<!--)/;
/** What takes one line whatever comes next: definitions, comments. Breaks do as well. */
const ALONE = /^ {0,3}(?:\[[^\]]{1,999}\]:|<!--.*-->$)/;

/** One entry for each line. Bytes beyond ASCII mean nothing here, so that invalid UTF-8 is as good as any text. */
export function outlineOf(lines: Lines): readonly MarkdownLine[] {
  const found: MarkdownLine[] = [];
  const underlines = new Underlines(frontMatterLines(lines));
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
      found.push(underlines.pass(found, text, lineOf(text, first, indent)));
    }
  }
  return found;
}

/** Tells which paragraphs are headings, by what stands below them. */
class Underlines {
  readonly #front: number;
  /** Where the paragraph begins that the line above is of, if that one can be a heading. */
  #start: number | undefined;
  /** Whether a text begins a paragraph although a text stands right above it. */
  #isFresh = false;
  /** How far the markers are indented of the list that is open. */
  #list: number | undefined;

  /** The last line of front matter, which has so many, underlines nothing. */
  constructor(front: number) {
    this.#front = front;
  }

  /** What line `found.length` is; the paragraph above becomes a heading if it is underlined by it. */
  pass(found: MarkdownLine[], text: string, line: MarkdownLine): MarkdownLine {
    const { kind, indent } = line;
    const at = found.length;
    const above = found[at - 1]?.kind;
    if (above !== 'text') this.#start = undefined;
    if (this.#start !== undefined && at >= this.#front && UNDERLINE.test(text)) {
      const level = text.charCodeAt(indent) === EQUALS ? 1 : 2;
      for (let i = this.#start; i < at; i++) {
        const under = i === this.#start ? 'title' : 'more';
        found[i] = { kind: 'heading', indent: found[i]?.indent ?? 0, level, under };
      }
      return { kind: 'heading', indent, level, under: 'more' };
    }
    if (kind === 'heading') this.#list = undefined;
    if (kind === 'item') this.#list = Math.min(this.#list ?? indent, indent);
    if (kind === 'text') this.#pass(at, above, text, indent);
    return line;
  }

  #pass(at: number, above: MarkdownLine['kind'] | undefined, text: string, indent: number): void {
    const isFirst = this.#isFresh || (above !== 'text' && above !== 'item');
    this.#isFresh = ALONE.test(text) || BREAK.test(text);
    if (isFirst && this.#list !== undefined && indent <= this.#list) this.#list = undefined;
    if (this.#isFresh || NO_TITLE.test(text)) this.#start = undefined;
    // What stands in a list heads nothing outside of it, and what is indented further is code.
    else if (isFirst) this.#start = this.#list === undefined && indent <= 3 ? at : undefined;
  }
}

const [BACKTICK, TILDE, HASH, EQUALS] = [96, 126, 35, 61];
/** What an item can begin with. */
const MARKS = new Set(Array.from('-+*0123456789', (mark) => mark.charCodeAt(0)));

/** `first`: its first character that is no blank, if any. Most lines are told by it, and no pattern is tried on them. */
function lineOf(text: string, first: number, indent: number): MarkdownLine {
  if (Number.isNaN(first)) return { kind: 'blank', indent };
  const marks = first === HASH ? HEADING.exec(text)?.[1] : undefined;
  if (marks !== undefined) return { kind: 'heading', indent, level: marks.length };
  return { kind: MARKS.has(first) && ITEM.test(text) && !BREAK.test(text) ? 'item' : 'text', indent };
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
