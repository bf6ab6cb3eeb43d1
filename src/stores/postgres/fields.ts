// Values in PostgreSQL's own notation of rows in an array (manual, 8.15.6 and 8.16.6).
import { markOf } from './encode.ts';

/** What a field or an element has to be quoted for. An empty field would be none. */
const SPECIAL = /[\s,(){}"\\]|^$/;

/** A text as a field of a row in an array: quoted twice, once as a field and once with its row. */
export function text(value: string | null): string {
  if (value === null) return '';
  if (!SPECIAL.test(value)) return value;
  const plain = value.includes('\\') ? value.replaceAll('\\', '\\\\\\\\') : value;
  return `\\"${plain.replaceAll('"', '\\"\\"')}\\"`;
}

export function hex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

/** Bytes as a field. */
export function bytes(content: Uint8Array | null): string {
  return content === null ? '' : `\\\\\\\\x${hex(content)}`;
}

/** A number as a field; undefined is none. */
export function number(value: number | null | undefined): number | string {
  return value ?? '';
}

/** A text as an element of an array. */
export function element(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Texts as a field that is an array; none where there are none. */
export function array(values: readonly string[]): string {
  return values.length === 0 ? '' : text(`{${values.map(element).join(',')}}`);
}

/** By which a content is found that lies with its version. */
export function markField(hash: string, own: Uint8Array | null): number | string {
  return own === null ? '' : markOf(hash);
}
