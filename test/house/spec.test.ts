// The specification and the tests name each other: a rule without a test, or a test that names no rule, fails here.
import { describe, expect, it } from 'vitest';
import { assembleSpec, rulesOf } from '../../scripts/spec.mjs';
import { filesBelow, readText } from './tree.ts';

const rules: readonly string[] = rulesOf(readText('docs/spec.md'));
const testFiles = [...filesBelow('src'), ...filesBelow('test')].filter(
  (path) => path.endsWith('.test.ts') || path.startsWith('src/stores/conformance/'),
);

/** Ids at the start of a test's name: one or several, each in brackets; also in the names of a table of cases. */
function idsIn(text: string): string[] {
  const names = text.matchAll(/['"`]((?:\[[A-Z]+\d+[a-z]?\] ?)+)(?=\S)/g);
  return [...names].flatMap(([, ids = '']) => [...ids.matchAll(/\[(\w+)\]/g)].map(([, id = '']) => id));
}

describe('docs/spec.md', () => {
  it('[HS3] is what its parts say (node scripts/spec.mjs writes it anew)', () => {
    expect(readText('docs/spec.md')).toBe(assembleSpec());
  });

  it('[HS3] states each rule once', () => {
    expect(rules.filter((id, index) => rules.indexOf(id) !== index)).toEqual([]);
  });

  it('[HS3] has a test for every rule, and a rule for every id in a test name', () => {
    const named = new Map(testFiles.flatMap((path) => idsIn(readText(path)).map((id) => [id, path] as const)));
    const untested = rules.filter((id) => !named.has(id));
    const unknown = [...named].filter(([id]) => !rules.includes(id)).map(([id, path]) => `${id} in ${path}`);
    expect({ untested, unknown }).toEqual({ untested: [], unknown: [] });
  });
});
