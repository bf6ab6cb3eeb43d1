// `entente_list`: what there is, and which conflicts wait. Ids are names that others chose: data, like contents.
import * as z from 'zod';
import { perform } from '../../service/operation.ts';
import { conflicts } from '../../service/operations/conflicts.ts';
import { list } from '../../service/operations/list.ts';
import { cursorField, patternField } from '../../service/schemas/fields.ts';
import type { Answer } from '../answer.ts';
import { plural } from '../say.ts';
import { defineTool, type Exchange, outputOf, READS, type Tool } from '../tool.ts';

const LIMIT = 100;
const CONFLICTS = 20;
const EVERYTHING = '**';

interface ListInput {
  readonly pattern?: string | undefined;
  readonly cursor?: string | undefined;
}

async function run({ call }: Exchange, { pattern = EVERYTHING, cursor }: ListInput): Promise<Answer> {
  const filter = pattern === EVERYTHING ? {} : { pattern };
  const [found, open] = await Promise.all([
    perform(list, call, { ...filter, limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) }),
    // The queue stands on the first page.
    cursor === undefined ? perform(conflicts, call, { ...filter, state: 'open', limit: CONFLICTS }) : undefined,
  ]);
  const resources = found.items.map(({ resource, version, agent, size }) => ({
    ...{ id: resource, version, by: agent },
    ...(size === undefined ? {} : { bytes: size }),
  }));
  const waiting = (open?.items ?? []).map(({ id, resource, openedAt }) => ({
    ...{ conflict_id: id, id: resource, opened: new Date(openedAt).toISOString() },
  }));
  const more =
    found.next === undefined ? '' : ' NEXT: there are more: call entente_list with the same pattern and the cursor.';
  const queue =
    open === undefined
      ? ''
      : `, ${plural(waiting.length, 'open conflict')}${open.next === undefined ? '' : ' and more: narrow the pattern'}`;
  return {
    lines: [`${plural(resources.length, 'resource')}${queue}.${more}`],
    data: {
      ...{ outcome: 'listed', resources },
      ...(open === undefined ? {} : { conflicts: waiting }),
      ...(open?.next === undefined ? {} : { more_conflicts: true }),
      ...(found.next === undefined ? {} : { cursor: found.next }),
    },
  };
}

export const listTool: Tool = defineTool<ListInput>({
  name: 'entente_list',
  title: 'Find resources',
  description: 'Find shared resources, and the conflicts among them that wait for a decision.',
  hints: READS,
  input: z.strictObject({
    pattern: patternField.optional(),
    cursor: cursorField.optional().meta({ description: 'From the page before.' }),
  }),
  output: outputOf(['listed'], {
    resources: z.array(z.unknown()).optional(),
    conflicts: z.array(z.unknown()).optional(),
    more_conflicts: z.boolean().optional(),
    cursor: z.string().optional(),
  }),
  run,
});
