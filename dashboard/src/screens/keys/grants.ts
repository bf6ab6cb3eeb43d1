// What a new key may, as people choose it: a handful of roles for a pattern of resources, or grants written by hand.

export interface Role {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly capabilities: readonly string[];
}

export const ROLES: readonly Role[] = [
  { id: 'agent', title: 'Agent', says: 'reads and changes', capabilities: ['read', 'commit'] },
  {
    id: 'reviewer',
    title: 'Reviewer',
    says: 'reads and decides conflicts of others',
    capabilities: ['read', 'resolve'],
  },
  { id: 'log', title: 'Collector', says: 'adds to the end and nothing else', capabilities: ['append-only'] },
  { id: 'reader', title: 'Reader', says: 'looks at everything and changes nothing', capabilities: ['read', 'audit'] },
];

export interface Wish {
  /** The id of a role; `own`: the grants as they are written. */
  readonly role: string;
  readonly pattern: string;
  readonly space: string;
  /** One a line, or after commas. */
  readonly written: string;
}

/** Grants as texts, CAPABILITY@SPACE:PATTERN. */
export function grantsOf({ role, pattern, space, written }: Wish): readonly string[] {
  const found = ROLES.find(({ id }) => id === role);
  if (found === undefined) return written.split(/[\s,]+/).filter((one) => one !== '');
  return found.capabilities.map(
    (capability) => `${capability}@${space}:${pattern.trim() === '' ? '**' : pattern.trim()}`,
  );
}

/** How a key stands: never by colour alone. */
export type Light = 'working' | 'seen' | 'never' | 'ended';

const NOW_MS = 60_000;

export function lightOf(
  { state, lastUsedAt }: { readonly state: string; readonly lastUsedAt?: number },
  now: number,
): Light {
  if (state !== 'active') return 'ended';
  if (lastUsedAt === undefined) return 'never';
  return now - lastUsedAt < NOW_MS ? 'working' : 'seen';
}

export const LIGHT_WORDS: { readonly [light in Light]: string } = {
  working: 'at work now',
  seen: 'was here',
  never: 'no call since the server started',
  ended: 'ended',
};

/** Grants of the same space and pattern in one line: `read, commit @ notes: drafts/**`. */
export function groupsOf(grants: readonly string[]): readonly { readonly may: string; readonly where: string }[] {
  const groups = new Map<string, string[]>();
  for (const grant of grants) {
    const at = grant.search(/[@:]/);
    const [capability, where] = at < 0 ? [grant, ''] : [grant.slice(0, at), grant.slice(at)];
    groups.set(where, [...(groups.get(where) ?? []), capability]);
  }
  return [...groups].map(([where, capabilities]) => ({
    may: capabilities.join(', '),
    where: where === '@*:**' ? 'everywhere' : where,
  }));
}
