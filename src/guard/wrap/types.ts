// What stands in front of a server that keeps its state in files: what it is told, and what it needs of the world.
import type { Readable, Writable } from 'node:stream';
import type { Controller, Draft } from '../../controller/types.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Token } from '../../core/token.ts';
import type { Timers } from '../../service/timers.ts';

/** What a file was made on: a version, as far as a token tells it. */
export type FileBase = Pick<Token, 'version' | 'revision' | 'born' | 'hash'>;

export interface WrappedFile {
  readonly resource: ResourceId;
  /** The folder, and the file's name in it. */
  readonly folder: string;
  readonly name: string;
  /** Where given, the server gets a copy of its own, whose path stands in this variable. Else it works on the file itself. */
  readonly variable?: string;
}

export interface WrapOptions {
  readonly controller: Controller;
  /** A token on what a file was made on, instead of what is there now. */
  readonly rebase: (draft: Draft, base: FileBase | undefined) => Promise<Token>;
  readonly files: readonly WrappedFile[];
  /** A folder of entente's own, the same for all that wrap servers on this store. */
  readonly state: string;
  /** Who writes; undefined: whoever the client says that it is. */
  readonly agent: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
  /** Tools that only read: they wait for nobody. */
  readonly reads: readonly string[];
  /** The server reads its file once and writes from memory. */
  readonly inMemory: boolean;
  /** Milliseconds that a call may take. */
  readonly callMs: number;
  /** Keeps bytes that could not be saved as a version; answers where. */
  readonly keep: (resource: string, bytes: Uint8Array) => Promise<string>;
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  readonly timers: Timers;
}

/** Why a call cannot go on, or was not saved, and what to do. */
export interface Stopped {
  readonly why: string;
  /** What the tool wrote is stored; something else is wrong. */
  readonly saved?: true;
}
