// What of the log a principal gets to see. Rights come first, the pattern chooses from what is left: nothing that may
// not be read tells by a match that it is there.
import { aboutOf, itemOf } from '../controller/feed.ts';
import type { FeedItem } from '../controller/types.ts';
import type { Space } from '../core/resource.ts';
import type { Pattern } from '../strategies/pattern.ts';
import type { Told } from './feed-tail.ts';
import type { Principal } from './principal.ts';
import { may, mayAll } from './rights.ts';

export interface Viewer {
  readonly principal: Principal;
  readonly space: Space;
  readonly pattern?: Pattern;
}

type Commit = Extract<FeedItem, { type: 'commit' }>;

/** The item as this principal may see it: only the resources that it may read. */
function partOf(told: Told, epoch: string, viewer: Viewer, aboutSeen: boolean): string {
  const { principal, space } = viewer;
  const item = itemOf(told.entry, epoch) as Commit;
  const prefix = `${principal.id}.`;
  const commitId = item.commitId.startsWith(prefix) ? item.commitId.slice(prefix.length) : item.commitId;
  const changes = item.changes.filter(({ resource }) => may(principal, 'read', space, resource));
  const { conflictId, about, reason, note, agents, ...rest } = item;
  const whole = changes.length === item.changes.length && aboutSeen;
  return JSON.stringify({
    ...rest,
    ...{ commitId, changes },
    ...(about === undefined || !aboutSeen ? {} : { about }),
    ...(reason === undefined || !whole ? {} : { reason }),
    ...(conflictId === undefined || !aboutSeen ? {} : { conflictId }),
    // Why somebody changed several things may name those that this principal does not see.
    ...(note === undefined || !whole ? {} : { note }),
    ...(agents === undefined || !whole ? {} : { agents }),
  });
}

/** The JSON of an entry for this viewer; undefined where it may not see it, or does not want to. */
export function textFor(told: Told, epoch: string, viewer: Viewer): string | undefined {
  const { principal, space, pattern } = viewer;
  const { heads, commitId } = told.entry;
  const about = aboutOf(told.entry);
  const all = mayAll(principal, 'read', space);
  const sees = (resource: string): boolean => all || may(principal, 'read', space, resource);
  const seen = all ? heads : heads.filter(({ resource }) => sees(resource));
  const aboutSeen = about === undefined || sees(about);
  // What names no resource (a policy, a claim) is seen by who may read everything.
  const visible = seen.length > 0 || (about === undefined ? all : aboutSeen);
  if (!visible) return undefined;
  const wanted =
    pattern === undefined ||
    seen.some(({ resource }) => pattern.matches(resource)) ||
    (about !== undefined && aboutSeen && pattern.matches(about));
  if (!wanted) return undefined;
  const whole = seen.length === heads.length && aboutSeen && !commitId.startsWith(`${principal.id}.`);
  return whole ? told.whole() : partOf(told, epoch, viewer, aboutSeen);
}
