// The border of the server as a real browser meets it: pages of other sites, names that point here, frames, links that
// leak, contents that are opened by themselves (W03 to W06).
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasChromium } from './chromium.ts';
import { type Elsewhere, openElsewhere } from './elsewhere.ts';
import { openStage, type Stage } from './stage.ts';

const there = hasChromium('the border of the server in a browser');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage();
});
afterAll(() => stage?.close());

async function elsewhere(html: string): Promise<Elsewhere> {
  const site = await openElsewhere(html);
  onTestFinished(() => site.close());
  return site;
}

/** What the browser comes to when it goes there: the status of the answer, or why there was none. */
async function statusAt(url: string): Promise<number | string> {
  const page = await stage.browser.newPage();
  onTestFinished(() => page.close());
  try {
    return (await page.goto(url))?.status() ?? 'no answer';
  } catch (error) {
    return String(error);
  }
}

describe.skipIf(!there)('the border in a browser', () => {
  it('[DB50] W04 a page of another site reaches nothing: no form, no plain text, no request without CORS, no reading', async () => {
    const site = await elsewhere('<form method="post" enctype="text/plain"><input name="x"></form>');
    const page = await stage.browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(site.url);
    const target = `${stage.url}/v1/spaces/default/drafts`;
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.url().startsWith(stage.url)) statuses.push(response.status());
    });
    const attempts = [
      `fetch(${JSON.stringify(target)}, { method: 'POST', body: '{"id":"a"}', headers: { 'content-type': 'text/plain' } })`,
      `fetch(${JSON.stringify(target)}, { method: 'POST', mode: 'no-cors', body: '{"id":"a"}' })`,
      `fetch(${JSON.stringify(target)}, { headers: { authorization: 'Bearer ${stage.key}' } })`,
      `fetch(${JSON.stringify(`${stage.url}/v1/login`)}, { method: 'POST', mode: 'no-cors', body: '{"code":"x"}' })`,
    ];
    for (const attempt of attempts) {
      const read = await page.evaluate(`${attempt}.then((answer) => answer.text()).catch(() => 'refused')`);
      expect([attempt, read === 'refused' || read === ''], JSON.stringify(read)).toEqual([attempt, true]);
    }
    await page.evaluate(
      `document.forms[0].action = ${JSON.stringify(target)}; void setTimeout(() => document.forms[0].submit())`,
    );
    await page.waitForURL(target);
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    expect(statuses.at(-1)).toBe(403);
    expect((await stage.ask('GET', '/drafts')).body.items).toEqual([]);
  });

  it('[DB51] W05 a name that was made to point here gets nothing, of pages as of the API', async () => {
    const { port } = new URL(stage.url);
    for (const path of ['/', '/assets/index.js', '/v1/whoami', '/healthz', '/v1/spaces/default/events']) {
      expect([path, await statusAt(`http://rebound.example:${port}${path}`)]).toEqual([path, 403]);
    }
  });

  it('[DB56] W06 a page of another site cannot frame the dashboard, and the code of a link leaves the address at once', async () => {
    const site = await elsewhere(`<iframe src="${stage.url}/"></iframe>`);
    const page = await stage.browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(site.url);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    expect(await frame?.evaluate('document.body.innerText.includes("entente")').catch(() => false)).toBe(false);
    const link = await stage.link();
    await page.goto(link);
    await page.locator('nav').first().waitFor();
    expect(page.url()).toBe(`${stage.url}/#/queue`);
    expect(
      await page.evaluate('JSON.stringify([history.length > 3, document.cookie, { ...localStorage }])'),
    ).not.toContain('ent_');
    // Going back does not bring it back, and it is good for one login.
    await page.goBack();
    expect(page.url()).not.toContain('login=');
    const another = await stage.browser.newPage();
    onTestFinished(() => another.close());
    await another.goto(link);
    await another.getByRole('alert').waitFor();
    expect(await another.locator('nav').count()).toBe(0);
  });

  it('[DB57] W03 a content that is opened by itself is text to be saved, never a page', async () => {
    await stage.write('evil.html', '<script>document.title = "ran"</script>');
    const answer = await fetch(`${stage.url}/v1/spaces/default/resource?id=evil.html`, {
      headers: { authorization: `Bearer ${stage.key}` },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toMatch(/sandbox/);
    // A browser that is sent there has no key to show: it learns nothing.
    expect(await statusAt(`${stage.url}/v1/spaces/default/resource?id=evil.html`)).toBe(401);
  });
});
