// How a commit stands in the log: one line of JSON in the body of its segment. An array, since names would be a third of
// its bytes, and a flat one, since every commit waits for it to be written; JSON, since it holds every text that
// JavaScript has, and no line break.
// Longer than most: writing a line and the three ways of reading it share the order of its fields.
import { EntenteError } from '../../core/errors.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import type { CommitRequest, EntryMeta, Guard, LogEntry, VersionEntry } from '../store.ts';

/** Larger contents have a table of their own; smaller ones stand in the segment of the commit that brought them. */
export const SMALL_BYTES = 4096;

/** A small content that a commit brought, and where it is in the segment's bytes. */
export interface Put {
  readonly hash: string;
  readonly size: number;
  readonly start: number;
}

/** What the derived tables need to know of an entry. */
export interface Entry {
  readonly revision: number;
  readonly agent: string;
  readonly commitId: string;
  readonly heads: readonly Head[];
  /** The small contents of its heads, then of its keeps. */
  readonly puts: readonly Put[];
}

/** What trimming an entry needs to know of it beside. */
export interface Held {
  readonly superseded: readonly Head[];
  /** Its keeps, with their sizes. */
  readonly keeps: readonly { readonly hash: string; readonly size: number }[];
  /** Contents that changed conflicts named before: the entry holds them from then on. */
  readonly passed: readonly string[];
}

/** The entry's own fields, then the heads that it wrote, WIDTH fields each. */
type Packed = readonly [
  agent: string,
  commitId: string,
  at: number,
  /** In pieces, where the hash of the first head stood between them. */
  fingerprint: string | readonly string[],
  /** 0: the guards are those of the written resources, in order, and the heads tell what they held. */
  guards: 0 | readonly (readonly [resource: string, revision: number, hash: string])[],
  /** The outcome alone where nothing else is said. */
  meta: EntryMeta['outcome'] | EntryMeta,
  /** 0 where both are empty. */
  held:
    | 0
    | readonly [keeps: readonly (readonly [hash: string, size: number, start: number])[], passed: readonly string[]],
  ...heads: PackedHead[number][],
];

type PackedHead = readonly [
  resource: string,
  version: number,
  born: number,
  hash: string,
  size: number | null,
  mediaType: string | null,
  deleted: 0 | 1,
  /** Where a small content begins. */
  start: number,
  /** The head that it superseded: the log is the only place where that one stands. Revision 0: there was none. */
  priorRevision: number,
  priorBorn: number,
  priorHash: string,
  priorSize: number | null,
  priorMediaType: string | null,
  priorAgent: string,
  priorAt: number,
  priorDeleted: 0 | 1,
];

const WIDTH = 16;

/** Characters of a hash that it pays to leave out. */
const LONG = 32;
const FIRST_HEAD = 7;

export interface ToPack {
  readonly request: CommitRequest;
  readonly heads: readonly Head[];
  /** The heads that `heads` supersede, in the same order. */
  readonly priors: readonly (Head | undefined)[];
  /** In the order of the heads, then of the keeps. */
  readonly puts: readonly Put[];
  readonly passed: readonly string[];
}

export function packEntry({ request, heads, priors, puts, passed }: ToPack): string {
  const { agent, commitId, at, fingerprint, meta, keeps } = request;
  if (!Number.isFinite(at)) {
    throw new EntenteError('misuse', `The time of a commit must be a number, not ${String(at)}.`);
  }
  const intent = packFingerprint(fingerprint, heads[0]?.hash);
  const packed: unknown[] = [agent, commitId, at, intent, packGuards(request), packMeta(meta), 0];
  let used = 0;
  for (let index = 0; index < heads.length; index += 1) {
    const head = heads[index] as Head;
    const isSmall = head.size !== undefined && head.size <= SMALL_BYTES;
    packHead(packed, head, isSmall ? (puts[used]?.start ?? 0) : 0, priors[index]);
    if (isSmall) used += 1;
  }
  if (keeps.length > 0 || passed.length > 0) {
    const held = keeps.map(({ hash, content: { length } }) => {
      const start = length <= SMALL_BYTES ? (puts[used++]?.start ?? 0) : 0;
      return [hash, length, start];
    });
    packed[6] = [held, passed];
  }
  return JSON.stringify(packed);
}

function packHead(packed: unknown[], head: Head, start: number, prior: Head | undefined): void {
  const { resource, version, born, hash, size = null, mediaType = null, deleted } = head;
  packed.push(resource, version, born, hash, size, mediaType, deleted ? 1 : 0, start);
  if (prior === undefined) {
    packed.push(0, 0, '', null, null, '', 0, 0);
    return;
  }
  packed.push(prior.revision, prior.born, prior.hash, prior.size ?? null, prior.mediaType ?? null);
  packed.push(prior.agent, prior.at, prior.deleted ? 1 : 0);
}

/** The fingerprint of a plain commit is little more than a hash, which is there already. */
function packFingerprint(fingerprint: string, hash: string = ''): Packed[3] {
  const at = hash.length >= LONG ? fingerprint.indexOf(hash) : -1;
  if (at < 0) return fingerprint;
  const rest = fingerprint.slice(at + hash.length);
  return [fingerprint.slice(0, at), ...(rest.length < hash.length ? [rest] : rest.split(hash))];
}

/** Only guards that held come into the log, so those of written resources say what the priors say. */
function packGuards({ guards, writes }: CommitRequest): Packed[4] {
  let isPlain = guards.length === writes.length;
  for (let index = 0; isPlain && index < guards.length; index += 1) {
    isPlain = guards[index]?.resource === writes[index]?.resource;
  }
  return isPlain ? 0 : guards.map(({ resource, revision, hash }) => [resource, revision, hash] as const);
}

function packMeta(meta: EntryMeta): Packed[5] {
  for (const key in meta) if (key !== 'outcome') return meta;
  return meta.outcome;
}

interface Unpacked {
  readonly agent: string;
  readonly commitId: string;
  readonly at: number;
  readonly fingerprint: string;
  readonly guards: Packed[4];
  readonly meta: EntryMeta;
  readonly keeps: readonly (readonly [hash: string, size: number, start: number])[];
  readonly passed: readonly string[];
  readonly heads: readonly PackedHead[];
}

function parse(line: string): Unpacked {
  const packed = read(line);
  const [agent, commitId, at, intent, guards, meta, held] = packed;
  const heads: PackedHead[] = [];
  for (let from = FIRST_HEAD; from < packed.length; from += WIDTH) {
    heads.push(packed.slice(from, from + WIDTH) as unknown as PackedHead);
  }
  const [keeps, passed] = held === 0 ? [[], []] : held;
  const told = typeof meta === 'string' ? { outcome: meta } : meta;
  const fingerprint = typeof intent === 'string' ? intent : intent.join(heads[0]?.[3]);
  return { agent, commitId, at, fingerprint, guards, meta: told, keeps, passed, heads };
}

function read(line: string): Packed {
  try {
    const packed: unknown = JSON.parse(line);
    if (Array.isArray(packed) && packed.length >= FIRST_HEAD && (packed.length - FIRST_HEAD) % WIDTH === 0) {
      if (typeof packed[3] === 'string' || Array.isArray(packed[3])) return packed as unknown as Packed;
    }
  } catch {
    // No JSON: the same to the caller.
  }
  throw new EntenteError('store-corrupt', 'An entry of the log is damaged.', {
    next: 'Keep a copy of the file, and restore a backup: entente restore FILE.',
  });
}

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

function unpackPrior([resource, version, , , , , , , ...prior]: PackedHead): Head | undefined {
  const [revision, born, hash, size, mediaType, agent, at, deleted] = prior;
  if (revision === 0) return undefined;
  const head = [resource, version - 1, born, hash, size, mediaType, deleted, 0, ...prior] as const;
  return unpackHead(head, { revision, agent, at });
}

/** The entry as the contract tells it. */
export function logEntryOf(line: string, revision: number): LogEntry {
  const { agent, commitId, at, fingerprint, guards, heads, meta } = parse(line);
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

function guardHeld(packed: PackedHead): Guard {
  return guardOf([packed[0], packed[8], packed[10]]);
}

/** The entry as the derived tables need it. */
export function entryOf(line: string, revision: number): Entry {
  const { agent, commitId, at, heads: packedHeads, keeps } = parse(line);
  const puts: Put[] = [];
  const heads = packedHeads.map((packed) => {
    const [, , , hash, size, , , start] = packed;
    if (size !== null && size <= SMALL_BYTES) puts.push({ hash, size, start });
    return unpackHead(packed, { revision, agent, at });
  });
  for (const [hash, size, start] of keeps) if (size <= SMALL_BYTES) puts.push({ hash, size, start });
  return { revision, agent, commitId, heads, puts };
}

export function heldBy(line: string): Held {
  const { heads, keeps, passed } = parse(line);
  const superseded = heads.map(unpackPrior).filter((head) => head !== undefined);
  return { superseded, keeps: keeps.map(([hash, size]) => ({ hash, size })), passed };
}

/** The version of a resource that an entry wrote, and the one before it. */
export function versionIn(
  line: string,
  revision: number,
  resource: ResourceId,
): { readonly version: VersionEntry; readonly prior: Head | undefined } | undefined {
  const { agent, commitId, at, heads, meta } = parse(line);
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
