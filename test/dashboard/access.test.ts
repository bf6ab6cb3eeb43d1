// Every screen of the dashboard for everybody: no violation that axe finds, in both themes, and no sideways scrolling at
// 320 px (WCAG 1.4.10).
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { fillWeek } from './filled.ts';
import { SCREENS } from './screens.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('the dashboard for everybody');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage({ fill: (store) => fillWeek(store, 1) });
});
afterAll(() => stage?.close());

/** What axe finds, in lines: which rule, where, and why. */
async function violations(page: Page, theme: 'light' | 'dark'): Promise<readonly string[]> {
  const builder = new AxeBuilder({ page }).setLegacyMode();
  // The other theme has the same elements in other colours: only the rules on colours can tell another thing there.
  if (theme === 'dark' && process.env['ENTENTE_LONG'] === undefined)
    builder.withRules(['color-contrast', 'link-in-text-block']);
  // New in WCAG 2.2, and off in axe unless it is asked for.
  else builder.options({ rules: { 'target-size': { enabled: true } } });
  const { violations: found } = await builder.analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** What is wider than the window, outermost first. */
const WIDER = `[...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .filter((one) => { for (let up = one.parentElement; up; up = up.parentElement) if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return false; return true; })
  .slice(0, 5).map((one) => one.tagName + '.' + one.className)`;

/** The element with the focus where something else stands over its middle; '' where it is seen. */
const COVERED = `(() => {
  const one = document.activeElement;
  if (one === document.body) return '';
  const { left, top, width, height } = one.getBoundingClientRect();
  const [x, y] = [left + Math.min(width, innerWidth) / 2, Math.max(top, 0) + Math.min(height, 40) / 2];
  const seen = document.elementFromPoint(x, y);
  return seen !== null && (one.contains(seen) || seen.contains(one)) ? '' : one.outerHTML.slice(0, 120);
})()`;

/** The second of the two keys, and the screen that it goes to. */
const KEYS = {
  ...{ q: 'queue', a: 'activity', r: 'resources', p: 'policy' },
  ...{ k: 'keys', h: 'health', u: 'audit', c: 'connect' },
};

describe.skipIf(!there)('the dashboard for everybody', () => {
  for (const theme of ['light', 'dark'] as const) {
    it(`[DB60] axe finds nothing on any screen, ${theme}`, async () => {
      const { page } = await visit(stage, { theme });
      for (const screen of SCREENS) {
        await goTo(page, await screen.at(stage));
        await screen.ready(page);
        expect([screen.name, await violations(page, theme)]).toEqual([screen.name, []]);
      }
    });
  }

  it('[DB61] no screen scrolls sideways at 320 px', async () => {
    const { page } = await visit(stage, { width: 320, height: 640 });
    for (const screen of SCREENS) {
      await goTo(page, await screen.at(stage));
      await screen.ready(page);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([screen.name, width, await page.evaluate(WIDER)]).toEqual([screen.name, 320, []]);
    }
  });

  it('[DB62] every screen is reached by two keys, says its name, and its controls can be reached and are seen with the focus', async () => {
    const { page } = await visit(stage, { width: 1280, height: 700 });
    const titles: string[] = [];
    for (const [key, name] of Object.entries(KEYS)) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.locator(`nav a[aria-current="page"][aria-keyshortcuts="g ${key}"]`).waitFor();
      await page.locator('main h1').waitFor();
      // What is read comes in above and below: until it is there, a control may be moved away under the focus.
      await SCREENS.find((screen) => screen.name === name)?.ready(page);
      titles.push(await page.title());
      expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);
      for (let step = 0; step < 8; step += 1) {
        await page.keyboard.press('Tab');
        // Not below the edge, not under a bar that stands over it (WCAG 2.4.11).
        expect([key, step, await page.evaluate(COVERED)]).toEqual([key, step, '']);
      }
      await page.evaluate('document.activeElement.blur()');
    }
    expect(new Set(titles).size).toBe(8);
  });
});
