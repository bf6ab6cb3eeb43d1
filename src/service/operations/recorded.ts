// Kept decisions: seen by who may read the resource that they were made on.
import * as z from 'zod';
import { listRecorded } from '../../controller/forget.ts';
import type { Page } from '../../core/page.ts';
import type { RecordedDecision } from '../../core/recorded.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { may } from '../rights.ts';
import { cursorField, limitField, optional } from '../schemas/fields.ts';
import { pageResult, recordedResult } from '../schemas/results.ts';
import { toWire, type Wire } from '../wire.ts';

export const recorded: Operation<PageInput, Page<Wire<RecordedDecision>>> = {
  name: 'recorded',
  summary: 'Decisions that are kept for conflicts of the same texts, the newest first.',
  input: z.strictObject({ cursor: optional(cursorField), limit: optional(limitField) }).meta({ id: 'RecordedInput' }),
  output: pageResult(recordedResult),
  async run(call, page) {
    const sees = (resource: string): boolean => may(call.principal, 'read', call.space, resource);
    const found = await visiblePage(call, page, {
      of: JSON.stringify(['recorded']),
      // Each page looks at all that are kept: what may not be seen is left out on the way.
      read: (request) => listRecorded({ store: call.service.store, space: call.space }, request, sees),
      sees: ({ resource }) => sees(resource),
    });
    return { ...found, items: found.items.map((item) => toWire(item) as Wire<RecordedDecision>) };
  },
};
