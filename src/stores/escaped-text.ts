// Texts of callers as a database can hold them: NUL and lone surrogates do not survive there, so such texts are escaped.

const ESCAPED = '\u0001';

/** Plain ASCII: most ids are, and one look is enough for them. */
const PLAIN = /^[ -~]*$/;

/** A caller's text as it is stored; a well-formed one without NUL is itself. */
export function toText(text: string): string {
  if (PLAIN.test(text) || (text.isWellFormed() && !text.includes('\0') && !text.startsWith(ESCAPED))) return text;
  return ESCAPED + JSON.stringify(text);
}

export function fromText(text: string): string {
  return text.startsWith(ESCAPED) ? (JSON.parse(text.slice(1)) as string) : text;
}
