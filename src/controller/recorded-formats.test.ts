// Kept decisions in each format: decided once, and applied where the same place clashes beside another change.
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import { merge } from '../strategies/merge.ts';
import type { Controller } from './types.ts';

type Document = (here: number, there: number) => string;

const cell = (id: string, source: string): object => ({
  ...{ id, cell_type: 'code', source: [source], metadata: {}, outputs: [], execution_count: null },
});

const formats: readonly (readonly [string, Document])[] = [
  ['a.json', (here, there) => `{"a":${here},"m":[1],"b":${there}}\n`],
  ['a.jsonc', (here, there) => `{// c\n"a":${here},"m":[1],"b":${there}}\n`],
  ['package.json', (here, there) => `{"name":"n","dependencies":{"p":"${here}.0.0","q":"1.0.0","r":"${there}.0.0"}}\n`],
  ['a.yaml', (here, there) => `a: ${here} # c\nm: [1]\nb: ${there}\n`],
  ['a.toml', (here, there) => `a = ${here} # c\nm = [1]\nb = ${there}\n`],
  ['a.ndjson', (here, there) => `{"id":1,"v":${here}}\n{"id":2}\n{"id":3,"v":${there}}\n`],
  ['a.md', (here, there) => `---\nt: ${there}\n---\n\n# H\n\npara ${here}\n`],
  ['front.md', (here, there) => `---\nt: ${here}\nu: 1\nz: ${there}\n---\n\n# H\n`],
  ['a.ts', (here, there) => `const a = ${here};\n\nfunction f() {\n  return 1;\n}\nconst b = ${there};\n`],
  [
    'a.ipynb',
    (here, there) =>
      `${JSON.stringify({ cells: [cell('1', `a = ${here}\n`), cell('2', `b = ${there}\n`)], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`,
  ],
  ['a.txt', (here, there) => `h\n${here}\n.\n.\n.\n${there}\n`],
];

const chosen = { base: 1, current: 2, proposed: 3 } as const;

async function clash(
  entente: Controller,
  id: string,
  [base, current, proposed]: readonly [string, string, string],
): ReturnType<Controller['commit']> {
  await put(entente, id, base);
  const token = await tokenOf(entente, id, 'bob');
  await put(entente, id, current, { agent: 'ann' });
  return entente.commitOrResolve(token, { content: proposed });
}

describe('kept decisions in each format', () => {
  it.each(formats)(
    '[RD6] %s: the place is as it was decided, and the change beside it is there',
    async (name, document) => {
      for (const use of ['base', 'current', 'proposed'] as const) {
        const { entente } = setUp({
          policy: [
            ['auto/**', merge('auto', { recorded: true })],
            ['**', merge('auto')],
          ],
        });
        const first = await clash(entente, `first/${name}`, [document(1, 2), document(2, 2), document(3, 2)]);
        await entente.resolve(as(first, 'escalated').conflictId, { use }, { agent: 'judge' });
        const expected = document(chosen[use], 99);
        const beside = [
          [document(1, 2), document(2, 99), document(3, 2)],
          [document(1, 2), document(2, 2), document(3, 99)],
        ] as const;
        for (const [index, sides] of beside.entries()) {
          const merged = as(await clash(entente, `auto/${index}/${name}`, sides), 'merged');
          expect([merged.resolvedBy, text(merged.content)]).toEqual(['recorded', expected]);
          const id = `by-hand/${index}/${name}`;
          const { conflictId } = as(await clash(entente, id, sides), 'escalated');
          await entente.resolve(conflictId, { use: 'recorded' }, { agent: 'judge' });
          expect(await textAt(entente, id)).toBe(expected);
        }
      }
    },
  );
});
