// Answers: an outcome as a status and a body, a problem as problem+json.
import type { FastifyReply } from 'fastify';
import { parseResourceId } from '../core/resource.ts';
import { decodeToken } from '../core/token.ts';
import { encodeContent } from '../core/wire.ts';
import type { Call } from '../service/operation.ts';
import { lookAt } from '../service/operations/read.ts';
import type { WireOutcome } from '../service/wire.ts';
import { type Asked, OUTCOME_STATUS, outcomeProblem, type Problem } from './problems.ts';

export const PROBLEM = 'application/problem+json; charset=utf-8';

// A handler says status and headers and returns the body. Where it returned the reply instead, fastify would wait for the
// end of the answer with five listeners, which is a tenth of what a small request takes.

/** A problem as a body. */
export function problemBody(reply: FastifyReply, problem: Problem): Problem {
  reply.code(problem.status).header('content-type', PROBLEM);
  return problem;
}

/** For where no handler returns a body. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  reply.send(problemBody(reply, problem));
}

/** The commit began this life of the resource. */
export function isCreated(outcome: WireOutcome): boolean {
  if (outcome.status !== 'committed') return false;
  return decodeToken(outcome.token).born === outcome.revision;
}

/** Bytes of current content that are told with a refusal; larger ones are read by themselves. */
const INLINE = 64 * 1024;

/** What is there now, so that a repair needs no further request; nothing where the caller may not read it. */
async function currentOf(call: Call, outcome: WireOutcome): Promise<object> {
  const packet = 'packet' in outcome ? outcome.packet : undefined;
  const actual = packet?.actual;
  if (actual === undefined || actual.deleted || actual.size === undefined) return {};
  const id = parseResourceId(actual.resource);
  const { version } = actual;
  const query = `id=${encodeURIComponent(id)}`;
  const href = `/v1/spaces/${encodeURIComponent(call.space)}/resource/versions/${version}?${query}`;
  if (actual.size > INLINE) return { current: { version, href } };
  const content = await (await lookAt(call, id, version))?.content();
  return { current: { version, href, ...(content === undefined ? {} : encodeContent(content)) } };
}

/** An outcome as a body, by the table of docs/http-api.md. */
export async function outcomeBody(
  reply: FastifyReply,
  call: Call,
  outcome: WireOutcome,
  asked: Asked = 'change',
): Promise<object> {
  const status = OUTCOME_STATUS[outcome.status];
  if (status >= 400) {
    const problem = outcomeProblem(outcome, call.requestId, asked);
    return problemBody(reply, { ...problem, ...(await currentOf(call, outcome).catch(() => ({}))) });
  }
  if (outcome.status === 'escalated') {
    const space = encodeURIComponent(call.space);
    reply.header('location', `/v1/spaces/${space}/conflicts/${encodeURIComponent(outcome.conflictId)}`);
  }
  reply.code(isCreated(outcome) ? 201 : status);
  return outcome;
}
