// `drafts`: what agents announced that they are about to change. Advice: no commit looks at it. A draft of a resource that the caller may not read is not shown, nor counted.
import * as z from 'zod';
import type { OpenDraft } from '../../controller/types.ts';
import type { Page } from '../../core/page.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { may } from '../rights.ts';
import { cursorField, limitField, optional, resourceField } from '../schemas/fields.ts';
import { openDraftResult, pageResult } from '../schemas/results.ts';

export interface DraftsInput extends PageInput {
  /** Of this resource alone. */
  readonly id?: ResourceId;
}

export const drafts: Operation<DraftsInput, Page<OpenDraft>> = {
  name: 'drafts',
  summary: 'What agents have open and said that they are about to change: advice, no lock.',
  input: z
    .strictObject({ id: optional(resourceField), cursor: optional(cursorField), limit: optional(limitField) })
    .meta({ id: 'DraftsInput' }),
  output: pageResult(openDraftResult),
  run(call, { id, ...page }) {
    return visiblePage(call, page, {
      of: JSON.stringify(['drafts', id ?? '']),
      read: (request) => call.controller.drafts(id === undefined ? {} : { resource: id }, request),
      sees: ({ resource }) => may(call.principal, 'read', call.space, resource),
    });
  },
};
