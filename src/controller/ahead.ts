// The version that a commit under way is about to write: what those who come next go on from (chain.ts).
import { invariant } from '../core/errors.ts';
import type { Head } from '../core/version.ts';
import type { CommitRequest } from '../stores/store.ts';
import type { Context } from './context.ts';

/** The version that a commit under way is about to write. */
export interface Ahead {
  /** As it will be when the commit lands; its revision is not known yet, and 0. */
  readonly head: Head;
  /** Its bytes; nobody else has this array. */
  readonly content: Uint8Array;
  /** Commits of its chain up to here, and the bytes of what they write. */
  readonly length: number;
  readonly bytes: number;
  /** The head as the store wrote it; undefined where the store's first answer was anything else. Never rejects. */
  readonly fate: Promise<Head | undefined>;
  readonly chain: Chain;
}

/** Commits of which each goes on from the one before it: when one did not land, none behind it can. */
export interface Chain {
  broken: boolean;
}

/** How long a call to the store keeps those who go on from it waiting, in milliseconds. */
export const PATIENCE_MS: number = 1000;

/** A promise, and what settles it. */
export function open<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** What a request that writes a content on `base` is about to make, behind `before`. */
export function linkOf(
  request: CommitRequest,
  base: Pick<Head, 'version' | 'born'>,
  before: Ahead | undefined,
  fate: Ahead['fate'],
): Ahead {
  const { agent, at, writes } = request;
  const write = writes[0];
  invariant(write?.kind === 'content', 'a link of a chain that writes no content');
  const { resource, hash, content, mediaType } = write;
  const size = content.length;
  const media = mediaType === undefined ? {} : { mediaType };
  const { version, born } = base;
  return {
    head: { resource, version: version + 1, revision: 0, born, hash, size, ...media, agent, at, deleted: false },
    content: new Uint8Array(content),
    length: (before?.length ?? 0) + 1,
    bytes: (before?.bytes ?? 0) + size,
    fate,
    chain: before?.chain ?? { broken: false },
  };
}

/** Waits until it is told what became of it, but no longer than patience. Rejects when the signal aborts. */
export async function fateOf(
  context: Pick<Context, 'sleep'>,
  { fate }: Ahead,
  signal?: AbortSignal,
): Promise<Head | undefined> {
  const told = new AbortController();
  const ends = signal === undefined ? told.signal : AbortSignal.any([signal, told.signal]);
  try {
    return await Promise.race([fate, context.sleep(PATIENCE_MS, ends).then(() => undefined)]);
  } finally {
    told.abort();
  }
}
