// The guard's contract: what ways in (hooks, the watcher, `apply`, wrappers) tell it, and what it answers. A guard keeps
// one folder; resource ids are the files' canonical paths relative to it.
import type { Packet } from '../core/outcome.ts';

/** One replacement as a host's tool makes it: `old` occurs once, or `all` of its places are meant. */
export interface ToolEdit {
  readonly old: string;
  readonly new: string;
  readonly all?: boolean;
}

/** What a tool is about to do to one file, or did. */
export type ToolChange =
  | { readonly content: Uint8Array | string }
  | { readonly edits: readonly ToolEdit[] }
  | { readonly delete: true }
  /** The tool changes the file in a way of its own: what it made is what lies there afterwards. */
  | { readonly opaque: true };

export type Verdict =
  /** Silence: the common case. */
  | { readonly do: 'nothing' }
  /** Go on, and say this: at most `NOTE_LENGTH` characters. */
  | { readonly do: 'note'; readonly note: string }
  /** Before: go on with this content instead. After: this is on disk now. */
  | { readonly do: 'merged'; readonly content: Uint8Array; readonly note: string }
  /** Before: do not write. After: what was written is kept, and what was there before is there again. */
  | {
      readonly do: 'stop';
      /** What clashes and nothing else, ready to be shown; stored text stands in it as quoted, untrusted data. */
      readonly note: string;
      readonly packet?: Packet;
      readonly conflictId?: string;
    };

/** A note costs its reader about 200 tokens at most. */
export const NOTE_LENGTH = 800;

export interface AgentEvent {
  readonly agent: string;
}
/** `path`: absolute, or relative to the guarded folder. What lies outside it, or is left alone, is answered by silence. */
export interface FileEvent extends AgentEvent {
  readonly path: string;
}
/** Lines from 1, both ends included. */
export interface Lines {
  readonly from: number;
  readonly to: number;
}
export interface ReadEvent extends FileEvent {
  /** Where only a part was read: of what others do elsewhere this agent hears nothing. */
  readonly lines?: Lines;
}
export interface WriteEvent extends FileEvent {
  /** The host's id of this call, the same before and after. Where a host has none: any text that both have. */
  readonly call: string;
  readonly change: ToolChange;
  /** Why: kept with the version. */
  readonly note?: string;
}
export interface AfterEvent extends WriteEvent {
  /** The host says that its tool did not do it. */
  readonly failed?: boolean;
}
export interface CommandEvent extends AgentEvent {
  readonly call: string;
  readonly command?: string;
}

/** A change on disk that became a version, or a conflict. */
export interface Captured {
  readonly path: string;
  readonly agent: string;
  readonly version: number;
  readonly hash: string;
  readonly deleted: boolean;
  /** It clashes with what others committed: this conflict has it, `version` is theirs, and the disk stays as it is. */
  readonly conflictId?: string;
}

/** What others committed, and is on disk now. */
export interface Arrived {
  readonly path: string;
  /** Who committed the version that was put there. */
  readonly agent: string;
  readonly version: number;
  readonly hash: string;
  readonly deleted: boolean;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Runs `work` after a while; answers how to take that back. */
  readonly later: (ms: number, work: () => void) => () => void;
  readonly onArrived: (arrived: Arrived) => void;
  /** What lay on disk when a commit came, and no version had. */
  readonly onCaptured: (captured: readonly Captured[]) => void;
  /** A new resource was not made a file: another's name differs from its own in letter case alone. */
  readonly onTwin: (path: string, twin: string) => void;
  /** Told once for each file and fault; it is tried again. */
  readonly onFault: (error: unknown) => void;
}

/**
 * A file that is to be told of: its name keeps it from being guarded (`name`), or is one with another's where case does not
 * count (`case`); or the machine does not let it be read or put right (`fault`).
 */
export interface LeftOut {
  readonly path: string;
  readonly why: 'name' | 'case' | 'fault';
  /** What the machine said. */
  readonly fault?: string;
  readonly twin?: string;
}

/** Bytes of a file that can be had again. */
export interface Recoverable {
  readonly hash: string;
  readonly size: number;
  readonly agent: string;
  readonly at: number;
  /** Absent for bytes that never were a version: a proposal that was merged or refused. */
  readonly version?: number;
  readonly note?: string;
  /** Its bytes are no longer kept: it never was a version, and nothing needed it for a month. */
  readonly gone?: true;
}

export type RecoverWhich = { readonly version: number } | { readonly hash: string } | { readonly at: number };

/** What `apply` did with, or would do to, one file. */
export interface Applied {
  readonly path: string;
  /** `left`: both sides changed the same places, and the conflict is open; or the file cannot be used. The target is as it was. */
  readonly result: 'added' | 'changed' | 'merged' | 'deleted' | 'same' | 'left' | 'skipped';
  readonly version?: number;
  readonly conflictId?: string;
  /** Why it was left or skipped. */
  readonly reason?: string;
}

export interface ApplyOptions {
  readonly agent: string;
  /** What `path` was when the work on the other side began; undefined: it was not there. */
  readonly base: (path: string) => Promise<Uint8Array | undefined>;
  /** What the other side has now; undefined: it has no such file. */
  readonly theirs: (path: string) => Promise<Uint8Array | undefined>;
  /** Whether the other side's file may be run: a file that is new here may be then. */
  readonly executable: (path: string) => Promise<boolean>;
  readonly paths: readonly string[];
  readonly dryRun?: boolean;
  readonly note?: string;
}

/** All ways in call this. Every method may be called at any time and in any order; answers may be dropped. */
export interface Guard {
  /** An agent starts: what the files are now is what it may write over unread. */
  session(event: AgentEvent): Promise<Verdict>;
  /**
   * An agent is about to read a file, or did. Told before, what is remembered is never newer than what the agent saw.
   * Says once what moved, where that overlaps with what the agent changed.
   */
  read(event: ReadEvent): Promise<Verdict>;
  /** Whether a read has something to hear or to announce that only the store knows. */
  isShared(event: FileEvent): Promise<boolean>;
  before(event: WriteEvent): Promise<Verdict>;
  after(event: AfterEvent): Promise<Verdict>;
  /** A shell command or another tool that may change any file. */
  beforeCommand(event: CommandEvent): Promise<Verdict>;
  afterCommand(event: CommandEvent): Promise<Verdict>;
  /** Takes what lies on disk and no version holds; all files unless paths are named. */
  capture(paths?: readonly string[]): Promise<readonly Captured[]>;
  /** Brings to disk what others commit, from where the last one stopped, until the signal. */
  follow(options: FollowOptions): Promise<void>;
  /** Files that the last look at all files had to leave, or whose names are to be told of. */
  leftOut(): readonly LeftOut[];
  /** The folders of the guarded files that the last look at all files found: `''` is the root. */
  folders(): readonly string[];
  /** Those of the paths below the root that are left alone: by their names, or because git ignores them. */
  leftAlone(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** All bytes that are kept of a file, the newest first. */
  recoverable(path: string): Promise<readonly Recoverable[]>;
  recover(path: string, which: RecoverWhich): Promise<Uint8Array | undefined>;
  apply(options: ApplyOptions): Promise<readonly Applied[]>;
  /** Takes up what the fast path wrote down, and no version holds yet; of all files unless paths are named. */
  drain(paths?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
