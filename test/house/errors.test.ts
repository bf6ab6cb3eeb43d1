// docs/errors.md and the code know the same error codes.
import { describe, expect, it } from 'vitest';
import { exitOfOutcome, faultOf } from '../../src/cli/shell/exit.ts';
import { EntenteError, errorCodes } from '../../src/core/errors.ts';
import { filesBelow, readText } from './tree.ts';

const sections = readText('docs/errors.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ code: /^`([\w-]+)`/.exec(section)?.[1] ?? section.slice(0, 40), text: section }));

/** What is a problem over HTTP without being an error: outcomes that stored nothing. */
const REFUSED = ['conflict', 'retry', 'rejected', 'aborted', 'unknown'] as const;

describe('docs/errors.md', () => {
  it('[HS4] has a section for every code, in order, then for the outcomes that stored nothing, and for nothing else', () => {
    expect(sections.map(({ code }) => code)).toEqual([...errorCodes, ...REFUSED, 'unexpected']);
  });

  it('[HS4] says for every code what it means, why it happens, what to do, and the exit code', () => {
    const parts = ['**Means.**', '**Cause.**', '**People.**', '**Agents.**', '**Exit code.**'];
    const lacking = sections.flatMap(({ code, text }) =>
      parts.filter((part) => !text.includes(part)).map((part) => `${code}: ${part}`),
    );
    expect(lacking).toEqual([]);
  });

  it('[HS4] tells the exit code that the command line has', () => {
    const told = sections.map(({ code, text }) => [code, Number(/\*\*Exit code\.\*\* (\d+)/.exec(text)?.[1])]);
    expect(told).toEqual([
      ...errorCodes.map((code) => [code, faultOf(new EntenteError(code, '')).exit]),
      ...REFUSED.map((status) => [status, exitOfOutcome(status)]),
      ['unexpected', faultOf(new Error('')).exit],
    ]);
  });

  it('[HS4] is where every thrown code comes from: no module makes up another one', () => {
    const thrown = filesBelow('src')
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) => [...readText(path).matchAll(/new EntenteError\(\s*'([^']+)'/g)].map(([, code = '']) => code));
    const known: readonly string[] = errorCodes;
    expect(thrown.filter((code) => !known.includes(code))).toEqual([]);
  });
});
