// What operations answer, as JSON Schema tells it. The shapes are those of the library; bytes are text or base64, tokens
// opaque strings. Answers may gain fields, so that these schemas do not refuse what they do not name.
import * as z from 'zod';
import { encodingField, optional } from './fields.ts';

const count = z.int().min(0);
const text = z.string();
const bytes = z.looseObject({ content: text, encoding: encodingField }).meta({ id: 'Bytes' });
const etag = text.meta({ description: 'Strong, for If-Match and If-None-Match.' });

export const tokenResult: z.ZodType = text.meta({
  id: 'Token',
  description: 'Proof of what was read: opaque, signed, bound to the key and the resource. Not secret, not a lock.',
});

const head = z
  .looseObject({
    ...{ resource: text, version: count, revision: count, born: count, hash: text },
    ...{ size: optional(count), mediaType: optional(text), agent: text, at: z.number(), deleted: z.boolean() },
  })
  .meta({ id: 'Head', description: 'The current version of a resource; a deleted one has a head too.' });
export const headResult: z.ZodType = head;

const written = z
  .looseObject({ resource: text, version: count, revision: count, hash: text })
  .meta({ id: 'Written', description: 'One resource that a commit wrote.' });

const region = z
  .looseObject({
    ...{ id: text, kind: text, at: z.looseObject({}), reason: optional(text) },
    ...{ base: optional(bytes), current: optional(bytes), proposed: optional(bytes) },
  })
  .meta({ id: 'Region', description: 'One place where two changes meet.' });

const packet = z
  .looseObject({
    ...{ resource: text, expected: z.looseObject({ version: count, revision: count, hash: text }) },
    actual: optional(head),
    between: z.array(z.looseObject({ agent: text, version: count, note: optional(text), at: z.number() })),
    ...{ regions: z.array(region), cleanRegions: count, reason: text },
  })
  .meta({
    id: 'Packet',
    description: 'What is needed to repair a refused change: what clashes, who moved it and why.',
  });

const receipt = z
  .looseObject({ engine: text, entries: z.array(z.looseObject({ action: text })) })
  .meta({ id: 'Receipt' });

const base = {
  commitId: text,
  replayed: optional(z.literal(true)),
  results: optional(z.array(written)),
};
const refused = { saved: z.literal(false) };
const where = { resource: text, version: count, revision: count, hash: text };

export const outcomeResult: z.ZodType = z
  .discriminatedUnion('status', [
    z.looseObject({ status: z.literal('committed'), ...base, ...where, token: tokenResult }),
    z.looseObject({ status: z.literal('unchanged'), ...base, head: optional(head), token: tokenResult }),
    z.looseObject({
      ...{ status: z.literal('merged'), ...base, ...where },
      ...{ content: optional(text), encoding: optional(encodingField), receipt: optional(receipt), token: tokenResult },
    }),
    z.looseObject({
      ...{ status: z.literal('conflict'), ...base, ...refused, packet, token: tokenResult },
      ...{ packets: optional(z.array(packet)), tokens: optional(z.array(tokenResult)) },
    }),
    z.looseObject({
      ...{ status: z.literal('retry'), ...base, ...refused, attempt: count, maxAttempts: count, packet },
      token: tokenResult,
    }),
    z.looseObject({ status: z.literal('rejected'), ...base, ...refused, reason: text, packet: optional(packet) }),
    z.looseObject({ status: z.literal('aborted'), ...base, ...refused, reason: text, packet: optional(packet) }),
    z.looseObject({
      status: z.literal('split'),
      ...base,
      resource: text,
      kept: written,
      copy: written,
      label: optional(text),
    }),
    z.looseObject({ status: z.literal('escalated'), ...base, conflictId: text, reason: text, packet }),
    z.looseObject({ status: z.literal('unknown'), ...base, resource: text }),
  ])
  .meta({ id: 'Outcome', description: 'What happened to a commit. `status` says which kind.' });

export const draftResult: z.ZodType = z
  .looseObject({
    ...{ token: tokenResult, etag: optional(etag), head: optional(head), expires: z.number() },
    ...{ content: optional(text), encoding: optional(encodingField) },
  })
  .meta({ id: 'Draft', description: 'What was read, and the token to commit a change of it with.' });

export const contentResult: z.ZodType = z
  .looseObject({ head, etag, content: optional(text), encoding: optional(encodingField) })
  .meta({ id: 'Content' });

/** A page of items; `next` is absent on the last one. */
export function pageResult(item: z.ZodType): z.ZodType {
  return z.looseObject({ items: z.array(item), next: optional(text) });
}
