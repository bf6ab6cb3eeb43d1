// The queue of conflicts.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { Conflict } from '../../core/resolution.ts';
import { conflictItem, seesConflict, type WireConflict } from '../conflict-view.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { type QueueDetail, queueDetails } from '../queue.ts';
import { cursorField, flagField, limitField, optional, patternField } from '../schemas/fields.ts';
import { conflictResult, pageResult } from '../schemas/results.ts';

export interface ConflictsInput extends PageInput {
  readonly state?: 'open' | 'resolved';
  readonly pattern?: string;
  /** Each with who has taken it, what was proposed, whether it moved, and how many have it open. */
  readonly detail?: boolean;
}

export const conflicts: Operation<ConflictsInput, Page<WireConflict & Partial<QueueDetail>>> = {
  name: 'conflicts',
  summary: 'The queue of conflicts, oldest first.',
  input: z
    .strictObject({
      ...{ state: optional(z.enum(['open', 'resolved'])), pattern: optional(patternField) },
      ...{ cursor: optional(cursorField), limit: optional(limitField), detail: optional(flagField) },
    })
    .meta({ id: 'ConflictsInput' }),
  output: pageResult(conflictResult),
  async run(call, { state, pattern, detail = false, ...page }) {
    const filter = { ...(state === undefined ? {} : { state }), ...(pattern === undefined ? {} : { pattern }) };
    const found = await visiblePage<Conflict>(call, page, {
      of: JSON.stringify(['conflicts', state ?? null, pattern ?? null]),
      read: (request) => call.controller.conflicts(filter, request),
      sees: (item) => seesConflict(call, item),
    });
    const epoch = await call.service.store.epoch();
    const details = detail ? await queueDetails(call, found.items) : [];
    const items = found.items.map((item, index) => ({ ...conflictItem(call, epoch, item), ...details[index] }));
    return { ...found, items };
  },
};
