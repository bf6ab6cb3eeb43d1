// `list`: heads by id. Ids that the caller may not read are not listed, nor counted.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { Head } from '../../core/version.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { may } from '../rights.ts';
import { cursorField, flagField, limitField, optional } from '../schemas/fields.ts';
import { headResult, pageResult } from '../schemas/results.ts';

export interface ListInput extends PageInput {
  readonly prefix?: string;
  /** Deleted ones too. */
  readonly deleted?: boolean;
}

export const list: Operation<ListInput, Page<Head>> = {
  name: 'list',
  summary: 'The resources whose id starts with a prefix, by id.',
  input: z
    .strictObject({
      prefix: optional(z.string().max(1024)),
      deleted: optional(flagField),
      ...{ cursor: optional(cursorField), limit: optional(limitField) },
    })
    .meta({ id: 'ListInput' }),
  output: pageResult(headResult),
  run(call, { prefix = '', deleted = false, ...page }) {
    return visiblePage(call, page, {
      of: JSON.stringify(['list', prefix, deleted]),
      read: (request) => call.controller.list(prefix, { ...request, deleted }),
      sees: (head) => may(call.principal, 'read', call.space, head.resource),
    });
  },
};
