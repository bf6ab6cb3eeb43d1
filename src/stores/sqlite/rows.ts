// Rows and values: how heads and texts stand in the tables, and back. Log entries have entries.ts.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';

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

const ESCAPED = '\u0001';

/** Plain ASCII: most ids are, and one look is enough for them. */
const PLAIN = /^[ -~]*$/;

/** A caller's text as SQLite can hold it: NUL and lone surrogates do not survive there, so such texts are escaped. */
export function toText(text: string): string {
  if (PLAIN.test(text) || (text.isWellFormed() && !text.includes('\0') && !text.startsWith(ESCAPED))) return text;
  return ESCAPED + JSON.stringify(text);
}

export function fromText(text: string): string {
  return text.startsWith(ESCAPED) ? (JSON.parse(text.slice(1)) as string) : text;
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
