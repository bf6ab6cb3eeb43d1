// Where a space stands: enough to name a cursor, and no more than a draft's token tells.
import * as z from 'zod';
import type { Call, Operation } from '../operation.ts';
import { capabilities } from '../principal.ts';
import { absent, mayAny } from '../rights.ts';
import { positionResult } from '../schemas/results.ts';

export interface Position {
  readonly epoch: string;
  readonly revision: number;
  /** Of the log and the feed: what comes after it is new. */
  readonly cursor: string;
}

/** True for who may do anything at all here. */
function isKnown({ principal, space }: Call): boolean {
  return capabilities.some((capability) => mayAny(principal, capability, space));
}

export const position: Operation<object, Position> = {
  name: 'position',
  summary: 'Where the space stands now: its epoch, its revision, and the cursor of both.',
  input: z.strictObject({}).meta({ id: 'PositionInput' }),
  output: positionResult,
  async run(call) {
    if (!isKnown(call)) throw absent('The space');
    const { epoch, revision } = await call.service.store.read(call.space, []);
    return { epoch, revision, cursor: `${epoch}:${revision}` };
  },
};
