// Problem details as their schema: RFC 9457 with our members.
import * as z from 'zod';
import { outcomeResult } from '../service/schemas/results.ts';

export const problemResult: z.ZodType = z
  .looseObject({
    type: z.string().meta({ description: 'An address of this server, /errors/CODE: what the code means, what to do.' }),
    ...{ title: z.string(), status: z.int(), detail: z.string() },
    code: z.string().meta({ description: 'The same string everywhere; switch on it.' }),
    retryable: z.boolean().meta({ description: 'Sending the same request again may work.' }),
    ...{ next: z.array(z.string()), requestId: z.string(), outcome: z.exactOptional(outcomeResult) },
  })
  .meta({ id: 'Problem' });
