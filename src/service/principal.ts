// Who asks, and what was granted to them. A grant names a capability, a space and a pattern; what no grant says is denied.
import { EntenteError } from '../core/errors.ts';
import { type AgentId, DEFAULT_SPACE, parseSpace } from '../core/resource.ts';
import { parsePattern } from '../strategies/pattern.ts';

export const capabilities = [
  /** See contents, heads, history, conflicts and feed items of the resources that match. */
  'read',
  /** Change them in any way. */
  'commit',
  /** Add to their ends, and nothing else. */
  'append-only',
  /** Claim, propose on and decide their conflicts. */
  'resolve',
  /** Decide also conflicts that one's own change is a side of. */
  'resolve-own',
  /** Read and, with the pattern `**`, replace the space's policy. */
  'policy',
  /** Read the log with what was compared and who did it. */
  'audit',
  /** Write under the names of agents that match: here the pattern is one of names. */
  'act-as',
  /** See, make and end keys that write as agents whose names match, with no more than one's own grants. */
  'keys',
] as const;

export type Capability = (typeof capabilities)[number];

export interface Grant {
  readonly capability: Capability;
  /** A space's name, or `*` for all of them. */
  readonly space: string;
  /** A pattern of resource ids; for `act-as` and `keys` one of agents' names. */
  readonly pattern: string;
}

/** Whoever holds a key. */
export interface Principal {
  /** The key's id. */
  readonly id: string;
  /** The agent that the key writes as where nothing else is said. */
  readonly name: AgentId;
  readonly grants: readonly Grant[];
}

const ALL = '*';
const EVERYTHING = '**';
const GRAMMAR = 'A grant is CAPABILITY[@SPACE][:PATTERN], such as read:notes/**, commit@team:** or act-as:writer-*.';

function bad(text: unknown, why: string): EntenteError {
  const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 120)) : typeof text;
  const known = capabilities.join(', ');
  return new EntenteError('misuse', `The grant ${shown} ${why}. ${GRAMMAR} Capabilities: ${known}.`, { next: GRAMMAR });
}

/** A grant from its text. Without a space it holds in `default`, without a pattern for everything there. */
export function parseGrant(text: unknown): Grant {
  const parts = typeof text === 'string' ? /^([a-z-]+)(?:@([^:]+))?(?::(.+))?$/s.exec(text) : null;
  if (parts === null) throw bad(text, 'cannot be read');
  const [, name = '', space = DEFAULT_SPACE, pattern = EVERYTHING] = parts;
  const capability = capabilities.find((known) => known === name);
  if (capability === undefined) throw bad(text, `names no capability`);
  return { capability, space: space === ALL ? ALL : parseSpace(space), pattern: parsePattern(pattern).source };
}

export function formatGrant({ capability, space, pattern }: Grant): string {
  return `${capability}@${space}:${pattern}`;
}

/** What the key of a server's owner has: everything in every space, under any name. */
export const ALL_GRANTS: readonly Grant[] = capabilities
  .filter((capability) => capability !== 'append-only')
  .map((capability) => ({ capability, space: ALL, pattern: EVERYTHING }));
