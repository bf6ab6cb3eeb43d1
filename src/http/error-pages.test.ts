// Where the types of problems lead: a page for each, for whoever meets one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchAnswer, openServer, type Server } from '../../test/support/server.ts';
import { errorCodes } from '../core/errors.ts';
import { parseErrorPages, prefersHtml } from './error-pages.ts';
import { OUTCOME_STATUS, problemOf } from './problems.ts';

let server: Server;
beforeAll(async () => {
  server = await openServer({ http: { dashboard: false } });
});
afterAll(() => server.close());

const page = (path: string, accept: string = '*/*'): ReturnType<typeof fetchAnswer> =>
  fetchAnswer(`${server.url}${path}`, { headers: { accept } });

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('pages of problem types', () => {
  it('[HT35] each type leads to a page of just that code, with what it means and what to do', async () => {
    const refused = Object.entries(OUTCOME_STATUS).filter(([, status]) => status >= 400);
    const codes = [...errorCodes, ...refused.map(([status]) => status), 'unexpected'];
    for (const code of codes) {
      const { status, headers, text } = await page(`/errors/${code}`);
      expect([code, status, headers.get('content-type')]).toEqual([code, 200, 'text/plain; charset=utf-8']);
      expect(text.startsWith(`# \`${code}\`\n`)).toBe(true);
      for (const part of ['**Means.**', '**People.**', '**Agents.**'])
        expect([code, text.split(part).length]).toEqual([code, 2]);
    }
    const { body } = await page('/v1/spaces/default/resources');
    expect(body).toMatchObject({ code: 'unauthenticated', type: '/errors/unauthenticated' });
    expect((await page(body.type)).text).toContain('carries no usable key');
    expect(problemOf(new Error('x'), 'r').type).toBe('/errors/unexpected');
  });

  it('[HT35] as HTML for who prefers that; all of them on one page, with the code as anchor', async () => {
    const one = await page('/errors/bad-pattern', BROWSER);
    expect([one.status, one.headers.get('content-type'), one.headers.get('vary')]).toEqual([
      ...[200, 'text/html; charset=utf-8', 'Accept'],
    ]);
    expect(one.text).toContain('<h1><code>bad-pattern</code></h1>');
    expect(one.text).toContain('<code>**</code>');
    expect(one.text).not.toMatch(/<script|<style|\]\(/);
    const all = await page('/errors', BROWSER);
    for (const code of errorCodes) expect(all.text).toContain(`<h2 id="${code}"><a href="/errors/${code}">`);
    expect((await page('/errors')).text).toMatch(/^# Errors\n/);
  });

  it('[HT35] what is no code is 404, and nothing of the address comes back as a page', async () => {
    for (const path of ['nothing', 'constructor', '%3Cscript%3E', '..%2ferrors.md', 'conflict%00']) {
      const { status, body, text } = await page(`/errors/${path}`, BROWSER);
      expect([path, status, body.code]).toEqual([path, 404, 'not-found']);
      expect(text).not.toContain('script');
    }
    expect((await fetchAnswer(`${server.url}/errors/conflict`, { method: 'POST' })).status).toBe(405);
  });

  it('[HT35] goes by the weights of Accept; who says nothing gets text', () => {
    const wanted: readonly (readonly [accept: string | undefined, html: boolean])[] = [
      [undefined, false],
      ['*/*', false],
      ['text/*', false],
      [BROWSER, true],
      ['TEXT/HTML', true],
      ['text/plain, text/html;q=0.5', false],
      ['text/plain;q=0.2, text/html;q=0.5', true],
      ['text/html;q=0, */*', false],
      ['application/json', false],
    ];
    for (const [accept, html] of wanted) expect([accept, prefersHtml(accept)]).toEqual([accept, html]);
  });

  it('[HT35] shows what stands in the file as text, whatever it is', () => {
    const { all, of } = parseErrorPages(
      '# Errors\n\nSee [more](more.md) & <b>.\n\n## `a-b`\n\n- **Means.** `<i>` "x".\n',
    );
    expect(all.html).toContain('<p>See more &amp; &lt;b&gt;.</p>');
    expect(of('a-b')?.html).toContain('<li><strong>Means.</strong> <code>&lt;i&gt;</code> &quot;x&quot;.</li>');
    expect(of('a-b')?.text).toBe('# `a-b`\n\n- **Means.** `<i>` "x".\n');
    expect(of('b')).toBeUndefined();
  });
});
