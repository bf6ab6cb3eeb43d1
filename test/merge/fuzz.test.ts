// What arrives is not what its name says: cut off, mutated, mixed up. Every engine gives an answer that can be settled and
// proven, or a typed error; nothing throws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkReceipt,
  type MergeInput,
  type MergeResult,
  mergeContents,
  mergeErrorCodes,
  resolveConflict,
} from '../../src/merge/index.ts';
import { LAW_TIMEOUT, lawRuns } from '../support/law-runs.ts';
import type { Triple } from '../support/merges.ts';
import { createRandom, type Random } from '../support/random.ts';
import { markdownTriple } from '../support/random-markdown.ts';
import { manifestTriple, notebookTriple } from '../support/random-profiles.ts';

const HOSTILE = [
  '\0',
  '"',
  '{',
  ']',
  '\n',
  '\r',
  '---\n',
  '```\n',
  '\ufeff',
  '- ',
  '&a',
  '*a',
  '\\ud800',
  '<<<<<<< a\n',
];

function mutated(random: Random, text: string): Buffer {
  let bytes = Buffer.from(text);
  for (let i = random.below(3); i > 0; i--) {
    const at = random.below(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.below(5)) {
      case 0:
        bytes = Buffer.from(head);
        break;
      case 1:
        bytes = Buffer.concat([head, tail.subarray(random.below(20))]);
        break;
      case 2:
        bytes = Buffer.concat([head, Buffer.of(random.below(256)), tail]);
        break;
      case 3:
        bytes = Buffer.concat([head, tail, head.subarray(random.below(at + 1))]);
        break;
      default:
        bytes = Buffer.concat([head, Buffer.from(random.pick(HOSTILE)), tail]);
    }
  }
  return bytes;
}

function fronted(random: Random): Triple {
  const { base, current, proposed } = markdownTriple(random);
  const page = (text: string): string => `---\ntitle: ${random.below(3)}\nlist: [a, ${random.below(3)}]\n---\n${text}`;
  return { base: page(base), current: page(current), proposed: page(proposed) };
}

const formats: readonly {
  readonly path: string;
  readonly engine: string;
  readonly make: (random: Random) => Triple;
}[] = [
  { path: 'a.md', engine: 'auto', make: markdownTriple },
  { path: 'b.md', engine: 'auto', make: fronted },
  { path: 'CHANGELOG.md', engine: 'changelog', make: markdownTriple },
  { path: 'a.ipynb', engine: 'auto', make: notebookTriple },
  { path: 'package.json', engine: 'auto', make: manifestTriple },
  { path: 'package-lock.json', engine: 'auto', make: manifestTriple },
  { path: 'a.json', engine: 'auto', make: notebookTriple },
  { path: 'a', engine: 'auto', make: manifestTriple },
  { path: 'a.txt', engine: 'auto', make: markdownTriple },
];

function settled(open: MergeResult, use: 'base' | 'current' | 'proposed'): MergeResult {
  let result = open;
  while (result.status === 'conflict') result = resolveConflict(result, result.conflicts[0]?.id ?? '', { use });
  return result;
}

describe.each(formats)('mutated $path', { timeout: LAW_TIMEOUT }, ({ path, engine, make }) => {
  it('[MT24] has an answer that can be settled and proven, or a typed error', () => {
    const property = fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (seed) => {
      const random = createRandom(seed);
      const { base, current, proposed } = make(random);
      const [b, c, p] = [base, current, proposed].map((text) => mutated(random, text)) as [Buffer, Buffer, Buffer];
      const input: MergeInput = { base: b, current: c, proposed: p, path, options: { engine, bumps: 'higher' } };
      const result = mergeContents(input);
      if (result.status === 'error') {
        expect(mergeErrorCodes).toContain(result.code);
        return;
      }
      if (result.status === 'clean') {
        expect(checkReceipt(input, result).problems).toEqual([]);
        return;
      }
      for (const use of ['base', 'current', 'proposed'] as const) {
        expect(checkReceipt(input, settled(result, use), { decided: true }).problems).toEqual([]);
      }
    });
    fc.assert(property, { numRuns: lawRuns(400), seed: 1_177 });
  });
});
