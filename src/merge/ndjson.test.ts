// NDJSON: appended, merged by the identity of records, or by lines; the laws of both, and hostile logs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../test/support/law-runs.ts';
import { createRandom } from '../../test/support/random.ts';
import { recordsIn, recordsTriple } from '../../test/support/random-logs.ts';
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

function meansWhatBothSay(sides: readonly [string, string, string], merged: string): void {
  const [base, ours, theirs, written] = [...sides, merged].map(recordsIn) as [Records, Records, Records, Records];
  expect(written.size, 'a record came twice').toBe(merged.split('\n').filter((line) => line !== '').length);
  for (const id of base.keys()) expect(written.has(id), id).toBe(ours.has(id) && theirs.has(id));
  for (const id of [...ours.keys(), ...theirs.keys()]) if (!base.has(id)) expect(written.has(id), id).toBe(true);
  for (const [id, members] of written) {
    const before = base.get(id);
    const [mine, other] = [ours.get(id) ?? before, theirs.get(id) ?? before];
    for (const name of new Set([before, mine, other, members].flatMap((each) => [...(each?.keys() ?? [])]))) {
      expect(members.get(name), `${id} ${name}`).toBe(due(before?.get(name), mine?.get(name), other?.get(name)));
    }
  }
  const orders = [base, ours, theirs, written].map((records) => new Map([...records.keys()].map((id, i) => [id, i])));
  const shared = [...written.keys()].filter((id) => orders.every((order) => order.has(id)));
  for (const a of shared) {
    for (const b of shared) {
      const [before, mine, other, is] = orders.map((order) => (order.get(a) ?? 0) < (order.get(b) ?? 0));
      expect(is, `${a} before ${b}`).toBe(due(before, mine, other));
    }
  }
}

type Records = ReturnType<typeof recordsIn>;

const due = (base: unknown, current: unknown, proposed: unknown): unknown => (current === base ? proposed : current);

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

  it('[ND8] a record that both sides moved does not stand twice, and none comes back, where lines decide', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => `{"id":"${id}"}\n`) as [string, string, string, string];
    const base = a + b + c + d;
    for (const [mine, other] of [
      [b + a + c + d, b + c + d + a],
      [b + c + a + d, b + c + d],
    ] as const) {
      const result = merge(base, mine, other);
      if (result.status !== 'conflict') throw new Error(text(result.status === 'clean' ? result.content : null));
      expect(result.conflicts.map(({ at, reason }) => [at, reason])).toEqual([
        [{ pointer: '' }, 'a record that was moved would stand twice, or come back after it was deleted'],
      ]);
      const settled = resolveConflict(result, result.conflicts[0]?.id ?? '', { use: 'proposed' });
      expect(settled.status === 'clean' && text(settled.content)).toBe(other);
      expect(checkReceipt(result.input, settled, { decided: true }).problems).toEqual([]);
    }
    const [old, anew] = ['{"id":"a","n":1}\n', '{"id":"a","n":2}\n'];
    expect(merge(old + b + c + d, b + c + d, b + c + d + anew).status).toBe('conflict');
    expect(merge(old + b + c + d, b + old.replace('1', '3') + c + d, b + c + d + anew).status).toBe('conflict');
    // Where an id is no identity of a record, or there is none, the record that was put in is another one.
    expect(clean(old + b + c + b, b + c + b, b + c + b + anew)).toBe(b + c + b + anew);
    expect(clean('[1]\n[2]\n[3]\n', '[2]\n[3]\n', '[2]\n[3]\n[4]\n')).toBe('[2]\n[3]\n[4]\n');
    // Equal records that both put in are two events, as they are where both append.
    const beat = '{"beat":true}\n';
    expect(clean(beat + a + b + c, beat + beat + a + b + c, beat + a + b + beat + c)).toBe(
      beat + beat + a + b + beat + c,
    );
  });

  it(
    '[ND3] [ND7] [ND8] random logs: each record is what both sides mean, once, in the order of the side that moved it',
    () => {
      let keyedClean = 0;
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 0x7fffffff }), fc.constantFrom(keyed, undefined), (seed, options) => {
          const { base, current, proposed } = recordsTriple(createRandom(seed));
          const [one, other] = [merge(base, current, proposed, options), merge(base, proposed, current, options)];
          expect(other.status).toBe(one.status);
          if (one.status !== 'clean') return;
          if (options !== undefined) keyedClean += 1;
          meansWhatBothSay([base, current, proposed], clean(base, current, proposed, options));
        }),
        { numRuns: lawRuns(600), seed: lawSeed(8_191) },
      );
      expect(keyedClean).toBeGreaterThan(lawRuns(600) / 4);
    },
    LAW_TIMEOUT,
  );

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
