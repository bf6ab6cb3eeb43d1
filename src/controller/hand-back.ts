// Answers that store nothing: the change goes back to its author, with a packet to repair it.
import type { Conflicted } from '../core/outcome.ts';
import type { MergeResult } from '../merge/types.ts';
import { originOfIntent } from './base.ts';
import { type Clash, freshToken } from './clash.ts';
import type { Context } from './context.ts';
import type { Intent } from './intent.ts';
import { caseOf, mergeOf } from './judge.ts';
import { type Expected, makePacket } from './packet.ts';

/** What the change was based on: after a relapse, what the first refusal was based on. */
export async function expectedOf(context: Context, intent: Intent): Promise<Expected> {
  const { token, relapsed } = intent;
  const { version, revision, hash, repairs } = token;
  if (!relapsed || repairs === undefined) return { version, revision, hash };
  const origin = await originOfIntent(context, intent);
  return { version: origin.head?.version ?? 0, revision: repairs.revision, hash: repairs.hash };
}

export async function conflicted(
  context: Context,
  intent: Intent,
  clash: Clash,
  reason: string,
  merge?: MergeResult,
): Promise<Conflicted> {
  const { head } = clash;
  const regions = merge ?? (await regionsOf(context, intent, clash));
  // Without a merge there may be no base to repair from: the agent has to know (rule C9).
  const gone = regions === undefined && (await originOfIntent(context, intent)).state === 'gone';
  const packet = await makePacket(context, {
    resource: intent.token.resource,
    expected: await expectedOf(context, intent),
    actual: head,
    merge: regions,
    reason: clash.stalePremises.length > 0 ? premises(clash) : gone ? `base-gone: ${reason}` : reason,
  });
  const token = freshToken(context, intent, clash, intent.token.attempt);
  return { status: 'conflict', commitId: intent.commitId, saved: false, packet, token };
}

function premises(clash: Clash): string {
  const names = clash.stalePremises.map((read) => `${read.resource} (read at version ${read.version})`).join(', ');
  return `a premise moved: ${names}`;
}

/** The regions that clash, for the packet of a change that no strategy merged. */
async function regionsOf(context: Context, intent: Intent, clash: Clash): Promise<MergeResult | undefined> {
  const { token, relapsed } = intent;
  const same = (clash.head?.revision ?? 0) === token.revision && (clash.head?.hash ?? '') === token.hash;
  if (same && !relapsed) return undefined;
  const origin = await originOfIntent(context, intent);
  return mergeOf(context, caseOf(intent, clash, origin, { name: 'escalate' }, 'packet'));
}
