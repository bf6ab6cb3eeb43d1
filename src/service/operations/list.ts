// `list`: heads by id. Ids that the caller may not read are not listed, nor counted.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { Head } from '../../core/version.ts';
import { parsePattern } from '../../strategies/pattern.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { may } from '../rights.ts';
import { cursorField, flagField, limitField, optional, patternField } from '../schemas/fields.ts';
import { headResult, pageResult } from '../schemas/results.ts';

export interface ListInput extends PageInput {
  readonly prefix?: string;
  /** Only those that match. */
  readonly pattern?: string;
  /** Deleted ones too. */
  readonly deleted?: boolean;
}

export const list: Operation<ListInput, Page<Head>> = {
  name: 'list',
  summary: 'The resources whose id starts with a prefix, or matches a pattern, by id.',
  input: z
    .strictObject({
      prefix: optional(z.string().max(1024)),
      ...{ pattern: optional(patternField), deleted: optional(flagField) },
      ...{ cursor: optional(cursorField), limit: optional(limitField) },
    })
    .meta({ id: 'ListInput' }),
  output: pageResult(headResult),
  run(call, { prefix: given = '', pattern: text, deleted = false, ...page }) {
    const pattern = text === undefined ? undefined : parsePattern(text);
    // What a pattern begins with is looked up; only from there on are heads compared with it.
    const literal = /^[^*?]*/.exec(text ?? '')?.[0] ?? '';
    const prefix = literal.startsWith(given) ? literal : given;
    return visiblePage(call, page, {
      of: JSON.stringify(['list', given, text ?? null, deleted]),
      read: (request) => call.controller.list(prefix, { ...request, deleted }),
      sees: ({ resource }) =>
        resource.startsWith(given) &&
        (pattern === undefined || pattern.matches(resource)) &&
        may(call.principal, 'read', call.space, resource),
    });
  },
};
