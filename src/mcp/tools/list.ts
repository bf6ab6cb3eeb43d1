// `entente_list`: what there is, and which conflicts wait. Ids are names that others chose: data, like contents.
import * as z from 'zod';
import { plural } from '../../core/phrases.ts';
import { perform } from '../../service/operation.ts';
import { conflicts } from '../../service/operations/conflicts.ts';
import { list } from '../../service/operations/list.ts';
import { patternField } from '../../service/schemas/fields.ts';
import type { Answer } from '../answer.ts';
import { clean } from '../say.ts';
import { defineTool, type Exchange, outputOf, READS, type Tool } from '../tool.ts';

const LIMIT = 100;
const CONFLICTS = 20;
const EVERYTHING = '**';

interface ListInput {
  readonly pattern?: string | undefined;
  readonly cursor?: string | undefined;
}

/** A cursor of the queue begins so: it goes on there, and not with resources. */
const QUEUE = 'conflicts:';

interface Page {
  readonly said: string;
  readonly data: { readonly [field: string]: unknown };
  /** For the rest. */
  readonly next?: string | undefined;
}

async function resourcePage({ call }: Exchange, filter: object, cursor: string | undefined): Promise<Page> {
  const { items, next } = await perform(list, call, {
    ...filter,
    limit: LIMIT,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const resources = items.map(({ resource, version, agent, size }) => ({
    ...{ id: resource, version, by: clean(agent, 255) },
    ...(size === undefined ? {} : { bytes: size }),
  }));
  return { said: plural(resources.length, 'resource'), data: { resources }, next };
}

async function queuePage({ call }: Exchange, filter: object, cursor: string | undefined): Promise<Page> {
  const from = cursor === undefined ? {} : { cursor };
  const { items, next } = await perform(conflicts, call, { ...filter, state: 'open', limit: CONFLICTS, ...from });
  const waiting = items.map(({ id, resource, openedAt }) => ({
    ...{ conflict_id: id, id: resource, opened: new Date(openedAt).toISOString() },
  }));
  const cursorOn = next === undefined ? undefined : QUEUE + next;
  return { said: plural(waiting.length, 'open conflict'), data: { conflicts: waiting }, next: cursorOn };
}

async function run(exchange: Exchange, { pattern = EVERYTHING, cursor }: ListInput): Promise<Answer> {
  const filter = pattern === EVERYTHING ? {} : { pattern };
  const onlyQueue = cursor?.startsWith(QUEUE) === true;
  const [resources, queue] = await Promise.all([
    onlyQueue ? undefined : resourcePage(exchange, filter, cursor),
    // The queue begins on the first page.
    onlyQueue || cursor === undefined ? queuePage(exchange, filter, cursor?.slice(QUEUE.length)) : undefined,
  ]);
  const said = [resources?.said, queue?.said].filter((one) => one !== undefined).join(', ');
  const rest = [
    ...(resources?.next === undefined ? [] : ['cursor']),
    ...(queue?.next === undefined ? [] : ['conflicts_cursor']),
  ];
  return {
    lines: [
      `${said}.`,
      ...(rest.length === 0
        ? []
        : [
            `NEXT: there are more: call entente_list with the same pattern and cursor=the ${rest.join(' or the ')} below.`,
          ]),
    ],
    data: {
      ...{ outcome: 'listed', ...resources?.data, ...queue?.data },
      ...(resources?.next === undefined ? {} : { cursor: resources.next }),
      ...(queue?.next === undefined ? {} : { conflicts_cursor: queue.next }),
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
    cursor: z.string().min(1).max(8300).optional().meta({ description: 'From the page before.' }),
  }),
  output: outputOf(['listed'], {
    resources: z.array(z.unknown()).optional(),
    conflicts: z.array(z.unknown()).optional(),
    cursor: z.string().optional(),
    conflicts_cursor: z.string().optional(),
  }),
  run,
});
