// In a thread where nobody made a parser ready: this file must not.
import { expect, it } from 'vitest';
import { mergeContents } from '../index.ts';
import { grammarFor } from './grammars.ts';
import { grammarNames } from './languages.ts';

it('[SC3] [SC4] a merge loads no parser by itself; it goes without the check and says so', () => {
  const sides = { base: 'a();\n\nb();\n', current: 'c(;\na();\n\nb();\n', proposed: 'a();\n\nb();\nd();\n' };
  const result = mergeContents({ ...sides, path: 'a.ts' });
  expect(result).toMatchObject({ status: 'clean', notes: [{ code: 'unchecked' }] });
  expect(grammarNames.map(grammarFor)).toEqual(grammarNames.map(() => undefined));
});
