// What axe finds in the states of screens that are not there at first sight: login, help, three columns, proposals, sides
// without places, a moved resource, no connection, an empty space.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { meet, STORY } from './meetings.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('the states of the dashboard');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage();
});
afterAll(() => stage?.close());

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

describe.skipIf(!there)('the states of the dashboard', () => {
  it('[DB60] axe finds nothing at the login, in an empty space, nor where something is wrong', async () => {
    const { page } = await visit(stage, { login: false, theme: 'dark' });
    await page.getByLabel('Key', { exact: true }).fill('ent_nonsense');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(['login', await violations(page)]).toEqual(['login', []]);
    await page.getByLabel('Key', { exact: true }).fill(stage.key);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Start the demo' }).waitFor();
    expect(['empty', await violations(page)]).toEqual(['empty', []]);
    await goTo(page, '#/conflicts/c-0000000000000000');
    await page.getByRole('alert').filter({ hasText: 'It is not there' }).waitFor();
    expect(['not there', await violations(page)]).toEqual(['not there', []]);
  });

  it('[DB60] axe finds nothing in three columns, proposals, folded parts, sides without places, help and messages', async () => {
    await stage.ask('PUT', '/policy', { rules: [['**', 'merge(text)']] }, { 'if-none-match': '*' });
    const id = await meet(stage, { resource: 'axe/text.md', ...STORY });
    await stage.ask('POST', `/conflicts/${id}/proposals`, {
      agent: 'judge-1',
      reason: 'as I see it',
      content: STORY.b,
    });
    await stage.ask('POST', `/conflicts/${id}/proposals`, { agent: 'judge-2', reason: 'ask Ann', decline: true });
    const whole = await meet(stage, { resource: 'axe/whole.md', base: 'a\n', a: null, b: 'b\n' });
    for (const theme of ['light', 'dark'] as const) {
      const { page } = await visit(stage, { screen: `#/conflicts/${id}`, theme });
      await page.locator('[data-place="0"]').waitFor();
      for (const key of ['v', '1', '4']) await page.keyboard.press(key);
      for (const fold of await page.locator('main summary').all()) await fold.click();
      await page.locator('.whole-side .cm-content').nth(1).waitFor();
      await page.getByRole('button', { name: 'Save draft' }).click();
      await stage.write('axe/text.md', `${STORY.a}${theme}\n`, { agent: 'late' });
      await page.locator('.moved').waitFor();
      expect(['conflict', theme, await violations(page)]).toEqual(['conflict', theme, []]);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(['help', theme, await violations(page)]).toEqual(['help', theme, []]);
      await page.keyboard.press('Escape');
      await goTo(page, `#/conflicts/${whole}`);
      await page.getByText('choose whether it stays').waitFor();
      expect(['whole', theme, await violations(page)]).toEqual(['whole', theme, []]);
    }
  });
});
