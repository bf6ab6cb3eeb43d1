// The text cases with known answers: clean bytes, the three marker styles, and the conflicts' number.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReceipt, mergeContents, renderConflicts } from '../../src/merge/index.ts';

interface Meta {
  readonly outcome: 'clean' | 'conflict';
  readonly contested?: boolean;
  readonly missing?: readonly string[];
  readonly expectedFile?: string;
  readonly conflictCount?: { readonly diff3: number };
}

const root = join(import.meta.dirname, '..', 'fixtures', 'cases', 'text');
const labels = { base: 'base', current: 'ours', proposed: 'theirs' };

/** Cases whose texts hold a line like a marker: the answer has markers of seven, ours have eight. */
const lookalikes: ReadonlySet<string> = new Set(['049-marker-lookalike-in-conflict']);

describe('text cases', () => {
  for (const name of readdirSync(root)) {
    const file = (part: string): string => join(root, name, part);
    const meta = JSON.parse(readFileSync(file('meta.json'), 'utf8')) as Meta;
    const read = (part: string): Buffer | null => (existsSync(file(part)) ? readFileSync(file(part)) : null);
    it(`[MT7] ${name}${meta.contested === true ? ' (contested)' : ''}`, () => {
      const input = { base: read('base'), current: read('ours'), proposed: read('theirs') };
      const result = mergeContents(input);
      expect(result.status).toBe(meta.outcome);
      if (result.status === 'clean') {
        expect(result.content === null ? null : Buffer.from(result.content)).toEqual(read('expected'));
        expect(checkReceipt(input, result)).toMatchObject({ ok: true, problems: [] });
        return;
      }
      if (meta.expectedFile === 'absent' || result.status !== 'conflict') return;
      expect(result.conflicts).toHaveLength(meta.conflictCount?.diff3 ?? 1);
      for (const [style, part] of [
        ['zdiff3', 'expected'],
        ['diff3', 'expected.diff3'],
        ['merge', 'expected.merge'],
      ] as const) {
        const expected = readFileSync(file(part), 'latin1');
        const ours = Buffer.from(renderConflicts(result, style, labels)).toString('latin1');
        if (lookalikes.has(name)) {
          expect(result.notes.map(({ code }) => code)).toContain('longer-markers');
          expect(ours.replace(/^([<|=>])\1{7}/gm, (marker) => marker.slice(1))).toBe(expected);
        } else expect(ours).toBe(expected);
      }
    });
  }
});
