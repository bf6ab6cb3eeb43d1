// What is told of a space as a whole (how it went, how a policy would have done, whether its log holds), as JSON Schema.
import * as z from 'zod';
import { optional } from './fields.ts';

const count = z.int().min(0);
const text = z.string();
const time = z.number().meta({ description: 'Milliseconds since 1970.' });

const finding = z.looseObject({ rule: text, message: text, revision: optional(count), resource: optional(text) });
const report = z.looseObject({
  ...{ ok: z.boolean(), revision: count, trimmed: count, entries: count, resources: count, contents: count },
  ...{ conflicts: count, first: optional(finding) },
});

export const verificationResult: z.ZodType = z
  .looseObject({
    ...{ state: z.enum(['none', 'running', 'done', 'failed']), checked: count, of: count },
    ...{ startedAt: optional(time), endedAt: optional(time), report: optional(report) },
    fault: optional(z.looseObject({ code: text, message: text })),
  })
  .meta({
    id: 'Verification',
    description: 'A check of the whole space. `report.first` is the first thing that is wrong.',
  });

export const demoResult: z.ZodType = z
  .looseObject({
    ...{ state: z.enum(['none', 'running', 'done', 'failed']), done: count, of: count, agents: z.array(text) },
    conflictId: optional(text),
  })
  .meta({ id: 'Demo', description: 'Scripted agents at work: edits that were sent, of all of them.' });
