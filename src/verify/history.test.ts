import { describe, expect, it } from 'vitest';
import { formatOperation, type HistoryOperation, parseHistory, parseHistoryStream } from './history.ts';

const operation: HistoryOperation = {
  process: 'p1',
  resource: 'notes/plan.md',
  type: 'write',
  call: 1.5,
  return: 2,
  version: 3,
  hash: 'abc',
  expected: 2,
  outcome: 'ok',
  revision: 7,
  commit: 'p1/x',
};

describe('history files', () => {
  it('[V9] reads what was written, and skips empty lines', () => {
    expect([...parseHistory([formatOperation(operation), '', '  '])]).toEqual([operation]);
  });

  it('[V9] reads lines as they come', async () => {
    async function* lines(): AsyncGenerator<string> {
      yield formatOperation(operation);
      yield '{"process":1}';
    }
    const seen: HistoryOperation[] = [];
    await expect(async () => {
      for await (const one of parseHistoryStream(lines())) seen.push(one);
    }).rejects.toThrow('Line 2 of the history has no "process"');
    expect(seen).toEqual([operation]);
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['is not a JSON object', [operation]],
    ['has no "process"', { ...operation, process: undefined }],
    ['has no "resource"', { ...operation, resource: 3 }],
    ['has no "type"', { ...operation, type: 'delete' }],
    ['has no "outcome"', { ...operation, outcome: 'maybe' }],
    ['has no "call" or "return"', { ...operation, call: '1' }],
    ['returns before it is called', { ...operation, call: 5 }],
    ['has no "version"', { ...operation, version: -1 }],
    ['has no "hash"', { ...operation, hash: undefined }],
    ['has a malformed "expected"', { ...operation, expected: 1.5 }],
    ['has a malformed "revision"', { ...operation, revision: 'x' }],
    ['has a malformed "commit"', { ...operation, commit: 1 }],
  ];
  it.each(wrong)('[V9] refuses a line that %s', (message, value) => {
    expect(() => [...parseHistory([formatOperation(operation), JSON.stringify(value)])]).toThrow(
      expect.objectContaining({ code: 'misuse', message: expect.stringContaining(`Line 2 of the history ${message}`) }),
    );
  });

  it('[V9] refuses a line that is no JSON', () => {
    expect(() => [...parseHistory(['{'])]).toThrow('Line 1 of the history is not JSON.');
  });
});
