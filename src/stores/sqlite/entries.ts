// How a commit stands in the log: one line of JSON in the body of its segment. An array, since names would be a third of
// its bytes; JSON, since it holds every text that JavaScript has, and no line break.
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitRequest, EntryMeta, Guard, LogEntry, VersionEntry } from '../store.ts';

/** Larger contents have a table of their own; smaller ones stand in the segment of the commit that brought them. */
export const INLINE_BYTES = 1024;

/** A content that a commit brought, and where its bytes are. */
export interface Put {
  readonly hash: string;
  readonly size: number;
  /** The segment's seq, or the id in `blobs` where the content is large. */
  readonly place: number;
  /** The first byte in the segment's bytes; 0 where the content is large. */
  readonly start: number;
}

/** What the derived tables need to know of an entry. */
export interface Entry {
  readonly revision: number;
  readonly agent: string;
  readonly commitId: string;
  readonly heads: readonly Head[];
  /** Of its heads, then of its keeps. Each counts as a holder of its content. */
  readonly puts: readonly Put[];
  /** Contents that a conflict names from this entry on. */
  readonly holds: readonly string[];
}

/** What trimming an entry lets go. */
export interface Held {
  readonly agent: string;
  readonly commitId: string;
  readonly superseded: readonly Head[];
  readonly hashes: readonly string[];
}

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
  /** The head that it superseded: the log is the only place where that one stands. */
  prior: PackedPrior | 0,
  /** Where the content is: `start` of a small one, `place` of a large one. */
  at: number,
];

type Packed = readonly [
  agent: string,
  commitId: string,
  at: number,
  fingerprint: string,
  /** 0: the guards are those of the written resources, in order, and the priors tell what they held. */
  guards: 0 | readonly (readonly [resource: string, revision: number, hash: string])[],
  heads: readonly PackedHead[],
  meta: EntryMeta,
  /** Left out where all three are empty. Passed: a changed conflict's contents, which the entry holds from now on. */
  held?: readonly [
    keeps: readonly (readonly [hash: string, size: number, at: number])[],
    passed: readonly string[],
    holds: readonly string[],
  ],
];

export interface ToPack {
  readonly request: CommitRequest;
  readonly heads: readonly Head[];
  /** The heads that `heads` supersede, in the same order. */
  readonly priors: readonly (Head | undefined)[];
  readonly puts: readonly Put[];
  readonly passed: readonly string[];
  readonly holds: readonly string[];
}

export function packEntry({ request, heads, priors, puts, passed, holds }: ToPack): string {
  let used = 0;
  const packedHeads = heads.map((head, index): PackedHead => {
    const { resource, version, born, hash, size, mediaType, deleted } = head;
    const prior = packPrior(priors[index]);
    const at = size === undefined ? 0 : placeIn(puts[used++]);
    return [resource, version, born, hash, size ?? null, mediaType ?? null, deleted ? 1 : 0, prior, at];
  });
  const { agent, commitId, at, fingerprint, meta } = request;
  const guards = packGuards(request);
  if (puts.length === used && passed.length === 0 && holds.length === 0) {
    return JSON.stringify([agent, commitId, at, fingerprint, guards, packedHeads, meta] satisfies Packed);
  }
  const keeps = puts.slice(used).map((put) => [put.hash, put.size, placeIn(put)] as const);
  const held = [keeps, passed, holds] as const;
  return JSON.stringify([agent, commitId, at, fingerprint, guards, packedHeads, meta, held] satisfies Packed);
}

function placeIn(put: Put | undefined): number {
  if (put === undefined) return 0;
  return put.size > INLINE_BYTES ? put.place : put.start;
}

function packPrior(prior: Head | undefined): PackedPrior | 0 {
  if (prior === undefined) return 0;
  const { revision, born, hash, size, mediaType, agent, at, deleted } = prior;
  return [revision, born, hash, size ?? null, mediaType ?? null, agent, at, deleted ? 1 : 0];
}

/** Only guards that held come into the log, so those of written resources say what the priors say. */
function packGuards({ guards, writes }: CommitRequest): Packed[4] {
  if (guards.length === writes.length && guards.every(({ resource }, index) => resource === writes[index]?.resource)) {
    return 0;
  }
  return guards.map(({ resource, revision, hash }) => [resource, revision, hash] as const);
}

const parse = (line: string): Packed => JSON.parse(line) as Packed;

interface Written {
  readonly revision: number;
  readonly agent: string;
  readonly at: number;
}

function unpackHead(packed: PackedHead, { revision, agent, at }: Written): Head {
  const [resource, version, born, hash, size, mediaType, deleted] = packed;
  return {
    resource: resource as ResourceId,
    version,
    revision,
    born,
    hash,
    ...(size === null ? {} : { size }),
    ...(mediaType === null ? {} : { mediaType }),
    agent: agent as AgentId,
    at,
    deleted: deleted === 1,
  };
}

function unpackPrior([resource, version, , , , , , prior]: PackedHead): Head | undefined {
  if (prior === 0) return undefined;
  const [revision, born, hash, size, mediaType, agent, at, deleted] = prior;
  return unpackHead([resource, version - 1, born, hash, size, mediaType, deleted, 0, 0], { revision, agent, at });
}

/** The entry as the contract tells it. */
export function logEntryOf(line: string, revision: number): LogEntry {
  const [agent, commitId, at, fingerprint, guards, heads, meta] = parse(line);
  return {
    revision,
    agent: agent as AgentId,
    commitId,
    fingerprint,
    at,
    heads: heads.map((packed) => unpackHead(packed, { revision, agent, at })),
    guards: guards === 0 ? heads.map(guardHeld) : guards.map(guardOf),
    meta,
  };
}

function guardOf([resource, revision, hash]: readonly [string, number, string]): Guard {
  return { resource: resource as ResourceId, revision, hash };
}

function guardHeld([resource, , , , , , , prior]: PackedHead): Guard {
  return guardOf(prior === 0 ? [resource, 0, ''] : [resource, prior[0], prior[2]]);
}

/** The entry as the derived tables need it; `seq` is that of its segment. */
export function entryOf(line: string, revision: number, seq: number): Entry {
  const [agent, commitId, at, , , packed, , held] = parse(line);
  const [keeps, , holds] = held ?? [[], [], []];
  const puts: Put[] = [];
  const put = (hash: string, size: number, where: number): void => {
    const large = size > INLINE_BYTES;
    puts.push({ hash, size, place: large ? where : seq, start: large ? 0 : where });
  };
  const heads = packed.map((head) => {
    if (head[4] !== null) put(head[3], head[4], head[8]);
    return unpackHead(head, { revision, agent, at });
  });
  for (const [hash, size, where] of keeps) put(hash, size, where);
  return { revision, agent, commitId, heads, puts, holds };
}

export function heldBy(line: string): Held {
  const [agent, commitId, , , , heads, , held] = parse(line);
  const superseded = heads.map(unpackPrior).filter((head) => head !== undefined);
  const [keeps, passed] = held ?? [[], []];
  return { agent, commitId, superseded, hashes: [...keeps.map(([hash]) => hash), ...passed] };
}

/** The version of a resource that an entry wrote, and the one before it. */
export function versionIn(
  line: string,
  revision: number,
  resource: ResourceId,
): { readonly version: VersionEntry; readonly prior: Head | undefined } | undefined {
  const [agent, commitId, at, , , heads, meta] = parse(line);
  const packed = heads.find(([id]) => id === resource);
  if (packed === undefined) return undefined;
  const { outcome, note, strategy } = meta;
  const version: VersionEntry = {
    head: unpackHead(packed, { revision, agent, at }),
    commitId,
    outcome,
    ...(note === undefined ? {} : { note }),
    ...(strategy === undefined ? {} : { strategy }),
  };
  return { version, prior: unpackPrior(packed) };
}
