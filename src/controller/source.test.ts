// Merges of source code through the controller: checked here and in a thread, and put together where it is asked for.
import { describe, expect, it } from 'vitest';
import { as, put, setUp, text, textAt, tokenOf } from '../../test/support/entente.ts';
import type { Outcome } from '../core/outcome.ts';
import { merge } from '../strategies/merge.ts';
import { parseStrategy } from '../strategies/policy-file.ts';
import type { Strategy } from '../strategies/types.ts';
import type { Controller } from './types.ts';

interface Result {
  readonly entente: Controller;
  readonly outcome: Outcome;
}

async function run(strategy: Strategy, contents: readonly [string, string, string]): Promise<Result> {
  const { entente } = setUp({ default: strategy, limits: { mergeMs: 60_000 } });
  await put(entente, 'src/app.ts', contents[0]);
  const token = await tokenOf(entente, 'src/app.ts', 'ann');
  await put(entente, 'src/app.ts', contents[1]);
  return { entente, outcome: await entente.commitOrResolve(token, { content: contents[2] }) };
}

const twice = (base: string): readonly [string, string, string] => [
  base,
  `function clamp(x: number): number {\n  return x;\n}\n${base}`,
  `${base}function clamp(x: number): number {\n  return 0;\n}\n`,
];
const small = 'a();\n\nb();\n';
/** Too much for one turn of the event loop. */
const large = Array.from({ length: 3_000 }, (_, i) => `call(${i});\n`).join('');

describe('source code in the controller', () => {
  it.each([
    ['here', small],
    ['in a thread', large],
  ])('[SC2] [SC4] what is declared twice waits for a person: checked %s', async (_, base) => {
    const contents = twice(base);
    const { entente, outcome } = await run(merge('auto'), contents);
    const { conflictId } = as(outcome, 'escalated');
    expect(await textAt(entente, 'src/app.ts')).toBe(contents[1]);
    expect(text(await entente.conflictContent(conflictId, 'proposed'))).toBe(contents[2]);
  });

  it('[SC5] unless the check is switched off', async () => {
    const { outcome } = await run(merge('auto', { options: { syntax: 'ignore' } }), twice(small));
    expect(outcome.status).toBe('merged');
  });

  const imports = [
    "import a from 'a';\n",
    "import a from 'a';\nimport b from 'b';\n",
    "import a from 'a';\nimport c from 'c';\n",
  ] as const;

  it('[SC6] additions are put together where the strategy says so', async () => {
    expect((await run(merge('auto'), imports)).outcome.status).toBe('escalated');
    const { entente, outcome } = await run(merge('auto', { commutative: true }), imports);
    expect(outcome.status).toBe('merged');
    expect(await textAt(entente, 'src/app.ts')).toBe("import a from 'a';\nimport b from 'b';\nimport c from 'c';\n");
  });

  it('[SC6] [SC10] in a thread, where there is no time for it here', async () => {
    const contents = imports.map((each) => `${each}${large}`) as [string, string, string];
    const { entente, outcome } = await run(merge('auto', { commutative: true }), contents);
    expect(outcome.status).toBe('merged');
    expect(await textAt(entente, 'src/app.ts')).toContain("import b from 'b';\nimport c from 'c';\n");
  });

  it('[SC6] the same as an option, also in a policy that is data', async () => {
    const stored = parseStrategy({ strategy: 'merge', engine: 'auto', options: { commutative: true } });
    expect(merge('auto', { commutative: true })).toEqual(stored);
    expect((await run(stored, imports)).outcome.status).toBe('merged');
  });
});
