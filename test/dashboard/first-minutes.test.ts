// The first five minutes in an empty space: the demo, its conflict, one key, and everything goes on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { stateOf } from './meetings.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('the first five minutes of the dashboard');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage();
});
afterAll(() => stage?.close());

describe.skipIf(!there)('the first five minutes', () => {
  it('[DB36] the demo of an empty space leaves a conflict, which one key and Resolve decide; the feed shows how it goes on', async () => {
    const { page } = await visit(stage);
    await page.getByText('Nothing has happened here yet').waitFor();
    await page.getByRole('button', { name: 'Start the demo' }).click();
    const found = page.locator('[data-conflict]').first();
    await found.waitFor();
    const id = (await found.getAttribute('data-conflict')) ?? '';
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const places = page.locator('[data-place]');
    await places.first().waitFor();
    const count = await places.count();
    for (let place = 0; place < count; place += 1) await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast-text').filter({ hasText: 'Resolved' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await stateOf(stage, id)).toBe('resolved');
    // The demo asks for no decision that was made.
    await goTo(page, '#/connect');
    await page.getByText('Its conflict is decided').waitFor();
    expect(await page.getByRole('link', { name: 'Decide the conflict' }).count()).toBe(0);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    await page.locator('main').getByText('demo/').first().waitFor();
  });
});
