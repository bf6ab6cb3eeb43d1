// An operation: one thing that a caller may ask for, with the schemas that HTTP, OpenAPI and every other surface take
// from here. An adapter maps its input to `perform` and the answer to its own form; it decides nothing.
import type * as z from 'zod';
import type { LocalController } from '../controller/dissected.ts';
import { EntenteError } from '../core/errors.ts';
import type { AgentId, Space } from '../core/resource.ts';
import type { Principal } from './principal.ts';
import { forbidden, mayActAs } from './rights.ts';
import type { Service } from './service.ts';

/** One request of somebody who has not said yet who it is. */
export interface OpenCall {
  readonly service: Service;
  readonly requestId: string;
}

/** One request of one principal, of no space. */
export interface OwnCall extends OpenCall {
  readonly principal: Principal;
}

/** One request of one principal in one space. */
export interface Call extends OwnCall {
  readonly space: Space;
  /** The space's controller. */
  readonly controller: LocalController;
  readonly signal?: AbortSignal;
}

export interface Operation<Input, Output, Of extends OpenCall = Call> {
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType;
  run(call: Of, input: Input): Promise<Output>;
}

/** What is wrong with an input, in one sentence. */
function complaint(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'The input is not usable.';
  const place = issue.path.length === 0 ? 'The input' : `"${issue.path.map(String).join('.').slice(0, 100)}"`;
  return `${place}: ${issue.message}.`.replace(/\.\.$/, '.');
}

/** Checks the input and runs the operation. `misuse` where the input is not what the schema says. */
export async function perform<Input, Output, Of extends OpenCall>(
  operation: Operation<Input, Output, Of>,
  call: Of,
  input: unknown,
): Promise<Output> {
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) {
    throw new EntenteError('misuse', complaint(parsed.error), {
      next: `Look at ${operation.name} in /openapi.json for what it takes.`,
    });
  }
  return operation.run(call, parsed.data);
}

/** Who is behind an agent, for the log: nothing where the principal writes under its own name. */
export function behind(call: Call, agent: AgentId): { readonly principal?: string } {
  return agent === call.principal.name ? {} : { principal: call.principal.name };
}

/** The agent that a call writes as: the principal's own name, or the one asked for where `act-as` covers it. */
export function agentOf(call: Call, asked: AgentId | undefined): AgentId {
  const { principal, space } = call;
  if (asked === undefined || mayActAs(principal, space, asked)) return asked ?? principal.name;
  throw forbidden(
    `Your key writes as ${JSON.stringify(principal.name)}, not as ${JSON.stringify(asked)}.`,
    `Leave the agent out, or ask for the grant act-as:${asked}`,
  );
}
