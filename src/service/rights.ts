// May this principal do that here? Asked for every guard, write, read, list item and feed item; deny by default.
import { EntenteError } from '../core/errors.ts';
import type { AgentId, ResourceId, Space } from '../core/resource.ts';
import { type Pattern, parsePattern } from '../strategies/pattern.ts';
import type { Capability, Grant, Principal } from './principal.ts';

const MAX_COMPILED = 4096;
const compiled = new Map<string, Pattern>();

function matches(pattern: string, id: string): boolean {
  if (pattern === '**') return true;
  let known = compiled.get(pattern);
  if (known === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    known = parsePattern(pattern);
    compiled.set(pattern, known);
  }
  return known.matches(id);
}

/** A grant covers itself, and `commit` also covers `append-only`. */
function covers(grant: Grant, capability: Capability, space: Space): boolean {
  const same = grant.capability === capability || (grant.capability === 'commit' && capability === 'append-only');
  return same && (grant.space === '*' || grant.space === space);
}

/** True where a grant of the principal gives this capability for this resource. */
export function may(principal: Principal, capability: Capability, space: Space, resource: string): boolean {
  return principal.grants.some((grant) => covers(grant, capability, space) && matches(grant.pattern, resource));
}

/** True where a grant gives the capability for everything in the space: what has no resource needs it. */
export function mayAll(principal: Principal, capability: Capability, space: Space): boolean {
  return principal.grants.some((grant) => covers(grant, capability, space) && grant.pattern === '**');
}

/** True where a grant gives the capability for anything at all in the space. */
export function mayAny(principal: Principal, capability: Capability, space: Space): boolean {
  return principal.grants.some((grant) => covers(grant, capability, space));
}

/** True for the principal's own name, and for those that an `act-as` grant covers. */
export function mayActAs(principal: Principal, space: Space, agent: AgentId): boolean {
  return agent === principal.name || may(principal, 'act-as', space, agent);
}

/** What a principal may neither read nor write looks like what is not there. */
export function absent(what: string): EntenteError {
  return new EntenteError('not-found', `${what} is not here.`, {
    next: 'Check the name and the space; what your key may not see is not shown either.',
  });
}

export function forbidden(why: string, next: string): EntenteError {
  return new EntenteError('forbidden', why, { next });
}

export function lacking(capability: Capability, resource: string): EntenteError {
  return forbidden(
    `Your key has no ${capability} grant for ${JSON.stringify(resource)}.`,
    `Ask for a grant such as ${capability}:${resource}`,
  );
}

export function assertRead(principal: Principal, space: Space, resource: ResourceId): void {
  if (!may(principal, 'read', space, resource)) throw absent(`The resource ${JSON.stringify(resource)}`);
}

/** A resource that the principal may see in some way; throws `not-found` where neither reading nor writing is granted. */
export function assertSeen(principal: Principal, space: Space, resource: ResourceId): void {
  const seen = (['read', 'commit', 'append-only'] as const).some((right) => may(principal, right, space, resource));
  if (!seen) throw absent(`The resource ${JSON.stringify(resource)}`);
}
