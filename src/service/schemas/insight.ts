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

const counts = z.record(text, count);

export const rehearsalResult: z.ZodType = z
  .looseObject({
    ...{ since: time, until: time, complete: z.boolean(), entries: count, clashes: count, was: counts, would: counts },
    ...{ lost: count, changed: count },
    examples: z.array(
      z.looseObject({
        ...{ revision: count, at: time, resource: text, agent: text, was: text, would: text, strategy: text },
        rule: optional(z.looseObject({ pattern: text, index: count })),
      }),
    ),
  })
  .meta({ id: 'Rehearsal', description: 'What came of the clashes of the log, and what would have come of them.' });

const step = {
  ...{ commits: count, merged: count, split: count, aborted: count, overwritten: count, opened: count, ended: count },
  ...{ handedBack: count, rejected: count },
  resolveMs: z.looseObject({ count, median: optional(z.number()), max: optional(z.number()) }),
};

export const seriesResult: z.ZodType = z
  .looseObject({
    ...{ since: time, until: time, bucketMs: count, complete: z.boolean(), totals: z.looseObject(step) },
    buckets: z.array(z.looseObject({ at: time, ...step })),
  })
  .meta({
    id: 'Series',
    description: 'How a space went, in steps of time. What was refused is counted by this server.',
  });
