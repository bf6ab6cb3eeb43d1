// What a decision keeps, and what is heard of it: choices that outlive a change of screen and a closed window, a text that
// somebody else's decision left unused, a base that is no longer there, and the words of the live region from the queue to the Undo.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { DEFAULT_SPACE } from '../../src/core/resource.ts';
import type { Store } from '../../src/stores/store.ts';
import { hasChromium } from './chromium.ts';
import { meet, mergeEverything, STORY, stateOf, stored } from './meetings.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('what a decision in the dashboard keeps');

let lost = '';

/** A change by somebody who read so long ago that their base was trimmed: nobody can say what they changed. */
async function loseBase(store: Store): Promise<void> {
  const entente = createController({ store });
  const put = async (agent: string, content: string): Promise<void> => {
    const { token } = await entente.begin('state/lost.md', { agent });
    await entente.commit(token, { content });
  };
  await put('writer-0', 'base\n');
  await put('writer-0', 'second\n');
  const { token } = await entente.begin('state/lost.md', { agent: 'reviewer-2' });
  await put('writer-1', 'by A\n');
  const { revision } = await store.read(DEFAULT_SPACE, []);
  await store.trim(DEFAULT_SPACE, revision);
  const outcome = await entente.commitOrResolve({ ...token, asOf: revision }, { content: 'by B\n' });
  if (outcome.status !== 'escalated') throw new Error(`no conflict: ${JSON.stringify(outcome)}`);
  lost = outcome.conflictId;
}

let stage: Stage;
beforeAll(async () => {
  if (!there) return;
  const fill = async (store: Store): Promise<void> => {
    await mergeEverything(store);
    await loseBase(store);
  };
  stage = await openStage({ fill });
});
afterAll(() => stage?.close());

const place = (page: Page, n: number) => page.locator(`[data-place="${n - 1}"]`);
const toast = (page: Page, text: string) => page.locator('.toast-text').filter({ hasText: text });

const result = (page: Page) => page.locator('[data-editor="Result"] .cm-content');

async function open(resource: string): Promise<{ id: string; page: Page }> {
  const id = await meet(stage, { resource, ...STORY });
  const { page } = await visit(stage, { screen: `#/conflicts/${id}` });
  await place(page, 1).waitFor();
  return { id, page };
}

/** Begins to write down what the live region says. */
const LISTEN = `(() => {
  globalThis.heard = [];
  const region = document.querySelector('.unseen[role="status"]');
  new MutationObserver(() => heard.push(region.textContent.replaceAll('\\u00a0', ''))).observe(region, {
    childList: true, characterData: true, subtree: true,
  });
})()`;

describe.skipIf(!there)('what a decision keeps', () => {
  it('[DB26] another screen, or a window that is closed: what was chosen, typed and written is there again', async () => {
    const id = await meet(stage, { resource: 'leaves/choices.md', ...STORY });
    const { page } = await visit(stage, { screen: `#/conflicts/${id}` });
    await place(page, 1).waitFor();
    await page.keyboard.press('2');
    await page.getByLabel('Reason').fill('not sure yet');
    await goTo(page, '#/resources/leaves/choices.md');
    await page.getByRole('heading', { level: 1, name: 'leaves/choices.md' }).waitFor();
    await page.goBack();
    await place(page, 1).getByText('✓ Take B').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('not sure yet');
    await page.locator('[data-editor="Result"] .cm-content').waitFor();
    await page.locator('main').click({ position: { x: 2, y: 2 } });
    await page.keyboard.press('e');
    await page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('by hand\n');
    await page.reload();
    await page.locator('[data-editor="Result"] .cm-content').filter({ hasText: 'by hand' }).waitFor();
    expect(await stateOf(stage, id)).toBe('open');
    // What is decided leaves nothing behind.
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await toast(page, 'is now v3').waitFor();
    expect(await page.evaluate('Object.keys(localStorage).filter((key) => key.includes("draft"))')).toEqual([]);
  });

  it('[DB18] a base that is no longer kept: nobody can say who changed what, and a side is chosen', async () => {
    const { page } = await visit(stage, { screen: `#/conflicts/${lost}` });
    await page.getByText('The version that both began with is no longer kept').waitFor();
    expect(await page.getByRole('button', { name: 'Go back to the base' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Keep B', exact: true }).click();
    await toast(page, 'is now v4').waitFor();
    expect((await stored(stage, 'state/lost.md')).text).toBe('by B\n');
  });

  it('[DB13] a text that was edited by hand stays in view, to be copied, where somebody else decides first', async () => {
    const { id, page } = await open('decided/first.md');
    await result(page).waitFor();
    await page.keyboard.press('e');
    await page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('by hand\n');
    const { etag } = (await stage.ask('GET', `/conflicts/${id}`)).body;
    const decided = await stage.ask('POST', `/conflicts/${id}/resolution`, { use: 'proposed' }, { 'if-match': etag });
    expect(decided.status).toBe(200);
    await page.getByRole('heading', { name: 'Your text was not saved' }).waitFor();
    const text = page.getByRole('group', { name: 'Your text' });
    expect(await text.textContent()).toMatch(/^by hand\nONE by A\n/);
    await page.reload();
    await text.filter({ hasText: 'by hand' }).waitFor();
    await page.getByRole('button', { name: 'Drop it' }).click();
    await text.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'This conflict is decided' }).waitFor();
    expect(await text.count()).toBe(0);
  });

  it('[DB13] a decision of one’s own that the feed tells of before its answer came is not taken for somebody else’s', async () => {
    const { page } = await open('told/first.md');
    await result(page).waitFor();
    await page.keyboard.press('e');
    await page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('by hand\n');
    let answer = (): void => undefined;
    const told = new Promise<void>((done) => {
      answer = done;
    });
    await page.route('**/resolution', async (route) => {
      const response = await route.fetch();
      await told;
      await route.fulfill({ response });
    });
    const again = page.waitForResponse((response) => response.url().endsWith('/view'));
    await page.keyboard.press('Control+Enter');
    await again;
    await page.getByRole('button', { name: 'Resolving …' }).waitFor();
    expect(await page.getByText('Your text was not saved').count()).toBe(0);
    answer();
    await toast(page, 'is now v3').waitFor();
  });

  it('[DB12] [DB27] what a screen reader is told, from the queue to the Undo and to the next conflict', async () => {
    const id = await meet(stage, { resource: 'heard/plan.md', ...STORY });
    await meet(stage, { resource: 'heard/next.md', ...STORY });
    const { page } = await visit(stage);
    await page.locator(`[data-conflict="${id}"]`).waitFor();
    await page.evaluate(LISTEN);
    await page.keyboard.press('j');
    await page.locator(`[data-conflict="${id}"]:focus`).waitFor();
    await page.keyboard.press('Enter');
    await place(page, 1).waitFor();
    await page.keyboard.press('1');
    await place(page, 2).and(page.locator('[aria-current="true"]')).waitFor();
    for (const key of ['p', 'n', '3', 'u', '2']) await page.keyboard.press(key);
    await place(page, 2).getByText('✓ Take B').waitFor();
    await page.keyboard.press('Control+Enter');
    await toast(page, 'is now v3').waitFor();
    await page.keyboard.press('u');
    await toast(page, 'Undone').waitFor();
    expect(await page.evaluate('heard')).toEqual([
      'writer-1 and reviewer-2 both changed line 1 and line 5 of heard/plan.md. Conflict 1 of 2, line 1, writer-1 and reviewer-2',
      'A is taken. 1 open. Conflict 2 of 2, line 5, writer-1 and reviewer-2',
      'Conflict 1 of 2, line 1, writer-1 and reviewer-2',
      'Conflict 2 of 2, line 5, writer-1 and reviewer-2',
      'Both are taken, A first. All places are decided: resolve, or look at the result.',
      'Taken back.',
      'B is taken. All places are decided: resolve, or look at the result.',
      'Resolved: heard/plan.md is now v3. Undo is offered: press u.',
      'Undone: heard/plan.md has the content of v2 again, as a new version.',
    ]);
    // The next one is a key away.
    await page.keyboard.press('n');
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'heard/next.md' }).waitFor();
  });

  it('[DB26] a session that ends while somebody decides takes nothing away: what was chosen is there at the next login', async () => {
    const { id, page } = await open('ended/session.md');
    await page.keyboard.press('2');
    await place(page, 1).getByText('✓ Take B').waitFor();
    const { key } = JSON.parse(String(await page.evaluate("sessionStorage.getItem('entente.session')")));
    await stage.ask('DELETE', `//v1/keys/${String(key).split('_')[1]}`);
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByLabel('Key', { exact: true }).fill(stage.key);
    await page.keyboard.press('Enter');
    await place(page, 1).getByText('✓ Take B').waitFor();
    expect(await stateOf(stage, id)).toBe('open');
  });
});
