// Texts that attack whoever shows them, on every screen that shows them (W01, W02, W07), and in the file that is exported
// (W08).
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { fillHostile, MARKUP, UNSEEN } from './hostile.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('hostile texts on the dashboard');

let stage: Stage;
beforeAll(async () => {
  if (!there) return;
  stage = await openStage({ fill: fillHostile });
  await stage.ask('POST', '//v1/keys', { name: '<i>spy</i>', label: MARKUP, grants: ['read@default:<b>/**'] });
});
afterAll(() => stage?.close());

/** What a text that was taken for markup would leave: an element of its own, a mark, a link that runs. */
const LEFT = `[window.hit ?? '', document.querySelectorAll('main script, main img[src="x"], main b, main i:not(.agent *), a[href^="javascript"], iframe').length]`;

async function settled(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor();
  expect(await page.evaluate(LEFT)).toEqual(['', 0]);
}

describe.skipIf(!there)('hostile texts', () => {
  it('[DB52] W01 markup in contents, keys of JSON, names, notes, ids and rules is shown as text on every screen', async () => {
    const { page } = await visit(stage);
    await goTo(page, '#/queue');
    await settled(page, 'main .rows li');
    const { body } = await stage.ask('GET', '/conflicts?state=open');
    for (const { id } of body.items) {
      await goTo(page, `#/conflicts/${id}`);
      await settled(page, 'main .code');
    }
    await goTo(page, '#/activity');
    await settled(page, '.activity-row');
    await goTo(page, '#/resources');
    await page.getByRole('link', { name: '<img src=x' }).click();
    await settled(page, '.version');
    expect(await page.locator('.code').first().textContent()).toContain('<script>');
    await page.getByRole('button', { name: /^Compare v/ }).click();
    await settled(page, '.compare .editor');
    await goTo(page, '#/audit');
    await settled(page, 'button.log-row');
    await page.locator('button.log-row').nth(1).click();
    await settled(page, '.entry-details');
    await goTo(page, '#/policy');
    await settled(page, '.rule');
    await page.getByLabel('Resource', { exact: true }).fill('<img src=x onerror=window.hit=2>/a');
    await page.getByRole('button', { name: 'Look' }).click();
    await settled(page, 'form [role="status"] p');
    await goTo(page, '#/keys');
    await settled(page, 'main table tbody tr');
    await page.getByText('<i>spy</i>').waitFor();
  });

  it('[DB53] W02 Markdown, HTML and SVG are shown as their text: nothing of them is drawn, nothing is loaded', async () => {
    const picture =
      '<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"><image href="http://evil.example/x.png"/></svg>';
    await stage.write('notes/page.md', `# A\n\n![x](http://evil.example/y.png)\n${picture}\n`);
    await stage.write('pictures/a.svg', picture);
    const { page } = await visit(stage);
    for (const id of ['notes/page.md', 'pictures/a.svg']) {
      await goTo(page, `#/resources/${id}`);
      await settled(page, 'main .code');
      expect(await page.locator('main .code').first().textContent()).toContain('evil.example');
      expect(await page.locator('main svg, main image').count()).toBe(0);
    }
  });

  it('[DB54] W07 what would not be seen is marked, with its code point, in contents, names and comparisons', async () => {
    const { page } = await visit(stage);
    await goTo(page, '#/resources/notes/unseen.md');
    await page.locator('.version').first().waitFor();
    const shown = await page.locator('main .code').first().textContent();
    for (const code of ['U+202E', 'U+2066', 'U+2069', 'U+200B']) expect(shown).toContain(code);
    await page.getByText('hidden characters').first().waitFor();
    expect(UNSEEN).toContain('\u202e');
    // A Cyrillic letter in a Latin name.
    await page.locator('.version').getByText('lookalike letters').first().waitFor();
    await page.getByRole('button', { name: /^Compare v/ }).click();
    await page.locator('.cm-specialChar').first().waitFor();
  });

  it('[DB55] W08 cells of the exported log that a spreadsheet would run begin with an apostrophe', async () => {
    const { page } = await visit(stage);
    await goTo(page, '#/audit');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    expect(text).toContain("'=cmd|calc");
    expect(text).toContain("'=HYPERLINK");
    expect(text.split(/[,\n]/).filter((cell) => /^"?[=+@]/.test(cell))).toEqual([]);
  });
});
