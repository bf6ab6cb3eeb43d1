// NDJSON: appended, merged by the identity of records, or by lines; the laws of both, and hostile logs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../test/support/law-runs.ts';
import { checkReceipt } from './check-receipt.ts';
import { mergeContents } from './merge.ts';
import { resolveConflict } from './resolve-region.ts';
import type { MergeOptions, MergeResult } from './types.ts';

const text = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();
const keyed: MergeOptions = { arrays: { '': { key: 'id' } } };

function merge(base: string, current: string, proposed: string, options?: MergeOptions): MergeResult {
  return mergeContents({ base, current, proposed, path: 'log.ndjson', ...(options === undefined ? {} : { options }) });
}

function clean(...sides: Parameters<typeof merge>): string {
  const result = merge(...sides);
  if (result.status !== 'clean') throw new Error(JSON.stringify(result));
  const encoder = new TextEncoder();
  const [base, current, proposed] = sides.slice(0, 3).map((side) => encoder.encode(side as string));
  const input = { base: base ?? null, current: current ?? null, proposed: proposed ?? null, options: sides[3] ?? {} };
  expect(checkReceipt(input, result).problems).toEqual([]);
  return text(result.content);
}

const log = '{"id":1,"n":1}\n{"id":2,"n":1.0}\n';

describe('NDJSON', () => {
  it('[ND1] records that both sides put at the end are appended, current’s first', () => {
    expect(clean(log, `${log}{"id":3}\n`, `${log}{"id":4}`)).toBe(`${log}{"id":3}\n{"id":4}`);
    const result = mergeContents({
      base: log,
      current: `${log}{}\n`,
      proposed: `${log}[]\n`,
      mediaType: 'application/x-ndjson',
    });
    expect(result.status === 'clean' && result.receipt.engine).toBe('append');
  });

  it('[ND2] a torn record, or a line that is none, is not put behind another: lines decide', () => {
    for (const [base, current, proposed] of [
      [log, `${log}{"id":3`, `${log}{"id":4}\n`],
      [`${log}{"id":`, `${log}{"id":3}\n`, `${log}{"id":4}\n`],
      [log, `${log}oops\n`, `${log}{"id":4}\n`],
      [log, `${log}{"a":1}{"a":2}\n`, `${log}{"id":4}\n`],
    ] as const) {
      const result = merge(base, current, proposed);
      expect(result.status).toBe('conflict');
      expect(result.status === 'conflict' && result.notes[0]?.code).toBe('text-fallback');
    }
  });

  it('[ND3] with an identity, records are merged one by one, each on its line', () => {
    const current = log.replace('"n":1}', '"n":5}');
    const proposed = `${log.replace('"n":1.0', '"n":1.0,"m":[1, 2]')}{"id":3}\n`;
    expect(clean(log, current, proposed, keyed)).toBe('{"id":1,"n":5}\n{"id":2,"n":1.0,"m":[1, 2]}\n{"id":3}\n');
    expect(clean(log, '{"id":2,"n":1.0}\n', log.replace('1.0', '2'), keyed)).toBe('{"id":2,"n":2}\n');
  });

  it('[ND4] records that clash are conflicts by pointer, and are settled one at a time', () => {
    const result = merge(log, log.replace('1.0', '2'), log.replace('1.0', '3').replace('"n":1}', '"n":9}'), keyed);
    if (result.status !== 'conflict') throw new Error(result.status);
    expect(result.conflicts.map(({ at }) => at)).toEqual([{ pointer: '/1/n' }]);
    expect(text(result.partial)).toBe('{"id":1,"n":9}\n{"id":2,"n":2}\n');
    const settled = resolveConflict(result, result.conflicts[0]?.id ?? '', { use: 'proposed' });
    expect(settled.status === 'clean' && text(settled.content)).toBe('{"id":1,"n":9}\n{"id":2,"n":3}\n');
    expect(checkReceipt(result.input, settled, { decided: true }).problems).toEqual([]);
  });

  it('[ND5] without identities of their own, and where a line is no record, lines decide', () => {
    for (const base of [
      '{"n":1}\n{"n":2}\n',
      '{"id":1}\n\n{"id":2}\n',
      '{"id":1},{"id":2}\n[3\n4]\n',
      ' {"id":1}\n{"id":2}\n',
    ]) {
      const result = merge(base, `{"id":8}\n${base}`, `${base}{"id":9}\n`, keyed);
      expect(result.status === 'clean' && result.receipt.engine, base).toBe('text');
    }
  });

  it('[ND6] CRLF, a byte order mark, big numbers, `__proto__`, twice the same name, invalid UTF-8, depth', () => {
    const base = `\ufeff${log.replaceAll('\n', '\r\n')}`;
    const proposed = base.replace('"n":1}', '"n":9007199254740993,"__proto__":{"x":1}}');
    expect(clean(base, base.replace('1.0', '2'), proposed, keyed)).toBe(proposed.replace('1.0', '2'));
    expect(({} as { x?: unknown }).x).toBeUndefined();
    const twice = '{"id":1,"a":1,"a":2}\n';
    expect(merge(twice, `${twice}{"id":2}\n`, `{"id":3}\n${twice}`, keyed).status).toBe('clean');
    expect(merge(log, `${log}{"a":1,"a":1}\n`, `${log}{}\n`).status).toBe('conflict');
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}\n`;
    expect(merge(log, log + deep, `${log}{}\n`).status).toBe('conflict');
    const invalid = mergeContents({
      base: log,
      current: Buffer.from([0xff, 0x0a]),
      proposed: `${log}{}\n`,
      path: 'a.jsonl',
    });
    expect(invalid.status).toBe('conflict');
  });

  it(
    '[ND7] the laws: sides that did not change give way, swapping changes no outcome, receipts are right',
    () => {
      const record = fc.record({ id: fc.integer({ min: 0, max: 6 }), n: fc.integer({ min: 0, max: 2 }) });
      const records = fc.uniqueArray(record, { maxLength: 6, selector: ({ id }) => id });
      const print = (list: readonly unknown[]): string => list.map((each) => `${JSON.stringify(each)}\n`).join('');
      fc.assert(
        fc.property(records, records, records, fc.constantFrom(keyed, undefined), (a, b, c, options) => {
          const [base, current, proposed] = [a, b, c].map(print) as [string, string, string];
          expect(clean(base, base, proposed, options)).toBe(proposed);
          expect(clean(base, current, base, options)).toBe(current);
          const [one, other] = [merge(base, current, proposed, options), merge(base, proposed, current, options)];
          expect(other.status).toBe(one.status);
          if (one.status !== 'clean') return;
          const lines = text(one.content).split('\n').slice(0, -1);
          if (options !== undefined) expect(new Set(lines).size, 'a record came twice').toBe(lines.length);
          clean(base, current, proposed, options);
          const grown = [base + current, base + proposed] as const;
          if (options === undefined)
            expect(clean(base, ...grown)).toBe(base === '' && current === proposed ? current : expected());
          function expected(): string {
            if (current === proposed || proposed === '') return base + current;
            return base + current + proposed;
          }
        }),
        { numRuns: lawRuns(5000), seed: lawSeed(20_240_601) },
      );
    },
    LAW_TIMEOUT,
  );
});
