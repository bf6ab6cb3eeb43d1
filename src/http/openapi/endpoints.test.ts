// docs/http-endpoints.md is the list of endpoints and codes as they are. To write it anew:
// `npx vitest run src/http/openapi/endpoints.test.ts --update`.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EntenteError, errorCodes } from '../../core/errors.ts';
import { OUTCOME_STATUS, problemOf } from '../problems.ts';
import { pathOf } from './document.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';

const FILE = fileURLToPath(new URL(`${'../../..'}/docs/http-endpoints.md`, import.meta.url));

function row(endpoint: Endpoint): string {
  const { summary, good, bad = [], open } = endpoint;
  const statuses = [...good, ...bad].sort((left, right) => left - right).join(', ');
  const key = open === true ? ' No key needed.' : '';
  return `| \`${endpoint.method.toUpperCase()} ${pathOf(endpoint)}\` | ${summary}${key} | ${statuses} |`;
}

function codes(): string[] {
  const statuses = errorCodes.map((code) => {
    const { status, retryable } = problemOf(new EntenteError(code, ''), 'r');
    return { code, status, retryable };
  });
  // Of outcomes that stored nothing, which are problems too.
  const outcomes = Object.entries(OUTCOME_STATUS)
    .filter(([, status]) => status >= 400)
    .map(([code, status]) => ({ code, status, retryable: code === 'unknown' }));
  const sorted = [...statuses, ...outcomes].toSorted((left, right) => left.status - right.status);
  return sorted.map(({ code, status, retryable }) => `| ${status} | \`${code}\` | ${retryable ? 'yes' : ''} |`);
}

describe('docs/http-endpoints.md', () => {
  it('[HT8] lists every endpoint with its statuses, and every code with its status', async () => {
    const text = [
      '# Endpoints',
      '',
      'What each means stands in [http-api.md](http-api.md). Every endpoint may also answer 400, 401, 403, 404, 429 and 503;',
      'a method that its path does not have is 405.',
      '',
      '| endpoint | does | statuses |',
      '|---|---|---|',
      ...ENDPOINTS.map(row),
      '',
      '## Codes',
      '',
      'What to do about each stands in [errors.md](errors.md).',
      '',
      '| status | code | the same request may work later |',
      '|---|---|---|',
      ...codes(),
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(FILE);
  });

  it('[HT8] every code has a status of its class: 4xx for callers, 5xx for the machine', () => {
    for (const code of errorCodes) {
      const { status, title, type, next } = problemOf(new EntenteError(code, 'why', { next: 'do' }), 'r');
      expect([code, status >= 400 && status < 600]).toEqual([code, true]);
      expect([title.length > 0, type, next]).toEqual([true, `/errors/${code}`, ['do']]);
    }
    const inside = problemOf(new Error('/secret/path'), 'r');
    expect(inside).toMatchObject({ status: 500, code: 'unexpected' });
    expect(JSON.stringify(inside)).not.toContain('secret');
  });
});
