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

/** A head as it was before a commit: the log is the only place where a superseded version stands. */
type PackedPrior = readonly [
  revision: number,
  born: number,
  hash: string,
  size: number | null,
  mediaType: string | null,
  agent: string,
  at: number,
  deleted: 0 | 1,
];

type PackedHead = readonly [
  resource: string,
  version: number,
  born: number,
  hash: string,
  size: number | null,
  mediaType: string | null,
  deleted: 0 | 1,
  prior: PackedPrior | 0,
];

/** What a log row's body holds, as a JSON array: names would be a third of its bytes. */
type Body = readonly [
  fingerprint: string,
  guards: readonly (readonly [resource: string, revision: number, hash: string])[],
  heads: readonly PackedHead[],
  meta: EntryMeta,
  keeps: readonly string[],
];

/** `priors` are the heads that `heads` supersede, in the same order. */
export function packBody(
  request: CommitRequest,
  heads: readonly Head[],
  priors: readonly (Head | undefined)[],
  keeps: readonly string[],
): string {
  const body: Body = [
    request.fingerprint,
    request.guards.map(({ resource, revision, hash }) => [resource, revision, hash] as const),
    heads.map((head, index) => packHead(head, priors[index])),
    request.meta,
    keeps,
  ];
  return JSON.stringify(body);
}

function packHead(head: Head, prior: Head | undefined): PackedHead {
  const { resource, version, born, hash, size, mediaType, deleted } = head;
  const packed = prior === undefined ? 0 : packPrior(prior);
  return [resource, version, born, hash, size ?? null, mediaType ?? null, deleted ? 1 : 0, packed];
}

function packPrior({ revision, born, hash, size, mediaType, agent, at, deleted }: Head): PackedPrior {
  return [revision, born, hash, size ?? null, mediaType ?? null, agent, at, deleted ? 1 : 0];
}

function unpackHead(packed: PackedHead, row: Pick<LogRow, 'revision' | 'agent' | 'at'>): Head {
  const [resource, version, born, hash, size, mediaType, deleted] = packed;
  return {
    resource: resource as ResourceId,
    version,
    revision: row.revision,
    born,
    hash,
    ...(size === null ? {} : { size }),
    ...(mediaType === null ? {} : { mediaType }),
    agent: row.agent as AgentId,
    at: row.at,
    deleted: deleted === 1,
  };
}

function unpackPrior([resource, version, , , , , , prior]: PackedHead): Head | undefined {
  if (prior === 0) return undefined;
  const [revision, born, hash, size, mediaType, agent, at, deleted] = prior;
  const packed: PackedHead = [resource, version - 1, born, hash, size, mediaType, deleted, 0];
  return unpackHead(packed, { revision, agent, at });
}

export function entryOf(row: LogRow): LogEntry {
  const [fingerprint, guards, heads, meta] = JSON.parse(row.body) as Body;
  return {
    revision: row.revision,
    agent: row.agent as AgentId,
    commitId: fromText(row.commit_id),
    fingerprint,
    at: row.at,
    heads: heads.map((packed) => unpackHead(packed, row)),
    guards: guards.map(([resource, revision, hash]): Guard => ({ resource: resource as ResourceId, revision, hash })),
    meta,
  };
}

/** What trimming an entry lets go: the versions that it superseded, and the contents that it kept. */
export function heldBy(body: string): { readonly superseded: readonly Head[]; readonly keeps: readonly string[] } {
  const [, , heads, , keeps] = JSON.parse(body) as Body;
  return { superseded: heads.map(unpackPrior).filter((head) => head !== undefined), keeps };
}

/** The version of a resource that an entry wrote, and the one before it. */
export function versionIn(
  row: LogRow,
  resource: ResourceId,
): { readonly version: VersionEntry; readonly prior: Head | undefined } | undefined {
  const [, , heads, meta] = JSON.parse(row.body) as Body;
  const packed = heads.find(([id]) => id === resource);
  if (packed === undefined) return undefined;
  const { outcome, note, strategy } = meta;
  const version: VersionEntry = {
    head: unpackHead(packed, row),
    commitId: fromText(row.commit_id),
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
  return { version, prior: unpackPrior(packed) };
}
