// Answers: an outcome as a status and a body, a problem as problem+json.
import type { FastifyReply } from 'fastify';
import { decodeToken } from '../core/token.ts';
import type { Call } from '../service/operation.ts';
import type { WireOutcome } from '../service/wire.ts';
import { OUTCOME_STATUS, outcomeProblem, type Problem } from './problems.ts';

const PROBLEM = 'application/problem+json; charset=utf-8';

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).header('content-type', PROBLEM).send(problem);
}

/** The commit began this life of the resource. */
export function isCreated(outcome: WireOutcome): boolean {
  if (outcome.status !== 'committed') return false;
  return decodeToken(outcome.token).born === outcome.revision;
}

/** An outcome by the table of docs/http-api.md. */
export function sendOutcome(reply: FastifyReply, call: Call, outcome: WireOutcome): FastifyReply {
  const status = OUTCOME_STATUS[outcome.status];
  if (status >= 400) return sendProblem(reply, outcomeProblem(outcome, call.requestId));
  if (outcome.status === 'escalated') {
    const space = encodeURIComponent(call.space);
    reply.header('location', `/v1/spaces/${space}/conflicts/${encodeURIComponent(outcome.conflictId)}`);
  }
  return reply.code(isCreated(outcome) ? 201 : status).send(outcome);
}
