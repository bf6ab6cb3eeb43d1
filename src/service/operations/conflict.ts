// One conflict as a whole.
import * as z from 'zod';
import { conflictView, visibleConflict, type WireConflict } from '../conflict-view.ts';
import type { Operation } from '../operation.ts';
import { conflictResult } from '../schemas/results.ts';

export const conflictIdField: z.ZodType<string> = z.string().min(1).max(64);

export const conflict: Operation<{ readonly conflictId: string }, WireConflict> = {
  name: 'conflict',
  summary: 'One conflict: its sides with their contents, who has taken it, what was proposed.',
  input: z.strictObject({ conflictId: conflictIdField }).meta({ id: 'ConflictInput' }),
  output: conflictResult,
  run: async (call, { conflictId }) => conflictView(call, await visibleConflict(call, conflictId)),
};
