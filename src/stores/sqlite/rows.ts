// Rows and values: how heads stand in the tables, and back. Log entries have entries.ts.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { fromText } from '../escaped-text.ts';

export interface HeadRow {
  readonly resource: string;
  readonly version: number;
  readonly revision: number;
  readonly born: number;
  readonly hash: string;
  readonly size: number | null;
  readonly media_type: string | null;
  readonly agent: string;
  readonly at: number;
  readonly deleted: number;
}

export function headOf(row: HeadRow): Head {
  return {
    resource: row.resource as ResourceId,
    version: row.version,
    revision: row.revision,
    born: row.born,
    hash: row.hash,
    ...(row.size === null ? {} : { size: row.size }),
    ...(row.media_type === null ? {} : { mediaType: fromText(row.media_type) }),
    agent: row.agent as AgentId,
    at: row.at,
    deleted: row.deleted === 1,
  };
}
