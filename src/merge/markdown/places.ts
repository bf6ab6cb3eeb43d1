// In which quotes and list items the lines of a Markdown text stand, as far as it tells what HTML and fences are: an
// indent that makes code of a line is none of a line in a list.
import { BREAK } from './outline.ts';

export interface Place {
  /** How many quotes it stands in. */
  readonly quotes: number;
  /** The line without the marks of quotes and items. */
  readonly text: string;
  /** Whether it is indented so far that it is code. */
  readonly isCode: boolean;
}

const MARK = /[ \t]*(?:(>)[ \t]?|(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$))/y;
/** Columns of an indent that make code. */
const CODE = 4;

interface Item {
  /** The quotes around it. */
  readonly quotes: number;
  /** Where its content begins, counted from behind the marks of those. */
  readonly column: number;
}

/** Walks over lines, and knows which items are open. */
export class Places {
  readonly #items: Item[] = [];
  #isAfterBlank = true;

  pass(line: string): Place {
    const { quotes, from } = quotesOf(line);
    const text = line.slice(from);
    const indent = text.length - text.trimStart().length;
    this.#close(quotes, quotes > 0 ? line.indexOf('>') : 0);
    if (indent === text.length) {
      this.#isAfterBlank = true;
      return { quotes, text, isCode: false };
    }
    const begins = !BREAK.test(text) && isItem(text);
    // A line of text right below another one goes on with that, however little it is indented.
    const isOwn = this.#isAfterBlank || begins || text.charAt(indent) === '#';
    while (isOwn && this.#columnIn(quotes) > indent) this.#items.pop();
    this.#isAfterBlank = false;
    if (begins) return this.#item(text, quotes);
    return { quotes, text, isCode: indent - this.#columnIn(quotes) >= CODE };
  }

  /** Items in quotes that have ended, and those that a quote does not stand in. */
  #close(quotes: number, indent: number): void {
    const isClosed = (item: Item | undefined): boolean =>
      item !== undefined && (item.quotes > quotes || (item.quotes === 0 && quotes > 0 && item.column > indent));
    while (isClosed(this.#items.at(-1))) this.#items.pop();
  }

  #columnIn(quotes: number): number {
    const last = this.#items.at(-1);
    return last !== undefined && last.quotes === quotes ? last.column : 0;
  }

  /** Items may begin with items and with quotes. */
  #item(text: string, before: number): Place {
    let [at, start, quotes] = [0, 0, before];
    MARK.lastIndex = 0;
    for (let mark = MARK.exec(text); mark !== null; mark = MARK.exec(text)) {
      at = MARK.lastIndex;
      if (mark[1] === undefined) {
        this.#items.push({ quotes, column: contentFrom(text, at) - start });
      } else {
        quotes += 1;
        start = at;
      }
    }
    const rest = text.slice(at);
    return { quotes, text: rest, isCode: contentFrom(text, at) === at && rest.startsWith(' '.repeat(CODE)) };
  }
}

/** Where the content of an item begins: behind its blanks, if they are not so many that it begins with code. */
function contentFrom(text: string, at: number): number {
  let end = at;
  while (end - at < CODE && text.charAt(end) === ' ') end += 1;
  return end - at < CODE && end < text.length ? end : at;
}

function isItem(text: string): boolean {
  MARK.lastIndex = 0;
  const mark = MARK.exec(text);
  return mark !== null && mark[1] === undefined;
}

const QUOTE = /[ \t]*>[ \t]?/y;

function quotesOf(
  line: string,
  most: number = Number.POSITIVE_INFINITY,
): { readonly quotes: number; readonly from: number } {
  let [quotes, from] = [0, 0];
  QUOTE.lastIndex = 0;
  while (quotes < most && QUOTE.test(line)) {
    quotes += 1;
    from = QUOTE.lastIndex;
  }
  return { quotes, from };
}

/** A line without the marks of so many quotes; undefined if it does not stand in as many. */
export function withoutQuotes(line: string, quotes: number): string | undefined {
  const found = quotesOf(line, quotes);
  return found.quotes < quotes ? undefined : line.slice(found.from);
}
