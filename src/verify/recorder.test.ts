import { describe, expect, it } from 'vitest';
import { id, space } from '../../test/support/requests.ts';
import type { Outcome } from '../core/outcome.ts';
import { parseAgentId } from '../core/resource.ts';
import type { Token } from '../core/token.ts';
import type { Head } from '../core/version.ts';
import type { HistoryOperation } from './history.ts';
import { createRecorder, type RecordedCommit } from './recorder.ts';

const resource = id('a.md');
const agent = parseAgentId('writer');
const token: Token = {
  ...{ id: 't1', space, epoch: 'e', resource, version: 3, revision: 30, hash: 'h3', asOf: 31, born: 1, agent },
  ...{ attempt: 0, at: 0 },
};
const head: Head = { resource, version: 4, revision: 40, born: 1, hash: 'h4', agent, at: 0, deleted: false };
const written = { resource, version: 5, revision: 50, hash: 'h5' };
const packet = {
  ...{ resource, expected: { version: 3, revision: 30, hash: 'h3' }, actual: head, between: [] },
  ...{ regions: [], cleanRegions: 0, reason: '' },
};

async function recorded(outcome: Outcome, details?: RecordedCommit): Promise<readonly Partial<HistoryOperation>[]> {
  let time = 0;
  const recorder = createRecorder({ process: 'p1', clock: () => (time += 1) });
  await recorder.commit(token, async () => outcome, details);
  return recorder.operations.map(({ process: _, call, return: end, ...operation }) => {
    expect([call, end]).toEqual([1, 2]);
    return operation;
  });
}

const wrote = { type: 'write', outcome: 'ok', commit: 'writer/t1' } as const;
const conflict = { resource, type: 'conflict', version: 4, revision: 40, hash: 'h4', outcome: 'ok' } as const;

describe('createRecorder', () => {
  it('[V10] records what was read', async () => {
    const recorder = createRecorder({ process: 'p1' });
    await recorder.begin(async () => ({ token }));
    await recorder.read('a.md', async () => ({ head }));
    await recorder.read('b.md', async () => undefined);
    const [first, second, third] = recorder.operations;
    expect(first).toMatchObject({ process: 'p1', type: 'read', version: 3, revision: 30, hash: 'h3', outcome: 'ok' });
    expect(second).toMatchObject({ type: 'read', version: 4, revision: 40, hash: 'h4' });
    expect(third).toMatchObject({ resource: 'b.md', version: 0, hash: '' });
    expect(first?.return).toBeGreaterThanOrEqual(first?.call ?? Number.NaN);
    expect(second?.call).toBeGreaterThanOrEqual(first?.return ?? Number.NaN);
  });

  it('[V10] records a commit as a write that replaced its token, unless the store may choose', async () => {
    const outcome: Outcome = { status: 'committed', commitId: 't1', ...written, token };
    expect(await recorded(outcome)).toEqual([{ ...wrote, ...written, expected: 3 }]);
    expect(await recorded(outcome, { replacesToken: false })).toEqual([{ ...wrote, ...written }]);
  });

  it('[V10] records a merge as a write, and a split as a write of the copy', async () => {
    const receipt = { engine: 'text', entries: [] };
    const merged: Outcome = { status: 'merged', commitId: 't1', ...written, content: new Uint8Array(), receipt, token };
    expect(await recorded(merged)).toEqual([{ ...wrote, ...written }]);
    const copy = { ...written, resource: id('a.writer.md') };
    const split: Outcome = { status: 'split', commitId: 't1', resource, kept: { ...written, version: 4 }, copy };
    expect(await recorded(split)).toEqual([
      { ...wrote, ...copy },
      { ...written, version: 4, type: 'read', outcome: 'ok' },
    ]);
    expect(await recorded({ ...split, replayed: true })).toEqual([{ ...wrote, ...copy }]);
  });

  it('[V10] records a refusal as a look at what is there now', async () => {
    const refused = { commitId: 't1', saved: false, packet } as const;
    expect(await recorded({ ...refused, status: 'conflict', token })).toEqual([conflict]);
    expect(await recorded({ ...refused, status: 'retry', attempt: 1, maxAttempts: 2, token })).toEqual([conflict]);
    expect(await recorded({ ...refused, status: 'rejected', reason: '' })).toEqual([conflict]);
    expect(await recorded({ status: 'rejected', saved: false, commitId: 't1', reason: '' })).toEqual([]);
    const escalated = { status: 'escalated', commitId: 't1', conflictId: 'k', reason: '', packet } as const;
    expect(await recorded(escalated)).toEqual([conflict]);
    expect(await recorded({ ...escalated, replayed: true })).toEqual([]);
    expect(await recorded({ status: 'unchanged', commitId: 't1', head, token })).toEqual([
      { ...conflict, type: 'read' },
    ]);
  });

  it('[V10] records an unknown result as a write that may have landed', async () => {
    const unknown: Outcome = { status: 'unknown', commitId: 't1', resource };
    const maybe = { resource, type: 'write', version: 4, hash: 'h', outcome: 'unknown', commit: 'writer/t1' };
    expect(await recorded(unknown, { hash: 'h' })).toEqual([maybe]);
  });

  it('[V10] hands each operation on as it ends', async () => {
    const lines: HistoryOperation[] = [];
    const recorder = createRecorder({ process: 'p1', write: (operation) => lines.push(operation) });
    await recorder.begin(async () => ({ token }));
    expect(lines).toHaveLength(1);
    expect(recorder.operations).toEqual([]);
  });
});
