// `versions`: the history of a resource, newest first, as far as it is kept.
import * as z from 'zod';
import type { Page } from '../../core/page.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { VersionEntry } from '../../stores/store.ts';
import type { Operation } from '../operation.ts';
import { type PageInput, visiblePage } from '../pages.ts';
import { assertRead } from '../rights.ts';
import { countField, cursorField, limitField, optional, resourceField } from '../schemas/fields.ts';
import { pageResult, versionResult } from '../schemas/results.ts';
import { shownCommitId } from '../wire.ts';
import { noResource } from './read.ts';

export interface VersionsInput extends PageInput {
  readonly id: ResourceId;
  /** Begin with the version before this one. */
  readonly after?: number;
}

export const versions: Operation<VersionsInput, Page<VersionEntry>> = {
  name: 'versions',
  summary: 'The versions of a resource that are kept, newest first, each with who made it and why.',
  input: z
    .strictObject({
      ...{ id: resourceField, after: optional(countField(1, Number.MAX_SAFE_INTEGER)) },
      ...{ cursor: optional(cursorField), limit: optional(limitField) },
    })
    .meta({ id: 'VersionsInput' }),
  output: pageResult(versionResult),
  async run(call, { id, after, ...page }) {
    assertRead(call.principal, call.space, id);
    const found = await visiblePage(call, page, {
      of: JSON.stringify(['versions', id, after ?? null]),
      read: (request) =>
        call.controller.history(id, { ...(after === undefined ? {} : { after: String(after) }), ...request }),
      sees: () => true,
    });
    if (found.items.length === 0 && page.cursor === undefined && (await call.controller.getVersion(id)) === undefined)
      throw noResource(id);
    const items = found.items.map((entry) => ({ ...entry, commitId: shownCommitId(call, entry.commitId) }));
    return { ...found, items };
  },
};
