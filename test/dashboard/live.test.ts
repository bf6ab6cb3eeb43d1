// The dashboard while others work: two people at once, lists that hold still, one stream for a browser, a server that is
// away, and the first five minutes.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covered } from '../../dashboard/src/screens/connect/blocks.ts';
import { hasChromium } from './chromium.ts';
import { meet, mergeEverything, STORY, stateOf, stored } from './meetings.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('the dashboard while others work');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage({ fill: mergeEverything });
});
afterAll(() => stage?.close());

const rows = (page: Page): Promise<readonly string[]> =>
  page.locator('[data-conflict]').evaluateAll((all: { textContent: string }[]) => all.map((one) => one.textContent));
const isLive = (page: Page) => page.locator('.state.live').waitFor();

describe.skipIf(!there)('the dashboard while others work', () => {
  it('[DB30] the list holds still: what is new waits behind a pill, and what others decide is greyed where it stands', async () => {
    const first = await meet(stage, { resource: 'still/one.md', ...STORY });
    const { page } = await visit(stage);
    await page.locator(`[data-conflict="${first}"]`).waitFor();
    await isLive(page);
    const before = await rows(page);
    await meet(stage, { resource: 'still/two.md', ...STORY });
    const pill = page.getByRole('button', { name: '1 new' });
    await pill.waitFor();
    expect(await rows(page)).toEqual(before);
    const { body } = await stage.ask('GET', `/conflicts/${first}`);
    await stage.ask('POST', `/conflicts/${first}/resolution`, { use: 'current' }, { 'if-match': body.etag });
    await page.locator('.queue-row.gone').filter({ hasText: 'still/one.md' }).getByText('decided meanwhile').waitFor();
    expect(await rows(page)).toEqual(before);
    await page.keyboard.press('.');
    await page.locator('.queue-row').filter({ hasText: 'still/two.md' }).waitFor();
    expect(await page.locator('.queue-row').filter({ hasText: 'still/one.md' }).count()).toBe(0);
    expect(await pill.count()).toBe(0);
  });

  it('[DB31] two people at one conflict: one decides, the other sees it at once and decides nothing any more', async () => {
    const id = await meet(stage, { resource: 'two/people.md', ...STORY });
    const [ann, bob] = [
      await visit(stage, { screen: `#/conflicts/${id}` }),
      await visit(stage, { screen: `#/conflicts/${id}` }),
    ];
    await Promise.all([ann, bob].map(({ page }) => page.locator('[data-place="1"]').waitFor()));
    await isLive(bob.page);
    await bob.page.keyboard.press('2');
    await ann.page.keyboard.press('1');
    await ann.page.keyboard.press('1');
    await ann.page.keyboard.press('Control+Enter');
    await ann.page.locator('.toast-text').filter({ hasText: 'is now v3' }).waitFor();
    await bob.page.getByText('This conflict is decided').waitFor();
    await bob.page.keyboard.press('Control+Enter');
    expect((await stored(stage, 'two/people.md')).version).toBe(3);
    expect(await stateOf(stage, id)).toBe('resolved');
  });

  it('[DB32] two windows of a browser have one stream, and when its window closes the other goes on without a gap', async () => {
    const one = await visit(stage);
    await isLive(one.page);
    const streams: string[] = [];
    const two = await stage.visit({ context: one.context, login: false });
    two.page.on('request', (request) => {
      if (request.url().includes('/events')) streams.push(request.url());
    });
    // It takes the session of the first one by itself.
    await isLive(two.page);
    await goTo(two.page, '#/queue');
    const id = await meet(stage, { resource: 'one/stream.md', ...STORY });
    await two.page.getByRole('button', { name: '1 new' }).waitFor();
    expect(streams).toEqual([]);
    await one.page.close();
    const later = await meet(stage, { resource: 'one/later.md', ...STORY });
    await two.page.getByRole('button', { name: '2 new' }).waitFor();
    await two.page.keyboard.press('.');
    for (const each of [id, later]) await two.page.locator(`[data-conflict="${each}"]`).waitFor();
    expect(streams).toHaveLength(1);
    // To log out is for all windows of the browser.
    const third = await one.context.newPage();
    await third.goto(stage.url);
    await third.locator('nav').first().waitFor();
    await third.getByRole('button', { name: 'Log out' }).click();
    await two.page.getByLabel('Key', { exact: true }).waitFor();
    await two.close();
  });

  it('[DB25] what was kept as two is told in the queue, with a way to see it', async () => {
    const { page } = await visit(stage);
    await isLive(page);
    await expect(meet(stage, { resource: 'kept/both.md', ...STORY })).rejects.toThrow('no conflict');
    await page.getByRole('link', { name: '1 kept both today' }).click();
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    await page.locator('.activity-row').filter({ hasText: 'kept/both' }).first().waitFor();
    expect(await page.locator('.activity-row').count()).toBe(1);
  });

  it('[DB33] while the server is away the page says since when, its actions are off, and it goes on by itself', async () => {
    const id = await meet(stage, { resource: 'goes/away.md', ...STORY });
    const { page, context } = await stage.visit({ screen: `#/conflicts/${id}` });
    await page.locator('[data-place="1"]').waitFor();
    await isLive(page);
    await page.keyboard.press('1');
    await page.keyboard.press('1');
    const resolve = page.getByRole('button', { name: 'Resolve', exact: true });
    expect(await resolve.isEnabled()).toBe(true);
    await context.setOffline(true);
    await page.getByText('Disconnected.').waitFor();
    expect(await resolve.isDisabled()).toBe(true);
    await page.locator('[data-place="1"]').getByText('✓ Take A').waitFor();
    await goTo(page, '#/audit');
    await page.getByText('It comes by itself when the server answers again.').waitFor();
    await context.setOffline(false);
    await isLive(page);
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await goTo(page, `#/conflicts/${id}`);
    await page.locator('[data-place="1"]').getByText('✓ Take A').waitFor();
    await page.getByText('Disconnected.').waitFor({ state: 'detached' });
    await resolve.click();
    await page.locator('.toast-text').filter({ hasText: 'is now v3' }).waitFor();
    await context.close();
  });

  it('[DB33] while the server answers and its store does not, the page says since when, and goes on by itself', async () => {
    const { page, context } = await stage.visit({ screen: '#/queue' });
    await isLive(page);
    const since = '2026-03-04T05:06:07.000Z';
    const problem = { status: 503, contentType: 'application/problem+json' };
    await context.route(/\/events\?|\/readyz$/, (route) =>
      route.fulfill({ ...problem, body: JSON.stringify({ code: 'store-unavailable', detail: 'away', since }) }),
    );
    // Ends the stream that is open, as the server does when its store goes; what is routed is answered all the same.
    await context.setOffline(true);
    await page.getByText('The store is away').waitFor();
    await context.setOffline(false);
    expect(await page.locator(`.banner time[datetime="${since}"]`).count()).toBe(1);
    await context.unroute(/\/events\?|\/readyz$/);
    await isLive(page);
    await page.getByText('The store is away').waitFor({ state: 'detached' });
    await context.close();
  });

  it('[DB34] the code of a link logs in once; a key that is pasted works too, and a wrong one is told', async () => {
    const link = await stage.link();
    const { page, context, close } = await stage.visit({ login: false });
    await page.goto('about:blank');
    await page.goto(link);
    await page.locator('nav').first().waitFor();
    expect(page.url()).not.toContain('login');
    const other = await context.newPage();
    await other.goto(link);
    await other.getByRole('alert').filter({ hasText: 'used already' }).waitFor();
    await other.getByLabel('Key', { exact: true }).fill('ent_nonsense');
    await other.keyboard.press('Enter');
    await other.getByRole('alert').filter({ hasText: 'does not know this key' }).waitFor();
    await other.getByLabel('Key', { exact: true }).fill(stage.key);
    await other.keyboard.press('Enter');
    await other.locator('nav').first().waitFor();
    await close();
  });

  it('[DB34] a link that is opened in a window of the page logs in too, and leaves the address', async () => {
    const { page } = await visit(stage, { login: false });
    await page.getByLabel('Key', { exact: true }).waitFor();
    await page.goto(await stage.link());
    await page.locator('nav').first().waitFor();
    expect(page.url()).toBe(`${stage.url}/#/queue`);
    // Nor does one stay where somebody is logged in already.
    await page.goto(await stage.link());
    await page.getByRole('heading', { level: 1, name: 'Queue' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/#/queue`);
  });

  it('[DB35] a key for one’s own agent is filled into what is copied, shown once, and the light turns green at its first call', async () => {
    const { page, context } = await visit(stage, { screen: '#/connect' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('Name of the agent').fill('newcomer');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('Waiting for the first call of newcomer').waitFor();
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name: `Copy: ${name}` }).click();
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    const mcp = JSON.parse(await copied('MCP')).mcpServers.entente;
    const key = /^Bearer (ent_\w+_[\w-]+)$/.exec(mcp.headers.Authorization)?.[1] ?? '';
    expect(mcp.url).toBe(`${stage.url}/mcp`);
    for (const name of ['curl', 'TypeScript']) expect(await copied(name)).toContain(key);
    // The secret itself is not on the screen, nor the beginning of it.
    const [, id, secret] = /^ent_([a-z0-9]+)_(.+)$/.exec(key) ?? [];
    const shown = await page.locator('main').textContent();
    expect(shown).toContain(`ent_${id}_…`);
    expect(shown).not.toContain(secret?.slice(0, 4));
    // A hook calls no server: nobody is to wait for the light after setting one up.
    const hook = page.locator('.block').filter({ hasText: 'entente init' });
    expect(await hook.textContent()).toMatch(
      /store of its own.*need no key.*does not show it.*entente serve --guard DIR/s,
    );
    expect(await copied('Hook')).not.toContain(key);
    expect(covered('a ent_id1_x_y-z_ b', 'ent_id1_x_y-z_')).toBe('a ent_id1_… b');
    expect(await page.locator('.light .dot.on').count()).toBe(0);
    const answer = await fetch(`${stage.url}/v1/spaces/default/resources`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
    await page.locator('.light .dot.on').waitFor();
    await page.getByText('newcomer is connected.').first().waitFor();
  });
});
