// `making`: how a version was made, for whoever explains it: on what, by which strategy, and a merge with its receipt.
import * as z from 'zod';
import { type Making, makingOf } from '../../controller/making.ts';
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Operation } from '../operation.ts';
import { countField, resourceField } from '../schemas/fields.ts';
import { makingResult } from '../schemas/results.ts';
import { shownCommitId, toWire, type Wire } from '../wire.ts';
import { lookAt, noResource } from './read.ts';

export interface MakingInput {
  readonly id: ResourceId;
  readonly version: number;
}

export const making: Operation<MakingInput, Wire<Making>> = {
  name: 'making',
  summary: 'How a version was made: from which base, by which strategy, and the receipt of a merge.',
  input: z
    .strictObject({ id: resourceField, version: countField(1, Number.MAX_SAFE_INTEGER) })
    .meta({ id: 'MakingInput' }),
  output: makingResult,
  async run(call, { id, version }) {
    const found = await lookAt(call, id, version);
    if (found === undefined) throw noResource(id);
    const made = await makingOf(call.service.store, call.space, found.head);
    if (made === undefined) {
      throw new EntenteError('gone', `How ${id} v${version} was made is no longer kept.`, {
        next: 'Look at the version itself.',
      });
    }
    return toWire({ ...made, commitId: shownCommitId(call, made.commitId) }) as Wire<Making>;
  },
};
