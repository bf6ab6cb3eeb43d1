// What a space holds, in numbers.
import * as z from 'zod';
import type { Stats } from '../../controller/types.ts';
import type { Operation } from '../operation.ts';
import { lacking, mayAll } from '../rights.ts';
import { statsResult } from '../schemas/results.ts';

/** Numbers of everything are for who may read everything. */
export const stats: Operation<object, Stats> = {
  name: 'stats',
  summary: 'How many resources, commits, merges and conflicts a space has.',
  input: z.strictObject({}).meta({ id: 'StatsInput' }),
  output: statsResult,
  async run(call) {
    if (!mayAll(call.principal, 'read', call.space)) throw lacking('read', '**');
    return call.controller.stats();
  },
};
