// Rows and values: how heads, entries and texts stand in the tables, and back.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitRequest, EntryMeta, Guard, LogEntry, VersionEntry } from '../store.ts';

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

export interface LogRow {
  readonly revision: number;
  readonly agent: string;
  readonly commit_id: string;
  readonly at: number;
  readonly body: string;
}

export interface HistoryRow extends HeadRow {
  readonly commit_id: string | null;
  readonly body: string | null;
}

const ESCAPED = '\u0001';

/** A caller's text as SQLite can hold it: NUL and lone surrogates do not survive there, so such texts are escaped. */
export function toText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0') && !text.startsWith(ESCAPED)) return text;
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

type PackedHead = readonly [
  resource: string,
  version: number,
  born: number,
  hash: string,
  size: number | null,
  mediaType: string | null,
  deleted: 0 | 1,
];

/** What a log row's body holds, as a JSON array: names would be a third of its bytes. */
type Body = readonly [
  fingerprint: string,
  guards: readonly (readonly [resource: string, revision: number, hash: string])[],
  heads: readonly PackedHead[],
  meta: EntryMeta,
  keeps: readonly string[],
];

export function packBody(request: CommitRequest, heads: readonly Head[], keeps: readonly string[]): string {
  const body: Body = [
    request.fingerprint,
    request.guards.map(({ resource, revision, hash }) => [resource, revision, hash] as const),
    heads.map(packHead),
    request.meta,
    keeps,
  ];
  return JSON.stringify(body);
}

function packHead(head: Head): PackedHead {
  const { resource, version, born, hash, size, mediaType, deleted } = head;
  return [resource, version, born, hash, size ?? null, mediaType ?? null, deleted ? 1 : 0];
}

export function entryOf(row: LogRow): LogEntry {
  const [fingerprint, guards, heads, meta] = JSON.parse(row.body) as Body;
  const { revision, at } = row;
  const agent = row.agent as AgentId;
  return {
    revision,
    agent,
    commitId: fromText(row.commit_id),
    fingerprint,
    at,
    heads: heads.map(([resource, version, born, hash, size, mediaType, deleted]) => ({
      resource: resource as ResourceId,
      version,
      revision,
      born,
      hash,
      ...(size === null ? {} : { size }),
      ...(mediaType === null ? {} : { mediaType }),
      agent,
      at,
      deleted: deleted === 1,
    })),
    guards: guards.map(
      ([resource, guarded, hash]): Guard => ({ resource: resource as ResourceId, revision: guarded, hash }),
    ),
    meta,
  };
}

/** What trimming an entry lets go: the versions it superseded, and the contents it kept. */
export function heldBy(body: string): {
  readonly superseded: readonly { readonly resource: string; readonly version: number }[];
  readonly keeps: readonly string[];
} {
  const [, , heads, , keeps] = JSON.parse(body) as Body;
  return { superseded: heads.map(([resource, version]) => ({ resource, version: version - 1 })), keeps };
}

export function versionEntryOf(row: HistoryRow): VersionEntry {
  const head = headOf(row);
  if (row.commit_id === null || row.body === null) return { head, commitId: '', outcome: 'committed' };
  const [, , , meta] = JSON.parse(row.body) as Body;
  const { outcome, note, strategy } = meta;
  return {
    head,
    commitId: fromText(row.commit_id),
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}
