// The preconditions of a request, as the service takes them.
import type { FastifyRequest } from 'fastify';
import { EntenteError } from '../core/errors.ts';
import { type Condition, parseCondition } from '../service/etag.ts';

export interface Preconditions {
  readonly ifMatch?: Condition;
  readonly ifNoneMatch?: '*';
}

const DATES = ['if-unmodified-since', 'if-modified-since'];

/** A tag that is not there holds for every version but one: a write would land on what its author never saw. */
function onlyAny(condition: Condition): '*' {
  if (condition === '*') return condition;
  throw new EntenteError('misuse', 'A write takes If-None-Match: * alone.', {
    next: 'To create, send If-None-Match: *; to replace, send the ETag of your read as If-Match.',
  });
}

/** `misuse` for what is no entity tag, and for an If-None-Match that names one. Times are refused on writes: a second is too long, and clocks differ. */
export function preconditionsOf(request: FastifyRequest): Preconditions {
  const { headers } = request;
  const dated = DATES.find((name) => headers[name] !== undefined);
  if (dated !== undefined && headers['if-match'] === undefined && headers['if-none-match'] === undefined) {
    throw new EntenteError('precondition-required', `${dated} compares times, which cannot tell two changes apart.`, {
      next: 'Send the ETag of your read as If-Match.',
    });
  }
  const [match, none] = [headers['if-match'], headers['if-none-match']];
  return {
    ...(match === undefined ? {} : { ifMatch: parseCondition('If-Match', match) }),
    ...(none === undefined ? {} : { ifNoneMatch: onlyAny(parseCondition('If-None-Match', none)) }),
  };
}
