// What the queue says of its conflicts beyond their records: who has taken them, what was proposed, whether the resource
// moved, and how many have it open. A page of them is looked up at once.
import type { Conflict } from '../core/resolution.ts';
import { parseResourceId } from '../core/resource.ts';
import { type Claim, claimOf, PROPOSAL, type Proposed } from './conflict-view.ts';
import type { Call } from './operation.ts';
import { may } from './rights.ts';

export interface QueueDetail {
  readonly claim?: Claim;
  readonly proposalCount: number;
  /** Somebody looked and does not want to decide: a person has to. */
  readonly declined?: true;
  /** The resource moved since the conflict's current side. */
  readonly moved: boolean;
  /** Announced drafts that are open on the resource: who may be waiting. */
  readonly inFlight: number;
}

const MOST = 100;

async function proposalsOf(call: Call, id: string): Promise<Pick<QueueDetail, 'proposalCount' | 'declined'>> {
  const { items } = await call.service.store.records(call.space, PROPOSAL, { state: id }, { limit: MOST });
  const declined = items.some(({ value }) => (value as Proposed).decline === true);
  return { proposalCount: items.length, ...(declined ? { declined } : {}) };
}

async function liveClaim(call: Call, { id, state }: Conflict): Promise<Claim | undefined> {
  const found = state === 'open' ? await claimOf(call, id) : undefined;
  return found !== undefined && call.service.clock() < found.claim.until ? found.claim : undefined;
}

/** In the order of the conflicts. */
export async function queueDetails(call: Call, conflicts: readonly Conflict[]): Promise<readonly QueueDetail[]> {
  const { principal, space, controller, service } = call;
  const ids = [...new Set(conflicts.map(({ resource }) => resource))].map(parseResourceId);
  const { heads } = ids.length === 0 ? { heads: [] } : await service.store.read(space, ids);
  const revisions = new Map(ids.map((id, index) => [id as string, heads[index]?.revision ?? 0]));
  // One at a time: each is a small look, and a store takes them as they come.
  const open = new Map<string, number>();
  for (const id of ids) {
    const drafts = may(principal, 'read', space, id)
      ? (await controller.drafts({ resource: id }, { limit: MOST })).items
      : [];
    open.set(id, drafts.length);
  }
  return Promise.all(
    conflicts.map(async (conflict): Promise<QueueDetail> => {
      const claim = await liveClaim(call, conflict);
      return {
        ...(claim === undefined ? {} : { claim }),
        ...(await proposalsOf(call, conflict.id)),
        moved: (revisions.get(conflict.resource) ?? 0) !== (conflict.current.revision ?? 0),
        inFlight: open.get(conflict.resource) ?? 0,
      };
    }),
  );
}
