// Characters that can deceive whoever reads: invisible ones, those that turn the direction of text, and letters of two
// scripts in one word that look alike. They are shown as what they are, never removed.

export interface Piece {
  readonly text: string;
  /** The piece is one character that would not be seen: `U+202E`. */
  readonly code?: string;
}

/** Controls but tab and line ends, zero widths, direction marks, tags, variation selectors beyond those of emoji. */
const RANGES: readonly (readonly [from: number, to: number])[] = [
  ...([
    [0x00, 0x08],
    [0x0b, 0x0c],
    [0x0e, 0x1f],
    [0x7f, 0x9f],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
  ] as const),
  ...([
    [0x115f, 0x1160],
    [0x17b4, 0x17b5],
    [0x180b, 0x180f],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
  ] as const),
  ...([
    [0x2060, 0x206f],
    [0x3164, 0x3164],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
    [0xfff9, 0xfffb],
  ] as const),
  ...([[0xe0000, 0xe01ef]] as const),
];

const inHex = (code: number): string => `\\u{${code.toString(16)}}`;
const HIDDEN = new RegExp(`[${RANGES.map(([from, to]) => `${inHex(from)}-${inHex(to)}`).join('')}]`, 'gu');

const NAMES: { readonly [code: string]: string } = {
  'U+200B': 'zero width space',
  'U+200C': 'zero width non-joiner',
  'U+200D': 'zero width joiner',
  'U+200E': 'left-to-right mark',
  'U+200F': 'right-to-left mark',
  'U+202A': 'left-to-right embedding',
  'U+202B': 'right-to-left embedding',
  'U+202C': 'end of embedding',
  'U+202D': 'left-to-right override',
  'U+202E': 'right-to-left override',
  'U+2066': 'left-to-right isolate',
  'U+2067': 'right-to-left isolate',
  'U+2068': 'first strong isolate',
  'U+2069': 'end of isolate',
  'U+FEFF': 'byte order mark',
  'U+00AD': 'soft hyphen',
};

export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** What a code point is called; the bare code for the rest. */
export function nameOf(code: string): string {
  return NAMES[code] ?? 'invisible character';
}

/** Whether a zero width joiner here joins an emoji: those are as they should be. */
function joinsEmoji(text: string, at: number): boolean {
  return text[at] === '\u200d' && /\p{Extended_Pictographic}\ufe0f?$/u.test(text.slice(Math.max(0, at - 4), at));
}

/** The text in pieces, those that are hidden by themselves. One piece, as it is, for most texts. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (joinsEmoji(text, index)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index) });
    pieces.push({ text: character, code: codeOf(character) });
    from = index + character.length;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from) });
  return pieces;
}

const LATIN = /\p{Script=Latin}/u;
const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** Words with Latin letters and such of another script that look like them. */
export function mixedWords(text: string): readonly string[] {
  if (!LOOKALIKE.test(text)) return [];
  return (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).filter((word) => LATIN.test(word) && LOOKALIKE.test(word));
}

/** The letters of a word that are not Latin, as code points. */
export function lookalikesIn(word: string): readonly string[] {
  return [...word].filter((letter) => LOOKALIKE.test(letter)).map(codeOf);
}

/** One line on what a text hides; undefined for one that hides nothing. */
export function warningOf(text: string): string | undefined {
  const codes = [...new Set(piecesOf(text).flatMap(({ code }) => (code === undefined ? [] : [code])))];
  const words = [...new Set(mixedWords(text))];
  const told = [
    ...(codes.length === 0
      ? []
      : [
          `hidden characters: ${codes
            .slice(0, 6)
            .map((code) => `${code} ${nameOf(code)}`)
            .join(', ')}`,
        ]),
    ...(words.length === 0
      ? []
      : [
          `letters of two scripts in one word: ${words
            .slice(0, 3)
            .map((word) => `${word} (${lookalikesIn(word).join(' ')})`)
            .join(', ')}`,
        ]),
  ];
  return told.length === 0 ? undefined : told.join('; ');
}
