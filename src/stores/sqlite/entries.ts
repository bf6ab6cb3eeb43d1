// How a commit stands in the log: one line of JSON in the body of its segment. An array, since names would be a third of
// its bytes; JSON, since it holds every text that JavaScript has, and no line break.
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
  /** Where a small content begins. */
  start: number,
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
  /** Left out where both are empty. */
  held?: readonly [keeps: readonly (readonly [hash: string, size: number, start: number])[], passed: readonly string[]],
];

export interface ToPack {
  readonly request: CommitRequest;
  readonly heads: readonly Head[];
  /** The heads that `heads` supersede, in the same order. */
  readonly priors: readonly (Head | undefined)[];
  /** In the order of the heads, then of the keeps. */
  readonly puts: readonly Put[];
  readonly passed: readonly string[];
}

/** The line, put together by hand: every commit is packed, and JSON.stringify of such an array takes twice as long. */
export function packEntry({ request, heads, priors, puts, passed }: ToPack): string {
  const { agent, commitId, at, fingerprint, meta, keeps } = request;
  let used = 0;
  let packed = '';
  for (let index = 0; index < heads.length; index += 1) {
    const head = heads[index] as Head;
    const { resource, version, born, hash, size, mediaType, deleted } = head;
    const isSmall = size !== undefined && size <= SMALL_BYTES;
    const start = isSmall ? (puts[used]?.start ?? 0) : 0;
    if (isSmall) used += 1;
    packed += `${index === 0 ? '' : ','}[${quote(resource)},${version},${born},${quote(hash)},${size ?? null},${
      mediaType === undefined ? null : quote(mediaType)
    },${deleted ? 1 : 0},${packPrior(priors[index])},${start}]`;
  }
  const front = `[${quote(agent)},${quote(commitId)},${finite(at)},${quote(fingerprint)}`;
  const line = `${front},${packGuards(request)},[${packed}],${packMeta(meta)}`;
  if (keeps.length === 0 && passed.length === 0) return `${line}]`;
  const held = keeps.map(({ hash, content: { length } }) => {
    const start = length <= SMALL_BYTES ? (puts[used++]?.start ?? 0) : 0;
    return [hash, length, start];
  });
  return `${line},${JSON.stringify([held, passed])}]`;
}

const PLAIN = /^[\w ./:-]*$/;

/** A text as JSON. Most hold nothing that JSON would escape, and to see that takes half the time. */
function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function finite(at: number): number {
  if (Number.isFinite(at)) return at;
  throw new EntenteError('misuse', `The time of a commit must be a number, not ${String(at)}.`);
}

function packPrior(prior: Head | undefined): string {
  if (prior === undefined) return '0';
  const { revision, born, hash, size, mediaType, agent, at, deleted } = prior;
  const type = mediaType === undefined ? null : quote(mediaType);
  return `[${revision},${born},${quote(hash)},${size ?? null},${type},${quote(agent)},${at},${deleted ? 1 : 0}]`;
}

/** Only guards that held come into the log, so those of written resources say what the priors say. */
function packGuards({ guards, writes }: CommitRequest): string {
  let isPlain = guards.length === writes.length;
  for (let index = 0; isPlain && index < guards.length; index += 1) {
    isPlain = guards[index]?.resource === writes[index]?.resource;
  }
  if (isPlain) return '0';
  return JSON.stringify(guards.map(({ resource, revision, hash }) => [resource, revision, hash]));
}

function packMeta(meta: EntryMeta): string {
  for (const key in meta) if (key !== 'outcome') return JSON.stringify(meta);
  return `{"outcome":${quote(meta.outcome)}}`;
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

/** The entry as the derived tables need it. */
export function entryOf(line: string, revision: number): Entry {
  const [agent, commitId, at, , , packed, , held] = parse(line);
  const puts: Put[] = [];
  const heads = packed.map((head) => {
    const size = head[4];
    if (size !== null && size <= SMALL_BYTES) puts.push({ hash: head[3], size, start: head[8] });
    return unpackHead(head, { revision, agent, at });
  });
  for (const [hash, size, start] of held?.[0] ?? []) if (size <= SMALL_BYTES) puts.push({ hash, size, start });
  return { revision, agent, commitId, heads, puts };
}

export function heldBy(line: string): Held {
  const [, , , , , heads, , held] = parse(line);
  const superseded = heads.map(unpackPrior).filter((head) => head !== undefined);
  const [keeps, passed] = held ?? [[], []];
  return { superseded, keeps: keeps.map(([hash, size]) => ({ hash, size })), passed };
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
