// A request as it goes on from here: plain data and bytes of its own, made as soon as the caller hands it in, so that
// what the caller changes afterwards changes nothing; and whether it is within what one transaction takes.
import { EntenteError } from '../../core/errors.ts';
import { hashOf } from '../../core/hash.ts';
import { recordText } from '../check.ts';
import { openHashes } from '../open-hashes.ts';
import type { CommitRequest, EntryMeta, Guard, RecordWrite, Write } from '../store.ts';
import { commitKey } from './keys.ts';

/** Guards and records of one commit: etcd takes 128 comparisons, and a transaction has some of its own. */
export const MAX_COMPARED = 108;
export const MAX_GUARDS = 100;

/** Bytes that go along with their commit; what is larger is sent before it, in chunks. */
const MAX_INLINE = 128 * 1024;
const MAX_INLINE_SUM = 512 * 1024;
const MAX_KEEPS = 200;
/** JSON of one log entry. */
const MAX_ENTRY = 384 * 1024;

export interface EncodedWrite {
  readonly id: string;
  readonly hash: string;
  readonly size: number | undefined;
  readonly media: string | undefined;
  readonly isDelete: boolean;
}

export interface EncodedRecord {
  readonly kind: string;
  readonly id: string;
  readonly state: string | undefined;
  /** JSON text, or undefined where it is removed. */
  readonly text: string | undefined;
  /** The hash of that text where it is kept as a content. */
  readonly long: string | undefined;
  readonly expected: number;
  /** Contents that an open conflict keeps. */
  readonly holds: readonly string[];
}

export interface Encoded {
  readonly space: string;
  readonly agent: string;
  readonly commitId: string;
  readonly fingerprint: string;
  readonly epoch: string;
  readonly at: number;
  readonly asOf: number;
  readonly meta: EntryMeta;
  readonly key: string;
  readonly guards: readonly Guard[];
  /** The resources of the guards, each once, in order. */
  readonly guarded: readonly string[];
  readonly writes: readonly EncodedWrite[];
  readonly records: readonly EncodedRecord[];
  readonly keeps: readonly string[];
  /** Contents by hash: those that go along, and those that are sent before. */
  readonly inline: ReadonlyMap<string, Uint8Array>;
  readonly large: ReadonlyMap<string, Uint8Array>;
  /** About what it adds to a transaction. */
  readonly bytes: number;
}

/** Throws `too-large` for what no transaction takes. */
export function encode(request: CommitRequest): Encoded {
  const { space, agent, commitId, fingerprint, epoch, at, asOf } = request;
  const guards = request.guards.map(
    ({ resource, revision, hash, version }): Guard =>
      version === undefined ? { resource, revision, hash } : { resource, revision, hash, version },
  );
  const records = request.records.map(encodeRecord);
  const guarded = [...new Set<string>(guards.map(({ resource }) => resource))];
  if (guards.length + records.length > MAX_COMPARED) throw tooLarge(`more than ${MAX_COMPARED} guards and records`);
  if (request.keeps.length > MAX_KEEPS) throw tooLarge(`more than ${MAX_KEEPS} keeps`);
  const said = JSON.stringify([request.meta, guards, fingerprint]);
  if (said.length > MAX_ENTRY) throw tooLarge('a log entry of more than 384 KiB');
  const contents = new Map<string, Uint8Array>();
  const take = (hash: string, content: Uint8Array): void => {
    if (!contents.has(hash)) contents.set(hash, Buffer.from(content));
  };
  for (const write of request.writes) if (write.kind === 'content') take(write.hash, write.content);
  for (const { hash, content } of request.keeps) take(hash, content);
  for (const { long, text } of records) if (long !== undefined) take(long, Buffer.from(text ?? '', 'utf8'));
  const { inline, large, sum } = parted(contents);
  const recorded = records.reduce((total, { long, text }) => total + (long === undefined ? (text?.length ?? 0) : 0), 0);
  return {
    space,
    agent,
    commitId,
    fingerprint,
    epoch,
    at,
    asOf,
    meta: JSON.parse(JSON.stringify(request.meta)) as EntryMeta,
    key: commitKey(space, agent, commitId),
    guards,
    guarded,
    writes: request.writes.map(encodeWrite),
    records,
    keeps: [...new Set(request.keeps.map(({ hash }) => hash))],
    inline,
    large,
    bytes: sum + said.length * 2 + recorded + request.writes.length * 1500 + 1000,
  };
}

function parted(
  contents: ReadonlyMap<string, Uint8Array>,
): Pick<Encoded, 'inline' | 'large'> & { readonly sum: number } {
  const inline = new Map<string, Uint8Array>();
  const large = new Map<string, Uint8Array>();
  let sum = 0;
  for (const [hash, bytes] of contents) {
    const fits = bytes.length <= MAX_INLINE && sum + bytes.length <= MAX_INLINE_SUM;
    if (fits) sum += bytes.length;
    (fits ? inline : large).set(hash, bytes);
  }
  return { inline, large, sum };
}

function encodeWrite(write: Write): EncodedWrite {
  const id = write.resource;
  if (write.kind === 'delete') return { id, hash: '', size: undefined, media: undefined, isDelete: true };
  const { hash } = write;
  if (write.kind === 'hash') return { id, hash, size: undefined, media: undefined, isDelete: false };
  return { id, hash, size: write.content.length, media: write.mediaType, isDelete: false };
}

/** Values that are longer are kept as contents, so that a list of records stays short. */
const LONG_RECORD = 8 * 1024;

function encodeRecord({ kind, id, state, value, expected }: RecordWrite): EncodedRecord {
  const text = value === null ? undefined : recordText(id, value);
  return {
    kind,
    id,
    state,
    text,
    long: text !== undefined && text.length > LONG_RECORD ? hashOf(text) : undefined,
    expected,
    holds: state === undefined || value === null ? [] : [...new Set(openHashes(kind, { state, value }))],
  };
}

function tooLarge(what: string): EntenteError {
  return new EntenteError('too-large', `One commit takes no ${what} here.`, {
    next: 'Split the change into several commits.',
  });
}
