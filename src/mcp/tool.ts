// A tool: its schemas, its hints and what it does. The schemas are made of the fields that the operations check by, so
// that MCP takes what HTTP and the command line take.
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { EntenteError } from '../core/errors.ts';
import type { Call } from '../service/operation.ts';
import type { Answer } from './answer.ts';
import type { Session } from './session.ts';

/** One call of a tool. */
export interface Exchange {
  readonly session: Session;
  readonly call: Call;
  /** The request as the protocol has it, for what asks the person at the client. */
  readonly context: ServerContext;
  /** How the person at the client may be asked: by a form, or by a link to the dashboard; undefined: not at all. */
  readonly asks: 'form' | 'url' | undefined;
}

export interface Hints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export interface JsonSchema {
  readonly type: 'object';
  readonly [keyword: string]: unknown;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly hints: Hints;
  /** Shown to and callable by those alone who may decide conflicts. */
  readonly judges: boolean;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  /** Throws `misuse` for input that is not what the schema says. */
  run(exchange: Exchange, input: unknown): Promise<Answer | InputRequiredResult>;
}

/** Reads alone; nothing outside of entente is touched by any tool. */
export const READS: Hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
/** Writes, keeps all that was before, and may be sent again. */
export const WRITES: Hints = { ...READS, readOnlyHint: false };

export interface ToolOptions<Input> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly hints: Hints;
  readonly judges?: boolean;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType;
  run(exchange: Exchange, input: Input): Promise<Answer | InputRequiredResult>;
}

/** As it is told to clients: each character of it is read by a model in every conversation. */
function schemaOf(schema: z.ZodType): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.examples;
    },
  });
  const { $schema: _none, ...rest } = made;
  return { ...rest, type: 'object' };
}

function complaint({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'The arguments are not usable.';
  const place = issue.path.length === 0 ? 'The arguments' : `"${issue.path.map(String).join('.').slice(0, 100)}"`;
  return `${place}: ${issue.message.slice(0, 300)}`;
}

export function defineTool<Input>(options: ToolOptions<Input>): Tool {
  const { name, title, description, hints, judges = false, input, output, run } = options;
  return {
    ...{ name, title, description, hints, judges },
    inputSchema: schemaOf(input),
    outputSchema: schemaOf(output),
    async run(exchange, given) {
      const parsed = input.safeParse(given ?? {});
      if (parsed.success) return run(exchange, parsed.data);
      throw new EntenteError('misuse', complaint(parsed.error), {
        next: `mend the arguments of ${name} by its input schema.`,
      });
    },
  };
}

/** The fields of every answer; `outcome` says which of the others there are. */
export function outputOf(outcomes: readonly [string, ...string[]], fields: z.ZodRawShape): z.ZodType {
  return z.object({
    outcome: z.enum([...outcomes, 'stale', 'refused', 'failed']),
    ...fields,
    code: z.string().optional(),
    message: z.string().optional(),
    next: z.array(z.unknown()).optional(),
  });
}
