// The current version of a resource, changed in place: a commit makes no object that outlives it, so the garbage
// collector has nothing to copy. What goes out of the store is always a fresh Head.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { HASH_ONLY } from '../direct.ts';

/** What is known of one version. `size` is −1 where there is no content. */
export interface Facts {
  readonly version: number;
  readonly revision: number;
  readonly born: number;
  readonly hash: string;
  readonly size: number;
  readonly mediaType: string | undefined;
  readonly agent: AgentId;
  readonly at: number;
  readonly deleted: boolean;
}

export class Live implements Facts {
  readonly resource: ResourceId;
  version = 0;
  revision = 0;
  born = 0;
  hash = '';
  size: number = HASH_ONLY;
  mediaType: string | undefined = undefined;
  agent: AgentId;
  /** Starts as a fraction, so that the engine keeps room for times without making a new object for each. */
  at = 0.5;
  deleted = true;

  constructor(resource: ResourceId, agent: AgentId) {
    this.resource = resource;
    this.agent = agent;
  }
}

export function headOf(resource: ResourceId, facts: Facts): Head {
  const { version, revision, born, hash, size, mediaType, agent, at, deleted } = facts;
  if (size === HASH_ONLY) return { resource, version, revision, born, hash, agent, at, deleted };
  if (mediaType === undefined) return { resource, version, revision, born, hash, size, agent, at, deleted };
  return { resource, version, revision, born, hash, size, mediaType, agent, at, deleted };
}

/** A copy of the facts as they are now; undefined for what never was. */
export function factsOf(live: Live): Facts | undefined {
  if (live.version === 0) return undefined;
  const { version, revision, born, hash, size, mediaType, agent, at, deleted } = live;
  return { version, revision, born, hash, size, mediaType, agent, at, deleted };
}
