// Bytes of the API as text that can be shown, or as a file.
import type { Bytes } from './types.ts';

/** The text; undefined for what is not valid UTF-8 or holds a NUL: that is no text to show. */
export function textOf(bytes: Bytes | undefined): string | undefined {
  if (bytes === undefined || bytes.encoding === 'base64') return undefined;
  return bytes.content.includes('\0') ? undefined : bytes.content;
}

/** How much it is, for people: `312 B`, `4.1 KB`, `2.3 MB`. */
export function sizeOf(size: number): string {
  if (size < 1000) return `${size} B`;
  const [amount, unit] = size < 1_000_000 ? [size / 1000, 'KB'] : [size / 1_000_000, 'MB'];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/** Hands a file to the browser's downloads. The name is the last part of a path-like id. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name.split('/').at(-1) ?? 'download';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
