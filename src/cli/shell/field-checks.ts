// The schemas of the service that judge values of the command line: the one place where the two meet.
import type * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import {
  agentField,
  commitIdField,
  countField,
  cursorField,
  grantField,
  labelField,
  noteField,
  patternField,
  resourceField,
  spaceField,
} from '../../service/schemas/fields.ts';
import type { FieldName } from './fields.ts';

/** Items of a page of the library, which is made of as many of a server as it takes. */
const MOST = 1000;

interface Field {
  readonly schema: z.ZodType;
  /** What it takes, where the schema's own words speak of its make. */
  readonly takes?: string;
}

function number(min: number, max: number): Field {
  return { schema: countField(min, max), takes: `a whole number from ${min} to ${max}` };
}

const FIELDS: { readonly [name in FieldName]: Field } = {
  agent: { schema: agentField },
  commitId: { schema: commitIdField },
  count: number(1, Number.MAX_SAFE_INTEGER),
  cursor: { schema: cursorField },
  grant: { schema: grantField },
  id: { schema: resourceField },
  label: { schema: labelField },
  limit: number(1, MOST),
  note: { schema: noteField },
  pattern: { schema: patternField },
  revision: number(0, Number.MAX_SAFE_INTEGER),
  space: { schema: spaceField },
};

/**
 * The value as the service has it, where that is a text; else as it was given. Throws what the schema throws (`bad-id`,
 * `bad-pattern`), or `misuse` that names `shown`, an option or an argument.
 */
export function checkField(name: FieldName, shown: string, value: string): string {
  const { schema, takes } = FIELDS[name];
  const parsed = schema.safeParse(value);
  if (parsed.success) return typeof parsed.data === 'string' ? parsed.data : value;
  const [issue] = parsed.error.issues;
  const why =
    takes === undefined
      ? `is not usable: ${issue?.message ?? 'it is something else'}.`
      : `takes ${takes}, not ${JSON.stringify(value)}.`;
  throw new EntenteError('misuse', `${shown} ${why}`);
}
