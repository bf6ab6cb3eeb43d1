// Bytes as JSON can carry them: text where they are valid UTF-8, base64 where they are not. Works in browsers too.
import { fromBase64, toBase64 } from './base64.ts';
import { EntenteError } from './errors.ts';

export interface WireContent {
  readonly content: string;
  /** What `content` is. @default utf8 */
  readonly encoding?: 'utf8' | 'base64';
}

// A BOM is part of the bytes, and what is no UTF-8 must not come back as something else.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The bytes as text or base64: `decodeContent` gives the same bytes back. */
export function encodeContent(bytes: Uint8Array): Required<WireContent> {
  try {
    return { content: decoder.decode(bytes), encoding: 'utf8' };
  } catch {
    return { content: toBase64(bytes), encoding: 'base64' };
  }
}

/** Looks for what does not belong: an expression for the whole would need a stack as long as the text. */
function isBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(text.slice(0, text.length - padding));
}

/** The bytes of a text or base64 content. `misuse` for base64 that is none, and for a text with a lone surrogate. */
export function decodeContent({ content, encoding = 'utf8' }: WireContent): Uint8Array {
  if (encoding === 'utf8') {
    if (content.isWellFormed()) return encoder.encode(content);
    throw new EntenteError('misuse', 'The content holds a lone surrogate, which is no text.', {
      next: 'Send the bytes as base64, with "encoding": "base64".',
    });
  }
  if (!isBase64(content))
    throw new EntenteError('misuse', 'The content is said to be base64 and is not.', {
      next: 'Send standard base64 with padding, or text with "encoding": "utf8".',
    });
  return fromBase64(content);
}
