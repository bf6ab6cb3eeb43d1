// The repair packet: what clashes, who moved it and why, and nothing else.
import type { Packet } from '../core/outcome.ts';
import type { ResourceId } from '../core/resource.ts';
import type { Head } from '../core/version.ts';
import type { MergeResult } from '../merge/types.ts';
import type { Context } from './context.ts';
import { offerOfMerge } from './recorded.ts';

const MAX_BETWEEN = 20;

export interface Expected {
  readonly version: number;
  readonly revision: number;
  readonly hash: string;
}

export interface PacketParts {
  readonly resource: ResourceId;
  readonly expected: Expected;
  readonly actual: Head | undefined;
  readonly merge?: MergeResult | undefined;
  readonly reason: string;
}

export async function makePacket(context: Context, parts: PacketParts): Promise<Packet> {
  const { resource, expected, actual, merge, reason } = parts;
  const offer = await offerOfMerge(context, merge);
  return {
    resource,
    expected,
    ...(actual === undefined ? {} : { actual }),
    between: await versionsBetween(context, resource, expected, actual),
    regions: merge?.status === 'conflict' ? merge.conflicts : [],
    cleanRegions: merge === undefined || merge.status === 'error' ? 0 : merge.stats.clean,
    reason,
    ...(offer === undefined ? {} : { offer }),
  };
}

/** What was written after `expected`, up to and with `actual`, oldest first; the last of many. */
export async function versionsBetween(
  context: Context,
  resource: ResourceId,
  expected: Expected,
  actual: Head | undefined,
): Promise<Packet['between']> {
  if (actual === undefined || actual.revision <= expected.revision) return [];
  const limit = Math.min(MAX_BETWEEN, Math.max(1, actual.version - expected.version));
  const page = await context.store.history(context.space, resource, { after: String(actual.version + 1), limit });
  return page.items
    .filter(({ head }) => head.revision > expected.revision && head.revision <= actual.revision)
    .reverse()
    .map(({ head, note }) => ({
      agent: head.agent,
      version: head.version,
      at: head.at,
      ...(note === undefined ? {} : { note }),
    }));
}
