// What is answered of keys, sessions and who one is. As with all answers, fields may be added.
import * as z from 'zod';
import { optional } from './fields.ts';

const text = z.string();
const time = z.number().meta({ description: 'Milliseconds since 1970.' });
const grants = z.array(text).meta({ description: 'CAPABILITY@SPACE:PATTERN each.' });

export const sessionResult: z.ZodType = z
  .looseObject({ key: text, id: text, name: text, expiresAt: optional(time), spaces: z.array(text) })
  .meta({ id: 'Session', description: 'A key with an end. It is told this once.' });

export const loginCodeResult: z.ZodType = z
  .looseObject({ code: text, path: text, expiresAt: time })
  .meta({ id: 'LoginCode', description: 'Good once: `path` behind the address of the server begins a session.' });

export const whoResult: z.ZodType = z
  .looseObject({
    ...{ id: text, name: text, label: text, session: z.boolean(), expiresAt: optional(time) },
    ...{ grants, spaces: z.array(text) },
  })
  .meta({ id: 'Who', description: 'Whose key this is, and what it may do.' });

export const rotatedResult: z.ZodType = z.looseObject({ kid: text }).meta({ id: 'Rotated' });

const key = {
  ...{ id: text, name: text, label: text, grants, state: z.enum(['active', 'revoked', 'expired']), created: time },
  ...{ expires: optional(time), revokedAt: optional(time), lastUsedAt: optional(time) },
  ...{ session: optional(z.literal(true)), madeBy: optional(text), own: optional(z.literal(true)) },
};
export const keyResult: z.ZodType = z
  .looseObject(key)
  .meta({ id: 'Key', description: 'A key without its secret. `lastUsedAt`: of this server, since it started.' });
export const madeKeyResult: z.ZodType = z
  .looseObject({ ...key, key: text })
  .meta({ id: 'MadeKey', description: 'A key with its text, which is told this once.' });
