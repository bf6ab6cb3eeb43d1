import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory, type HistoryReport } from './check-history.ts';
import type { HistoryOperation } from './history.ts';

type Given = Partial<HistoryOperation> & Pick<HistoryOperation, 'type' | 'call' | 'return' | 'version'>;

/** An operation on `a.md` by p1 with the hash `h<version>`, unless told otherwise. */
function op(given: Given): HistoryOperation {
  const hash = given.version === 0 ? '' : `h${given.version}`;
  return { process: 'p1', resource: 'a.md', hash, outcome: 'ok', ...given };
}
const write = (version: number, call: number, end: number, more: Partial<HistoryOperation> = {}): HistoryOperation =>
  op({ type: 'write', version, call, return: end, expected: version - 1, revision: version, ...more });
const read = (version: number, call: number, end: number, more: Partial<HistoryOperation> = {}): HistoryOperation =>
  op({ type: 'read', version, call, return: end, process: 'p2', ...more });
const ruleOf = (report: HistoryReport): string | undefined => report.first?.rule;

const right = [read(0, 0, 1), write(1, 2, 3), read(1, 4, 5), write(2, 6, 9), read(1, 7, 8), read(2, 7, 10)];

describe('checkHistory', () => {
  it('[V7] passes a right history, in any order of its lines', () => {
    expect(checkHistory(right)).toEqual({ ok: true, operations: 6, resources: 1 });
    expect(checkHistory([...right].reverse()).ok).toBe(true);
    expect(checkHistory([])).toEqual({ ok: true, operations: 0, resources: 0 });
  });

  it('[V1] catches two writes of one version', () => {
    const report = checkHistory([...right, write(2, 11, 12, { process: 'p3', hash: 'other' })]);
    expect(report.first).toMatchObject({ rule: 'one-writer', operations: [{ process: 'p1' }, { process: 'p3' }] });
  });

  it('[V1] catches a lost update: a write over a version that its writer had not seen', () => {
    expect(ruleOf(checkHistory([...right, write(3, 11, 12, { expected: 1 })]))).toBe('expected');
  });

  it('[V1] catches a commit that was applied twice', () => {
    const twice = [write(3, 11, 12, { commit: 'c1' }), write(4, 13, 14, { commit: 'c1' })];
    expect(ruleOf(checkHistory([...right, ...twice]))).toBe('one-writer');
  });

  it('[V2] catches a version from nowhere, and one that was skipped', () => {
    expect(ruleOf(checkHistory([...right, read(3, 11, 12)]))).toBe('no-writer');
    const skipping = write(4, 11, 12);
    expect(checkHistory([...right, skipping]).first).toMatchObject({ rule: 'no-writer', operations: [skipping] });
    const { expected: _, ...merging } = skipping;
    expect(ruleOf(checkHistory([...right, merging]))).toBe('no-writer');
  });

  it('[V2] takes no failed write for a writer', () => {
    expect(checkHistory([...right, write(3, 11, 12, { outcome: 'failed' })]).ok).toBe(true);
    expect(ruleOf(checkHistory([...right, write(3, 11, 12, { outcome: 'failed' }), read(3, 13, 14)]))).toBe(
      'no-writer',
    );
  });

  it('[V2] starts on what was there: one write stands for all before the recording', () => {
    const start = [write(7, 0, 0, { process: 'before' }), read(7, 1, 2), write(8, 3, 4), read(8, 5, 6)];
    expect(checkHistory(start).ok).toBe(true);
    expect(ruleOf(checkHistory([...start, read(6, 1, 2)]))).toBe('no-writer');
  });

  it('[V3] catches a read of the future', () => {
    expect(ruleOf(checkHistory([write(1, 5, 6), read(1, 1, 4)]))).toBe('future-read');
  });

  it('[V4] catches a stale read, a conflict that shows an old head, and a write that comes too late', () => {
    expect(ruleOf(checkHistory([...right, read(1, 11, 12)]))).toBe('stale');
    expect(ruleOf(checkHistory([...right, read(1, 11, 12, { type: 'conflict' })]))).toBe('stale');
    expect(ruleOf(checkHistory([write(1, 0, 1), read(2, 2, 5), write(2, 3, 4), read(0, 6, 7)]))).toBe('stale');
    const late = [write(1, 0, 1), write(2, 2, 9), write(3, 3, 4), write(2, 5, 6, { outcome: 'unknown' })];
    expect(checkHistory(late).ok).toBe(true);
  });

  it('[V4] catches an acknowledged write that was never applied', () => {
    expect(ruleOf(checkHistory([write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)]))).toBe('stale');
  });

  it('[V5] catches other bytes, and another revision, in one version', () => {
    expect(ruleOf(checkHistory([...right, read(2, 11, 12, { hash: 'other' })]))).toBe('content');
    expect(ruleOf(checkHistory([...right, read(2, 11, 12, { revision: 9 })]))).toBe('content');
    expect(ruleOf(checkHistory([...right, read(2, 11, 12, { type: 'conflict', hash: '' })]))).toBe('content');
  });

  it('[V6] catches revisions that go back in time, across resources', () => {
    const other = { resource: 'b.md', version: 1, expected: 0, hash: 'h1' } as const;
    expect(ruleOf(checkHistory([write(1, 0, 1, { revision: 5 }), write(1, 2, 3, { ...other, revision: 4 })]))).toBe(
      'revision',
    );
    expect(checkHistory([write(1, 0, 2, { revision: 5 }), write(1, 1, 3, { ...other, revision: 4 })]).ok).toBe(true);
  });

  it('[V6] catches two commits with one revision, and allows one commit with two resources', () => {
    const two = (call: number): HistoryOperation[] => [
      write(1, 0, 1, { revision: 5 }),
      write(1, call, 1, { resource: 'b.md', revision: 5 }),
    ];
    expect(checkHistory(two(0)).ok).toBe(true);
    expect(ruleOf(checkHistory(two(0.5)))).toBe('revision');
  });

  it('[V6] catches a read that missed a version older than a commit that had returned', () => {
    // a.md version 2 is revision 2 and not answered yet; b.md at revision 3 returned before a.md was read as version 1.
    const history = [
      write(1, 0, 1, { revision: 1 }),
      write(2, 2, 20, { revision: 2 }),
      write(1, 3, 4, { resource: 'b.md', revision: 3, process: 'p3' }),
      read(1, 5, 6),
    ];
    expect(ruleOf(checkHistory(history))).toBe('revision');
    expect(checkHistory(history.slice(0, 3)).ok).toBe(true);
  });

  it('[V7] lets an unanswered write have landed, or not', () => {
    const unknown = write(2, 2, 3, { outcome: 'unknown' });
    const { revision: _, ...lost } = unknown;
    expect(checkHistory([write(1, 0, 1), lost, read(1, 4, 5)]).ok).toBe(true);
    expect(checkHistory([write(1, 0, 1), lost, read(2, 4, 5), write(3, 6, 7)]).ok).toBe(true);
    expect(
      checkHistory([write(1, 0, 1), lost, write(2, 4, 5, { hash: 'mine' }), read(2, 6, 7, { hash: 'mine' })]).ok,
    ).toBe(true);
    expect(ruleOf(checkHistory([write(1, 0, 1), lost, read(2, 4, 5, { hash: 'other' })]))).toBe('no-writer');
  });

  it('[V7] takes a replay for the write that it repeats', () => {
    const first = write(2, 2, 3, { outcome: 'unknown', commit: 'c2' });
    const replay = write(2, 8, 9, { commit: 'c2' });
    expect(checkHistory([write(1, 0, 1), first, read(2, 4, 5), write(3, 6, 7), replay, read(3, 10, 11)]).ok).toBe(true);
    expect(ruleOf(checkHistory([write(1, 0, 1), read(2, 4, 5), write(3, 6, 7), replay]))).toBe('future-read');
  });

  it('[V7] agrees with a search for an order, on small random histories', () => {
    const seed = 7;
    const operation = fc.record({
      kind: fc.constantFrom('read' as const, 'write' as const),
      version: fc.integer({ min: 0, max: 3 }),
      call: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 1, max: 6 }),
    });
    const history = fc.array(operation, { maxLength: 6 }).map((rows) =>
      rows
        .filter((row) => row.kind === 'read' || row.version > 0)
        .map(({ kind, version, call, length }, index): HistoryOperation => {
          const { revision: _, ...bare } =
            kind === 'write' ? write(version, call, call + length) : read(version, call, call + length);
          return { ...bare, process: `p${index}` };
        }),
    );
    let right = 0;
    fc.assert(
      fc.property(history, (operations) => {
        const expected = isLinearizable(operations, 0);
        if (expected && operations.length > 2) right += 1;
        // The searching checker starts from nothing, so the history must say so too.
        expect(checkHistory([read(0, -2, -1), ...operations]).ok).toBe(expected);
      }),
      { seed, numRuns: 5000 },
    );
    expect(right).toBeGreaterThan(50);
  });

  it('[V8] names the fault that shows first', () => {
    const report = checkHistory([...right, read(9, 30, 31), read(1, 11, 12), read(2, 13, 14, { hash: 'other' })]);
    expect(report.first?.rule).toBe('stale');
    expect(report.first?.operations.at(-1)).toMatchObject({ call: 11 });
    expect(report.first?.message).toContain('a.md');
  });

  it('[V8] checks a large history of many resources', () => {
    const operations: HistoryOperation[] = [];
    for (let index = 0; index < 200_000; index += 1) {
      const resource = `r${index % 1000}`;
      const version = Math.floor(index / 1000) + 1;
      operations.push(write(version, index, index + 0.5, { resource, revision: index + 1 }));
    }
    expect(checkHistory(operations)).toEqual({ ok: true, operations: 200_000, resources: 1000 });
    const stale = read(100, 200_001, 200_002, { resource: 'r5' });
    expect(ruleOf(checkHistory([...operations, stale]))).toBe('stale');
  });
});

/** The slow and obvious way: tries every order that keeps to real time, against a register with versions. */
function isLinearizable(left: readonly HistoryOperation[], version: number): boolean {
  if (left.length === 0) return true;
  const firstReturn = Math.min(...left.map((operation) => operation.return));
  return left.some((operation, index) => {
    if (operation.call > firstReturn) return false;
    const fits = operation.type === 'write' ? operation.version === version + 1 : operation.version === version;
    if (!fits) return false;
    return isLinearizable(left.toSpliced(index, 1), operation.version);
  });
}
