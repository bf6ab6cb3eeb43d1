// A request as it goes into the batch: plain data and bytes of its own, made as soon as the caller hands it in, so that
// what the caller changes afterwards changes nothing here.
import { hashOf } from '../../core/hash.ts';
import { recordText } from '../check.ts';
import { toText } from '../escaped-text.ts';
import { openHashes } from '../open-hashes.ts';
import type { CommitRequest, RecordWrite, Write } from '../store.ts';
import type { GuardRow } from './rows.ts';

export interface EncodedWrite {
  readonly id: string;
  readonly hash: string;
  readonly size: number | null;
  /** A content that lies with its version: it goes along with the write, and is no one else's. */
  readonly own: Uint8Array | null;
  readonly media: string | null;
  readonly deleted: boolean;
}

export interface EncodedRecord {
  readonly kind: string;
  readonly id: string;
  readonly state: string | null;
  /** JSON text; null removes the record. */
  readonly value: string | null;
  readonly expected: number;
  /** Contents that an open conflict keeps. */
  readonly holds: readonly string[];
}

export interface Named {
  readonly place: number;
  readonly version: number;
}

export interface Encoded {
  readonly request: CommitRequest;
  /** Half of the digest of agent and commitId, in hex: what the index has of them. */
  readonly key: string;
  readonly agent: string;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly guards: readonly GuardRow[];
  /** The guard that names its head by the version, if there is such a one. */
  readonly named: Named | undefined;
  readonly meta: string;
  readonly writes: readonly EncodedWrite[];
  readonly records: readonly EncodedRecord[];
  readonly keeps: readonly string[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly bytes: number;
}

/**
 * Bytes up to which a content lies with its version. A larger one lies once under its hash, whoever has it: to count those
 * who do costs a commit about a quarter.
 */
const OWN_BYTES = 16 * 1024;

export function commitKey(agent: string, commitId: string): string {
  return hashOf(JSON.stringify([agent, commitId])).slice(0, 32);
}

/** The first 52 bits of a digest in hex: a number that JavaScript and PostgreSQL compare as one. */
export function markOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 13), 16) || 0;
}

/** Throws `too-large` where a record's value is larger than a store takes. */
export function encode(request: CommitRequest): Encoded {
  const contents = new Map<string, Uint8Array>();
  let bytes = 0;
  const take = (hash: string, content: Uint8Array): void => {
    if (contents.has(hash)) return;
    contents.set(hash, Buffer.from(content));
    bytes += content.length;
  };
  for (const write of request.writes) if (write.kind === 'content') take(write.hash, write.content);
  for (const { hash, content } of request.keeps) take(hash, content);
  const { agent, commitId } = request;
  return {
    request,
    key: commitKey(agent, commitId),
    agent: toText(agent),
    commitId: toText(commitId),
    fingerprint: toText(request.fingerprint),
    guards: request.guards.map(({ resource, revision, hash }) => [resource, revision, hash]),
    named: namedOf(request),
    meta: JSON.stringify(request.meta),
    writes: request.writes.map((write) => encodeWrite(write, contents)),
    records: request.records.map(encodeRecord),
    keeps: request.keeps.map(({ hash }) => hash),
    contents,
    bytes,
  };
}

function namedOf({ guards }: CommitRequest): Named | undefined {
  const place = guards.findIndex(({ version }) => version !== undefined);
  const version = guards[place]?.version;
  return version === undefined ? undefined : { place, version };
}

function encodeWrite(write: Write, contents: ReadonlyMap<string, Uint8Array>): EncodedWrite {
  const id = write.resource;
  if (write.kind === 'delete') return { id, hash: '', size: null, own: null, media: null, deleted: true };
  const { hash } = write;
  if (write.kind === 'hash') return { id, hash, size: null, own: null, media: null, deleted: false };
  const media = write.mediaType === undefined ? null : toText(write.mediaType);
  const size = write.content.length;
  return { id, hash, size, own: size > OWN_BYTES ? null : (contents.get(hash) ?? null), media, deleted: false };
}

function encodeRecord({ kind, id, state, value, expected }: RecordWrite): EncodedRecord {
  return {
    kind: toText(kind),
    id: toText(id),
    state: state === undefined ? null : toText(state),
    value: value === null ? null : recordText(id, value),
    expected,
    holds: state === undefined || value === null ? [] : openHashes(kind, { state, value }),
  };
}
