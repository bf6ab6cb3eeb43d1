// What a key may say of other keys. Nobody gives more than they have: not a capability, not a space, not a resource, not
// a name, and not more time.
import type { AgentId } from '../core/resource.ts';
import { parsePattern } from '../strategies/pattern.ts';
import type { KeyInfo } from './keys.ts';
import { formatGrant, type Grant, type Principal } from './principal.ts';
import { forbidden } from './rights.ts';

function coversSpace(grant: Grant, space: string): boolean {
  return grant.space === '*' || grant.space === space;
}

/** `notes/**` for `notes/a/**`: what is certain, and no more. Other patterns cover themselves alone. */
function coversPattern(outer: string, inner: string): boolean {
  if (outer === '**' || outer === inner) return true;
  const [, folder] = /^([^*?]+\/)\*\*$/.exec(outer) ?? [];
  return folder !== undefined && inner.startsWith(folder);
}

function covers(own: Grant, asked: Grant): boolean {
  const same = own.capability === asked.capability;
  const less = own.capability === 'commit' && asked.capability === 'append-only';
  return (same || less) && coversSpace(own, asked.space) && coversPattern(own.pattern, asked.pattern);
}

/** A grant of this capability holds for the name, wherever one of the other grants does. */
function holdsFor(
  principal: Principal,
  capability: 'keys' | 'act-as',
  name: string,
  grants: readonly Grant[],
): boolean {
  return grants.every(({ space }) =>
    principal.grants.some(
      (grant) =>
        grant.capability === capability && coversSpace(grant, space) && parsePattern(grant.pattern).matches(name),
    ),
  );
}

/** One's own key and one's own sessions, and those that a `keys` grant covers. */
export function seesKey(principal: Principal, key: Pick<KeyInfo, 'id' | 'of' | 'name' | 'grants'>): boolean {
  if (key.id === principal.id || key.of === principal.id) return true;
  return key.grants.length > 0 && holdsFor(principal, 'keys', key.name, key.grants);
}

/** `forbidden` unless the principal has a `keys` grant for every name in every space. */
export function assertAllKeys({ grants }: Principal): void {
  const all: Grant = { capability: 'keys', space: '*', pattern: '**' };
  if (grants.some((own) => covers(own, all))) return;
  throw forbidden(
    'Your key has no keys grant for every name in every space.',
    'Ask for the grant keys@*:**, or run `entente keys rotate` beside the store.',
  );
}

/** `forbidden` unless the principal may make a key of this name with these grants. */
export function assertGives(principal: Principal, name: AgentId, grants: readonly Grant[]): void {
  if (!holdsFor(principal, 'keys', name, grants)) {
    throw forbidden(
      `Your key may make no such key for ${JSON.stringify(name)}.`,
      'Ask for a keys grant that covers the name and the spaces, such as keys@*:**',
    );
  }
  const beyond = grants.find((asked) => !principal.grants.some((own) => covers(own, asked)));
  if (beyond !== undefined) {
    throw forbidden(
      `Your key does not have ${formatGrant(beyond)} itself.`,
      'Leave the grant out, or have the key made by somebody who has it.',
    );
  }
  if (name !== principal.name && !holdsFor(principal, 'act-as', name, grants)) {
    throw forbidden(
      `Your key may not write as ${JSON.stringify(name)}, so it makes no key that does.`,
      `Ask for the grant act-as:${name}`,
    );
  }
}
