// The dashboard's files: what is served of them, under which headers, and what is not.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from '../../test/support/raw-http.ts';
import { fetchAnswer, openServer, type Server } from '../../test/support/server.ts';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/dashboard', import.meta.url));

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entente-page-'));
  cpSync(FIXTURE, folder, { recursive: true });
  symlinkSync(join(folder, 'outside.txt'), join(folder, 'assets', 'link-1a2b3c4d.js'));
  writeFileSync(join(folder, 'assets', 'notes.txt'), 'no asset');
  server = await openServer({ http: { dashboard: folder } });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: { readonly [name: string]: string } = {}): ReturnType<typeof fetchAnswer> =>
  fetchAnswer(server.url + path, { headers });

describe('the dashboard', () => {
  it('[HT20] the page is served without a key, is asked for anew each time, and its assets are kept for a year', async () => {
    const page = await get('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect([page.headers.get('cache-control'), page.text]).toEqual(['no-cache', expect.stringContaining('<title>')]);
    const etag = page.headers.get('etag') ?? '';
    const same = await get('/', { 'if-none-match': etag });
    expect(same.status).toBe(304);
    expect(same.headers.get('content-security-policy')).toContain("default-src 'self'");
    writeFileSync(join(folder, 'index.html'), page.text.replace('entente', 'another'));
    expect((await get('/', { 'if-none-match': etag })).status).toBe(200);
    const asset = await get('/assets/app-1a2b3c4d.js');
    expect([asset.status, asset.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('[HT20] it may load nothing from elsewhere, run nothing that stands in it, and be framed by nobody', async () => {
    for (const path of ['/', '/assets/app-1a2b3c4d.js']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      const rules = Object.fromEntries(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
      expect(rules['default-src']).toBe("default-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|http|script-src|style-src|connect-src/);
      for (const name of ['object-src', 'base-uri', 'form-action', 'frame-ancestors'])
        expect(rules[name]).toBe(`${name} 'none'`);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect([...headers.keys()].filter((name) => /^access-control|^set-cookie/.test(name))).toEqual([]);
    }
    // The API stays as closed as it was.
    expect((await get('/healthz')).headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('[HT20] nothing else of the folder is served, nor what a link points to, by whatever spelling', async () => {
    const names = ['outside.txt', 'index.html', '.', '..', 'notes.txt', 'link-1a2b3c4d.js', 'none-1a2b3c4d.js', ''];
    const odd = [
      '%2e%2e%2foutside.txt',
      '..%2foutside.txt',
      '..%5coutside.txt',
      'a%00.js',
      '%2fetc%2fpasswd',
      'x%2f.js',
    ];
    for (const name of [...names, ...odd]) {
      const { status, text } = await get(`/assets/${name}`);
      expect([name, status, text.includes('not of the dashboard')]).toEqual([name, name === '..' ? 200 : 404, false]);
    }
    for (const path of ['/outside.txt', '/index.html', '/assets', '/assets/../outside.txt']) {
      const raw = await sendRaw(server.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect([path, raw.status]).toEqual([path, 404]);
    }
    expect((await fetchAnswer(`${server.url}/`, { method: 'POST' })).status).toBe(405);
  });

  it('[HT20] where it is not built the page says what to do, and where it is turned off there is none', async () => {
    const empty = await openServer({ http: { dashboard: join(folder, 'none') } });
    const none = await openServer({ http: { dashboard: false } });
    const unbuilt = await fetchAnswer(`${empty.url}/`, {});
    expect([unbuilt.status, unbuilt.body.next]).toEqual([404, [expect.stringContaining('npm run build')]]);
    const off = await fetchAnswer(`${none.url}/`, {});
    expect([off.status, off.body.detail]).toEqual([404, 'There is no such endpoint.']);
    await Promise.all([empty.close(), none.close()]);
  });
});
