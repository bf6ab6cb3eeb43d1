// Cuts a TOML document at lines on which a header or a row begins, so that the parser gets a piece at a time. All that
// needs to be known for that is where strings, comments and brackets end.

export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Pieces of little more than so many characters, from the start to the end of the text. */
export function* piecesOf(text: string, size: number): Generator<Piece> {
  let start = 0;
  // Rows that go on with a table of the piece before: headers do not follow in the same piece, where they would be taken
  // for headers of what those rows speak of.
  let isRest = false;
  for (const [at, isHeader] of begins(text)) {
    if (at - start <= size && !(isRest && isHeader)) continue;
    if (at > start) yield { start, end: at };
    start = at;
    isRest = !isHeader;
  }
  if (start < text.length) yield { start, end: text.length };
}

function firstOn(text: string, line: number): number {
  let at = line;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** The starts of lines on which a header or a row begins, and whether it is a header. */
function* begins(text: string): Generator<readonly [number, boolean]> {
  for (let line = 0; line < text.length; ) {
    const first = firstOn(text, line);
    const char = text[first];
    if (char !== '#' && char !== '\n' && char !== '\r' && char !== undefined) yield [line, char === '['];
    line = statementEnd(text, first) + 1;
  }
}

/** The end of the line on which what begins there ends. */
function statementEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE && depth <= 0) return at;
    if (code === HASH) at = lineEnd(text, at);
    else if (code === QUOTE || code === TICK) at = stringEnd(text, at);
    else {
      if (code === 0x5b || code === 0x7b) depth += 1;
      else if (code === 0x5d || code === 0x7d) depth -= 1;
      at += 1;
    }
  }
  return at;
}

const NEWLINE = 10;
const HASH = 0x23;
const QUOTE = 0x22;
const TICK = 0x27;

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Behind the string that begins there; a line ends one that does not. */
function stringEnd(text: string, from: number): number {
  const mark = text[from] ?? '';
  const isLong = text.startsWith(mark.repeat(3), from);
  let at = from + (isLong ? 3 : 1);
  for (; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\' && mark === '"') at += 1;
    else if (char === '\n' && !isLong) return at;
    else if (char === mark && (!isLong || text.startsWith(mark.repeat(3), at))) break;
  }
  if (!isLong) return at + 1;
  // Up to two quotes may stand in front of the three that end it.
  at += 3;
  for (let more = 0; more < 2 && text[at] === mark; more += 1) at += 1;
  return at;
}
