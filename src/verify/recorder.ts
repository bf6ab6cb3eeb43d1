// Records what one process did and was told, for checkHistory. It wraps calls to a controller, a client or anything
// else that answers with tokens and outcomes.
import type { Outcome } from '../core/outcome.ts';
import type { Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { HistoryOperation } from './history.ts';

export interface RecorderOptions {
  /** Who records: unique among the processes whose histories are checked together. */
  readonly process: string;
  /** Takes each operation as it ends; kept in memory and returned by `operations` when left out. */
  readonly write?: (operation: HistoryOperation) => void;
  /** A monotonic clock that all processes share. @default microseconds of `process.hrtime`, one clock per machine */
  readonly clock?: () => number;
}

export interface RecordedCommit {
  /** The hash of the bytes that are sent: what an unanswered write may have installed. */
  readonly hash?: string;
  /**
   * False where the store may replace another version than the token's (a merge, last writer wins); a plain commit
   * replaces exactly the token's. @default true
   */
  readonly replacesToken?: boolean;
}

export interface HistoryRecorder {
  /** Records a `begin`: a read of the version that the token names. */
  begin<D extends { readonly token: Token }>(run: () => Promise<D>): Promise<D>;
  /** Records a plain read. */
  read<R extends { readonly head: Head }>(resource: string, run: () => Promise<R | undefined>): Promise<R | undefined>;
  /** Records a commit by what its outcome says. */
  commit<O extends Outcome>(token: Token, run: () => Promise<O>, details?: RecordedCommit): Promise<O>;
  /** What was recorded, unless `write` took it. */
  readonly operations: readonly HistoryOperation[];
}

type Recorded = Omit<HistoryOperation, 'process' | 'call' | 'return'>;

function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

export function createRecorder(options: RecorderOptions): HistoryRecorder {
  const { process: name, clock = sharedClock } = options;
  const operations: HistoryOperation[] = [];
  const write = options.write ?? ((operation: HistoryOperation) => operations.push(operation));

  async function record<T>(run: () => Promise<T>, told: (answer: T) => readonly Recorded[]): Promise<T> {
    const call = clock();
    const answer = await run();
    const end = clock();
    for (const operation of told(answer)) write({ process: name, call, return: end, ...operation });
    return answer;
  }

  return {
    operations,
    begin: (run) => record(run, ({ token }) => [sawToken(token)]),
    read: (resource, run) => record(run, (answer) => [saw('read', resource, answer?.head)]),
    commit: (token, run, details = {}) => record(run, (outcome) => operationsOf(token, outcome, details)),
  };
}

function sawToken({ resource, version, revision, hash }: Token): Recorded {
  return { resource, type: 'read', version, revision, hash, outcome: 'ok' };
}

function saw(type: 'read' | 'conflict', resource: string, head: Head | undefined): Recorded {
  if (head === undefined) return { resource, type, version: 0, revision: 0, hash: '', outcome: 'ok' };
  return { resource, type, version: head.version, revision: head.revision, hash: head.hash, outcome: 'ok' };
}

/** What a process learnt from an outcome, as operations. */
function operationsOf(token: Token, outcome: Outcome, details: RecordedCommit): readonly Recorded[] {
  const { resource } = token;
  const commit = `${token.agent}/${outcome.commitId}`;
  const wrote = { type: 'write', outcome: 'ok', commit } as const;
  switch (outcome.status) {
    case 'committed': {
      const { version, revision, hash } = outcome;
      const replaced = details.replacesToken === false ? {} : { expected: token.version };
      return [{ ...wrote, resource: outcome.resource, version, revision, hash, ...replaced }];
    }
    case 'merged': {
      const { version, revision, hash } = outcome;
      return [{ ...wrote, resource: outcome.resource, version, revision, hash }];
    }
    case 'split': {
      const { kept, copy } = outcome;
      // A replayed split tells of a head that may be long gone: only what it wrote is certain.
      const seen: Recorded = { ...kept, type: 'read', outcome: 'ok' };
      return outcome.replayed === true ? [{ ...wrote, ...copy }] : [{ ...wrote, ...copy }, seen];
    }
    case 'unchanged':
      return [saw('read', resource, outcome.head)];
    case 'unknown': {
      const hash = details.hash ?? '';
      return [{ resource, type: 'write', version: token.version + 1, hash, outcome: 'unknown', commit }];
    }
    default: {
      const packet = 'packet' in outcome ? outcome.packet : undefined;
      if (packet === undefined || outcome.replayed === true) return [];
      return [saw('conflict', resource, packet.actual)];
    }
  }
}
