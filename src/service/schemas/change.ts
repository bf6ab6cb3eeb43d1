// A change as JSON: exactly one kind, as in the library; bytes as text or base64.
import * as z from 'zod';
import type { Change, Edit, JsonPatchOperation } from '../../core/change.ts';
import { EntenteError } from '../../core/errors.ts';
import { decodeContent } from '../../core/wire.ts';
import { encodingField, type Optional, optional } from './fields.ts';

export interface WireChange {
  readonly content?: string;
  readonly append?: string;
  /** What `content` or `append` is. @default utf8 */
  readonly encoding?: 'utf8' | 'base64';
  readonly mediaType?: string;
  readonly edits?: readonly Edit[];
  readonly jsonPatch?: readonly JsonPatchOperation[];
  readonly delete?: true;
  readonly hash?: string;
}

const operation = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: z.string(),
  from: z.string().exactOptional(),
  value: z.unknown().exactOptional(),
});

type Fields<T> = { readonly [name in keyof T]-?: Optional<Exclude<T[name], undefined>> };

/** The fields of a change, for bodies that hold one beside other fields. */
export const changeShape: Fields<WireChange> = {
  content: optional(z.string()),
  append: optional(z.string()),
  encoding: optional(encodingField),
  mediaType: optional(z.string().max(300)),
  edits: optional(z.array(z.strictObject({ old: z.string(), new: z.string() })).max(10_000)),
  jsonPatch: optional(z.array(operation).max(10_000)),
  delete: optional(z.literal(true)),
  hash: optional(z.string().max(128)),
};

const KINDS = ['content', 'append', 'edits', 'jsonPatch', 'delete', 'hash'] as const;

/** The change of a body; `misuse` unless it is exactly one. */
export function changeOf(wire: WireChange): Change {
  const kinds = KINDS.filter((kind) => wire[kind] !== undefined);
  if (kinds.length !== 1) {
    throw new EntenteError('misuse', `A change is exactly one of ${KINDS.join(', ')}; this has ${kinds.length}.`, {
      next: 'Send for example {"token": "…", "content": "new text"}.',
    });
  }
  const { content, append, edits, jsonPatch, hash, encoding = 'utf8', mediaType } = wire;
  if (content !== undefined)
    return { content: decodeContent({ content, encoding }), ...(mediaType === undefined ? {} : { mediaType }) };
  if (append !== undefined) return { append: decodeContent({ content: append, encoding }) };
  if (edits !== undefined) return { edits };
  if (jsonPatch !== undefined) return { jsonPatch };
  return hash === undefined ? { delete: true } : { hash };
}
