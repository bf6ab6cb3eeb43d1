// What each agent read last, kept for a while, so that it hears at its next call of what moved since, once. In the memory of one
// server: lost with it, and missed by nothing but advice.
import { type LineRange, type Moved, movedInSight, type Sight } from '../controller/moved.ts';
import type { AgentId, ResourceId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import { type Head, hasContent } from '../core/version.ts';
import type { VersionEntry } from '../stores/store.ts';
import type { Call } from './operation.ts';
import { may } from './rights.ts';

/** A resource that moved since the agent read it, where it looks. */
export interface News {
  readonly resource: ResourceId;
  /** The versions that were read and that are there now. */
  readonly from: number;
  readonly to: number;
  readonly deleted: boolean;
  /** Who wrote since, the last one first, with what they said. */
  readonly by: readonly { readonly agent: string; readonly note?: string }[];
  /** The places, in lines of what was read and of what is there now. Empty where only a hash is known. */
  readonly regions: readonly Moved[];
}

interface Seen {
  readonly token: Token;
  readonly lines: Sight;
  /** The revision of the head that the agent was told of last. */
  told: number;
}

export interface Sights {
  /** The agent read this, and looks at these lines of it; what it saw of the resource before is over. */
  saw(call: Call, token: Token, lines?: readonly LineRange[]): void;
  /** The agent is done with it. */
  done(call: Call, agent: AgentId, resource: ResourceId): void;
  /** What moved since the agent read it, and was not told yet. `fresh`: what it reads now, which need not be looked at again. */
  news(call: Call, agent: AgentId, fresh?: Token): Promise<readonly News[]>;
}

/** The order of a Map is that of insertion: what is used moves to its end, and the first one goes. */
const MAX_AGENTS = 1000;
const MAX_RESOURCES = 32;
const MAX_AUTHORS = 5;
/** Resources whose last authors are remembered. */
const MAX_KNOWN = 1000;
const MAX_REGIONS = 20;

function trim<K, V>(map: Map<K, V>, max: number): void {
  if (map.size <= max) return;
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}

/** Told where the base is gone too: then the whole of it counts as moved. */
async function regionsOf({ service }: Call, seen: Seen, head: Head): Promise<readonly Moved[] | undefined> {
  if (head.deleted || !hasContent(head)) return undefined;
  const { store } = service;
  const [base, current] = await Promise.all([store.content(seen.token.hash), store.content(head.hash)]);
  return base === undefined || current === undefined ? undefined : movedInSight(base, current, seen.lines);
}

/** The newest versions of a resource, those of this head among them, the last one first. */
type Authors = (call: Call, head: Head, epoch: string) => Promise<readonly VersionEntry[]>;

/** They are the same for all who ask: many agents look at few resources, and a store far away is asked once. */
function createAuthors(): Authors {
  const known = new Map<string, readonly VersionEntry[]>();
  return async (call, head, epoch) => {
    const name = JSON.stringify([epoch, call.space, head.resource]);
    const found = known.get(name);
    const [newest] = found ?? [];
    if (found !== undefined && newest !== undefined && newest.head.revision >= head.revision) return found;
    const { items } = await call.controller.history(head.resource, { limit: MAX_AUTHORS });
    known.delete(name);
    known.set(name, items);
    trim(known, MAX_KNOWN);
    return items;
  };
}

async function newsOf(
  call: Call,
  seen: Seen,
  head: Head,
  { agent, authorsOf }: { readonly agent: AgentId; readonly authorsOf: (head: Head) => ReturnType<Authors> },
): Promise<News | undefined> {
  const regions = await regionsOf(call, seen, head);
  if (regions?.length === 0) return undefined;
  const by = (await authorsOf(head))
    .filter((version) => version.head.revision > seen.token.revision)
    .map(({ head: { agent: author }, note }) => ({ agent: author, ...(note === undefined ? {} : { note }) }));
  // What the agent wrote itself, in whatever way, it knows.
  if (by.length > 0 && by.every((author) => author.agent === agent)) return undefined;
  const { resource, version: from } = seen.token;
  const { version: to, deleted } = head;
  return { resource, from, to, deleted, by, regions: (regions ?? []).slice(0, MAX_REGIONS) };
}

export function createSights(): Sights {
  const agents = new Map<string, Map<ResourceId, Seen>>();
  const authors = createAuthors();
  const nameOf = (call: Call, agent: AgentId): string => JSON.stringify([call.principal.id, call.space, agent]);
  return {
    saw(call, token, lines) {
      const name = nameOf(call, token.agent);
      const mine = agents.get(name) ?? new Map<ResourceId, Seen>();
      agents.delete(name);
      agents.set(name, mine);
      trim(agents, MAX_AGENTS);
      mine.delete(token.resource);
      mine.set(token.resource, { token, lines: lines ?? 'all', told: token.revision });
      trim(mine, MAX_RESOURCES);
    },
    done(call, agent, resource) {
      agents.get(nameOf(call, agent))?.delete(resource);
    },
    async news(call, agent, fresh) {
      const { principal, space, service } = call;
      const mine = [...(agents.get(nameOf(call, agent))?.values() ?? [])].filter(
        ({ token, told }) =>
          (token.resource !== fresh?.resource || told !== fresh.revision) &&
          may(principal, 'read', space, token.resource),
      );
      if (mine.length === 0) return [];
      const { epoch, heads } = await service.store.read(
        space,
        mine.map(({ token }) => token.resource),
      );
      const authorsOf = (head: Head): ReturnType<Authors> => authors(call, head, epoch);
      const found: News[] = [];
      for (const [i, seen] of mine.entries()) {
        const head = heads[i];
        if (head === undefined || head.revision === seen.told) continue;
        seen.told = head.revision;
        const news = await newsOf(call, seen, head, { agent, authorsOf });
        if (news !== undefined) found.push(news);
      }
      return found;
    },
  };
}
