// Fields that many schemas share. Names are brought to their canonical form here, once; below this, nothing looks again.
import * as z from 'zod';
import {
  type AgentId,
  parseAgentId,
  parseResourceId,
  parseSpace,
  type ResourceId,
  type Space,
} from '../../core/resource.ts';
import { parsePattern } from '../../strategies/pattern.ts';
import { type Grant, parseGrant } from '../principal.ts';

/** A field that may be left out, and is never `undefined`. */
export type Optional<T> = z.ZodExactOptional<z.ZodType<T>>;

export function optional<T>(schema: z.ZodType<T>): Optional<T> {
  return z.exactOptional(schema);
}

export const resourceField: z.ZodType<ResourceId> = z
  .string()
  .transform((text): ResourceId => parseResourceId(text))
  .meta({ description: 'A path-like id, at most 1,024 bytes.', examples: ['notes/plan.md'] });

export const agentField: z.ZodType<AgentId> = z
  .string()
  .transform((text): AgentId => parseAgentId(text))
  .meta({ description: 'Who writes. Another name than the key’s needs an act-as grant.', examples: ['writer-1'] });

export const spaceField: z.ZodType<Space> = z.string().transform((text): Space => parseSpace(text));

export const patternField: z.ZodType<string> = z
  .string()
  .transform((text): string => parsePattern(text).source)
  .meta({ description: 'Literal text, ?, * and ** as a whole segment.', examples: ['notes/**'] });

export const tokenField: z.ZodType<string> = z
  .string()
  .min(1)
  .max(8192)
  .meta({ description: 'Opaque: as the server gave it.' });

export const noteField: z.ZodType<string> = z
  .string()
  .max(2000)
  .meta({ description: 'Why: shown to whoever meets this change in a conflict.' });

/** Under which a change lands at most once; the end of 255 characters is kept for what is made of it. */
export const commitIdField: z.ZodType<string> = z.string().min(1).max(200);

export const labelField: z.ZodType<string> = z.string().min(1).max(200);
export const grantField: z.ZodType<Grant> = z
  .string()
  .min(1)
  .max(2000)
  .transform((text): Grant => parseGrant(text));

/** Limits and versions come as digits in a query, as numbers in a body; `null`, `true` and an empty text are no count. */
export function countField(min: number, max: number): z.ZodType<number> {
  const count = z.int().min(min).max(max);
  return z.preprocess(
    (given) => (typeof given === 'string' && /^\d{1,16}$/.test(given) ? Number(given) : given),
    count,
  );
}

export const limitField: z.ZodType<number> = countField(1, 200).meta({
  description: 'Items of a page. 100 unless said.',
});
export const cursorField: z.ZodType<string> = z
  .string()
  .min(1)
  .max(8192)
  .meta({ description: 'The `next` of a page: opaque and signed.' });

const lineField = z.int().min(1).max(10_000_000);
export const linesField: z.ZodType<readonly { readonly from: number; readonly to: number }[]> = z
  .array(z.strictObject({ from: lineField, to: lineField }))
  .min(1)
  .max(50)
  .meta({ description: 'Lines that you look at, from 1, both ends included: news is of these alone.' });

/** A yes or no: a word in a query, a boolean in a body. */
export const flagField: z.ZodType<boolean> = z
  .union([z.boolean(), z.enum(['1', 'true', '0', 'false'])])
  .transform((given): boolean => given === true || given === '1' || given === 'true');

export const revisionField: z.ZodType<number> = z.int().min(0);
export const encodingField: z.ZodType<'utf8' | 'base64'> = z
  .enum(['utf8', 'base64'])
  .meta({ description: 'What `content` is. utf8 unless said.' });
