// Rows and values: how heads, entries and records come out of the tables. Counters come as text or as numbers, after
// the way that they took.

import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { fromText } from '../escaped-text.ts';
import type { EntryMeta, Guard, LogEntry, StoredRecord } from '../store.ts';
import type { Row } from './session.ts';

export interface HeadRow {
  readonly id: string;
  readonly version: number | string;
  readonly revision: number | string;
  readonly born: number | string;
  readonly hash: string;
  readonly size: number | string | null;
  readonly media: string | null;
  readonly agent: string;
  readonly at: number;
  readonly deleted: boolean;
}

export function headOf(row: HeadRow): Head {
  return {
    resource: row.id as ResourceId,
    version: Number(row.version),
    revision: Number(row.revision),
    born: Number(row.born),
    hash: fromText(row.hash),
    ...(row.size === null ? {} : { size: Number(row.size) }),
    ...(row.media === null ? {} : { mediaType: fromText(row.media) }),
    agent: fromText(row.agent) as AgentId,
    at: row.at,
    deleted: row.deleted,
  };
}

/** A guard in the log: a list of three, since there are many. */
export type GuardRow = readonly [resource: string, revision: number, hash: string];

export function entryOf(row: Row): LogEntry {
  const heads = (row['heads'] as readonly HeadRow[]).map(headOf);
  return {
    revision: Number(row['revision']),
    agent: fromText(row['agent'] as string) as AgentId,
    commitId: fromText(row['commit_id'] as string),
    fingerprint: fromText(row['fingerprint'] as string),
    at: row['at'] as number,
    heads,
    guards: guardsOf(row, heads),
    meta: metaOf(row),
  };
}

/** What a commit says that says no more than that it was one; a plain one leaves it out. */
export const PLAIN_META = '{"outcome":"committed"}';

export function metaOf({ meta }: Row): EntryMeta {
  return JSON.parse((meta ?? PLAIN_META) as string) as EntryMeta;
}

/** A plain commit says by its base what it was guarded by. */
function guardsOf(row: Row, [head]: readonly Head[]): Guard[] {
  const { guards, base, base_hash: hash } = row;
  if (guards === null && head !== undefined)
    return [{ resource: head.resource, revision: Number(base), hash: fromText(hash as string) }];
  const rows = JSON.parse(guards as string) as readonly GuardRow[];
  return rows.map(([resource, revision, hash]): Guard => ({ resource: resource as ResourceId, revision, hash }));
}

export function recordOf(row: Row): StoredRecord {
  return {
    kind: fromText(row['kind'] as string),
    id: fromText(row['id'] as string),
    ...(row['state'] === null ? {} : { state: fromText(row['state'] as string) }),
    value: JSON.parse(row['value'] as string) as unknown,
    revision: Number(row['revision']),
    created: Number(row['created']),
  };
}
