// A conflict as it is laid out, and what choices come to, as JSON Schema tells it.
import * as z from 'zod';
import { encodingField, optional } from './fields.ts';
import { conflictResult, headResult } from './results.ts';

const text = z.string();
const bytes = z.looseObject({ content: text, encoding: encodingField });
const written = z.looseObject({ agent: text, version: z.int(), at: z.number(), note: optional(text) });
const by = z.enum(['current', 'proposed', 'both']);

const region = z.looseObject({
  ...{ id: text, kind: text, where: text, at: z.looseObject({}), reason: optional(text) },
  ...{ base: optional(bytes), current: optional(bytes), proposed: optional(bytes) },
  recorded: optional(z.looseObject({ id: text, agent: text, at: z.number(), choice: z.looseObject({}) })),
});

const part = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('kept'), text }),
  z.looseObject({ type: z.literal('merged'), by, base: text, text }),
  z.looseObject({ type: z.literal('clash'), region: text }),
]);

export const dissectedResult: z.ZodType = z
  .looseObject({
    ...{ conflict: conflictResult, sentence: text, form: z.enum(['text', 'structure', 'whole', 'clean']) },
    ...{ why: optional(text), notes: z.looseObject({ current: optional(text), proposed: optional(text) }) },
    ...{ between: z.array(written), regions: z.array(region), parts: optional(z.array(part)) },
    merged: z.array(z.looseObject({ by, where: text, before: bytes, after: bytes })),
    start: optional(bytes),
    moved: optional(z.looseObject({ head: headResult, between: z.array(written) })),
  })
  .meta({ id: 'Dissected', description: 'A conflict laid out for whoever decides it. A is current, B is proposed.' });

export const composedResult: z.ZodType = z
  .looseObject({ content: text, encoding: encodingField, open: z.array(text), complete: z.boolean(), etag: text })
  .meta({ id: 'Composed', description: 'What choices come to. Places without one stand as current has them.' });
