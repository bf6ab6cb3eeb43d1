// Text for a terminal: names and lines that others wrote are shown, never obeyed (no escape sequences, no direction
// changes), and shell words that can be pasted back.
import { HIDDEN } from '../../core/hidden.ts';

/** A name on one line: control, invisible and direction-changing characters are left out. */
export function cleanName(text: string): string {
  return text.replace(HIDDEN, '');
}

/** A line of content: tabs stay, what else would act on the terminal or hide is written as its code point. */
export function cleanLine(text: string): string {
  return text.replace(HIDDEN, (char) =>
    char === '\t' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`,
  );
}

/** Several lines of content, each made safe. */
export function cleanText(text: string): string {
  return text.split('\n').map(cleanLine).join('\n');
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  const safe = cleanName(word);
  return /^[A-Za-z0-9_./:@%+,=-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

/** An id as an argument: one that starts with a dash goes behind `--`. */
export function idWord(id: string): string {
  return id.startsWith('-') ? `-- ${shellWord(id)}` : shellWord(id);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of the bytes, or undefined where they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export function isBinary(bytes: Uint8Array): boolean {
  return bytes.includes(0) || textOf(bytes) === undefined;
}
