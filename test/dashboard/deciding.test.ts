// Conflicts decided in a real browser: by mouse, by keyboard alone, by hand in the editor; and given back where somebody
// else was faster.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { meet, mergeEverything, STORY, stateOf, stored } from './meetings.ts';
import { openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('deciding conflicts in the dashboard');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage({ fill: mergeEverything });
});
afterAll(() => stage?.close());

async function open(
  resource: string,
  sides: { base?: string; a: string | null; b: string | null } = STORY,
): Promise<{ id: string; page: Page }> {
  const id = await meet(stage, { resource, ...sides });
  const { page } = await visit(stage, { screen: `#/conflicts/${id}` });
  await page.getByRole('heading', { level: 1 }).filter({ hasText: resource }).waitFor();
  return { id, page };
}

const place = (page: Page, n: number) => page.locator(`[data-place="${n - 1}"]`);
const result = (page: Page) => page.locator('[data-editor="Result"] .cm-content');
const toast = (page: Page, text: string) => page.locator('.toast-text').filter({ hasText: text });
const resolve = (page: Page) => page.getByRole('button', { name: 'Resolve', exact: true });

describe.skipIf(!there)('deciding in the dashboard', () => {
  it('[DB10] says in one sentence what clashed, whose the sides are and what they were for, and changes nothing by being looked at', async () => {
    const id = await meet(stage, { resource: 'look/at.md', ...STORY });
    const before = (await stage.ask('GET', '/position')).body.revision;
    const { page } = await visit(stage, { screen: `#/conflicts/${id}` });
    const title = page.getByRole('heading', { level: 1 });
    await title.filter({ hasText: 'look/at.md' }).waitFor();
    expect(await title.textContent()).toMatch(/writer-1 and reviewer-2 both changed .* of look\/at\.md/);
    const line = page.locator('.conflict-head > p').filter({ hasText: 'Opened' });
    expect(await line.textContent()).toMatch(/2 places: both changed the same place$/);
    expect(await page.locator('.side-card.side-a').textContent()).toMatch(/A.*writer-1.*is first/s);
    expect(await page.locator('.side-card.side-b').textContent()).toMatch(/B.*reviewer-2.*is second/s);
    expect(await page.locator('main').textContent()).not.toMatch(/\b(ours|theirs)\b/i);
    await page.locator('.merged summary').click();
    await result(page).waitFor();
    expect((await stage.ask('GET', '/position')).body.revision).toBe(before);
  });

  it('[DB11] by mouse: a choice for each place, a reason, Resolve; and Undo makes a new version of what was there before', async () => {
    const { id, page } = await open('by/mouse.md');
    expect(await resolve(page).isDisabled()).toBe(true);
    await place(page, 1).getByRole('button', { name: 'Take A' }).click();
    await place(page, 2).getByRole('button', { name: 'Take B' }).click();
    await page.getByLabel('Reason').fill('they agreed');
    await resolve(page).click();
    await toast(page, 'is now v3').waitFor();
    expect(await stored(stage, 'by/mouse.md')).toEqual({
      version: 3,
      text: 'ONE by A\ntwo\nthree\nfour\nfive by B\nsix\nseven\neight\nnine by B\n',
    });
    const { resolution } = (await stage.ask('GET', `/conflicts/${id}`)).body;
    expect(resolution).toMatchObject({ decision: 'content', reason: 'they agreed' });
    // An Undo that fails on its way is offered still.
    await page.route('**/resource/undo', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
    await page.getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Not undone').waitFor();
    expect((await stored(stage, 'by/mouse.md')).version).toBe(3);
    await page.getByRole('button', { name: 'Try again' }).click();
    await toast(page, 'Undone').waitFor();
    expect(await stored(stage, 'by/mouse.md')).toEqual({ version: 4, text: STORY.a });
  });

  it('[DB12] by keyboard alone: from the queue to the decision, without a mouse', async () => {
    const id = await meet(stage, { resource: 'by/keyboard.md', ...STORY });
    const { page } = await visit(stage);
    await page.locator(`[data-conflict="${id}"]`).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('by/keyboard.md');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.locator(`[data-conflict="${id}"]:focus`).waitFor();
    await page.keyboard.press('Enter');
    await place(page, 1).waitFor();
    await page.keyboard.press('3');
    await place(page, 1).getByText('✓ Both').waitFor();
    // The keys go on with the next place by themselves.
    await page.locator('[data-place="1"][aria-current="true"]').waitFor();
    // Too early: the key says what is missing, as the button does beside itself.
    await page.keyboard.press('Control+Enter');
    await toast(page, 'Not resolved: 1 place is open.').waitFor();
    await page.keyboard.press('b');
    await page.keyboard.press('u');
    await page.keyboard.press('n');
    await page.keyboard.press('2');
    await page.keyboard.press('Control+Enter');
    await toast(page, 'is now v3').waitFor();
    expect((await stored(stage, 'by/keyboard.md')).text).toBe(
      'ONE by A\nONE by B\ntwo\nthree\nfour\nfive by B\nsix\nseven\neight\nnine by B\n',
    );
    expect(await stateOf(stage, id)).toBe('resolved');
    // Where one is after it, the key that takes back still does.
    await page.locator('[data-open], .empty').first().waitFor();
    await page.keyboard.press('u');
    await toast(page, 'Undone').waitFor();
    expect(await stored(stage, 'by/keyboard.md')).toEqual({ version: 4, text: STORY.a });
  });

  it('[DB13] a decision that loses a race comes back with all that was chosen, and goes over nothing', async () => {
    const { id, page } = await open('lost/race.md');
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    await place(page, 2).getByText('✓ Take B').waitFor();
    const late = STORY.a.replace('five by A', 'five, much later');
    // Somebody is faster by the time that a request takes.
    await page.route(
      '**/resolution',
      async (route) => {
        await stage.write('lost/race.md', late, { agent: 'late' });
        await route.continue();
      },
      { times: 1 },
    );
    await page.keyboard.press('Control+Enter');
    await page.getByText('Your decision came back: nothing was overwritten.').waitFor();
    expect(await stored(stage, 'lost/race.md')).toEqual({ version: 3, text: late });
    expect(await stateOf(stage, id)).toBe('open');
    // The place that is still the same keeps its choice; the other one is asked for again.
    await place(page, 2).getByText('five, much later').first().waitFor();
    await place(page, 1).getByText('✓ Take A').waitFor();
    await place(page, 2).getByText('open', { exact: true }).waitFor();
    await place(page, 2).getByRole('button', { name: 'Take A' }).click();
    await page.getByRole('button', { name: 'Re-apply my decision' }).click();
    await toast(page, 'is now v4').waitFor();
    expect((await stored(stage, 'lost/race.md')).text).toBe(late.replace('nine\n', 'nine by B\n'));
  });

  it('[DB24] where the resource moved elsewhere, a bar says so and the decision is merged with what came', async () => {
    const { page } = await open('moved/on.md');
    await page.keyboard.press('1');
    await page.keyboard.press('1');
    await stage.write('moved/on.md', STORY.a.replace('three', 'three, later'), { agent: 'late', note: 'a word more' });
    await page.getByText('The resource moved to v3').waitFor();
    await page.getByRole('button', { name: 'Re-apply my decision' }).click();
    await toast(page, 'merged with what came meanwhile').waitFor();
    const { text } = await stored(stage, 'moved/on.md');
    expect(text).toBe(STORY.a.replace('three', 'three, later').replace('nine\n', 'nine by B\n'));
  });

  it('[DB24] a text that was edited by hand before the resource moved is kept, and is no result until somebody says so', async () => {
    const { page } = await open('moved/text.md');
    await result(page).waitFor();
    await page.keyboard.press('e');
    await page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('by hand\n');
    await result(page).filter({ hasText: 'by hand' }).waitFor();
    // In the very lines that were edited.
    const late = STORY.a.replace('ONE by A', 'ONE, much later');
    await page.route(
      '**/resolution',
      async (route) => {
        await stage.write('moved/text.md', late, { agent: 'late' });
        await route.continue();
      },
      { times: 1 },
    );
    await page.keyboard.press('Control+Enter');
    await page.getByText('Your text from before the resource moved').waitFor();
    expect((await stored(stage, 'moved/text.md')).text).toBe(late);
    expect(await resolve(page).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Put it into the result' }).click();
    await result(page).filter({ hasText: 'by hand' }).waitFor();
    await resolve(page).click();
    await toast(page, 'is now v4').waitFor();
  });

  it('[DB14] what is edited by hand is what is saved; keys are letters in the editor, and Esc and Tab leave it', async () => {
    const { page } = await open('by/hand.md');
    await result(page).waitFor();
    await page.keyboard.press('e');
    await page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('1 2 b u\n');
    expect(await place(page, 1).getByText('open', { exact: true }).count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.name ?? document.activeElement.tagName')).toBe('reason');
    await resolve(page).click();
    await toast(page, 'is now v3').waitFor();
    expect((await stored(stage, 'by/hand.md')).text).toBe(`1 2 b u\n${STORY.a.replace('nine\n', 'nine by B\n')}`);
  });

  it('[DB15] what merged by itself is listed, and can be taken back', async () => {
    const { page } = await open('took/back.md');
    await page.locator('.merged summary').filter({ hasText: '1 place merged by itself' }).click();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.keyboard.press('1');
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await toast(page, 'stays as it is').waitFor();
    expect(await stored(stage, 'took/back.md')).toEqual({ version: 2, text: STORY.a });
  });

  it('[DB16] a draft is kept and decides nothing; the view that was chosen is remembered', async () => {
    const { id, page } = await open('a/draft.md');
    await page.keyboard.press('v');
    await page.locator('.place-sides.three').first().waitFor();
    await page.keyboard.press('2');
    await page.getByLabel('Reason').fill('not sure yet');
    await page.getByRole('button', { name: 'Save draft' }).click();
    await toast(page, 'Draft saved').waitFor();
    expect(await stateOf(stage, id)).toBe('open');
    await page.reload();
    await place(page, 1).getByText('✓ Take B').waitFor();
    expect(await page.getByLabel('Reason').inputValue()).toBe('not sure yet');
    expect(await page.locator('.place-sides.three').count()).toBe(2);
  });

  it('[DB17] structures: places by pointer, put together by the server', async () => {
    const json = (requests: number, retries: number): string =>
      `${JSON.stringify({ requests, retries }, undefined, 2)}\n`;
    const { page } = await open('a/structure.json', { base: json(600, 3), a: json(300, 3), b: json(1200, 5) });
    expect(await place(page, 1).getByRole('heading').first().textContent()).toContain('/requests');
    await page.keyboard.press('2');
    await result(page).filter({ hasText: '1200' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await toast(page, 'is now v3').waitFor();
    expect((await stored(stage, 'a/structure.json')).text).toBe(json(1200, 5));
  });

  it('[DB18] deleted against edited, binary and very large sides: each says what to do, and is decided by a side', async () => {
    const gone = await open('state/deleted.md', { base: 'a\n', a: null, b: 'a\nb\n' });
    await gone.page.getByText('choose whether it stays').waitFor();
    await gone.page.getByRole('button', { name: 'Keep B' }).click();
    await toast(gone.page, 'is now v3').waitFor();
    expect((await stored(stage, 'state/deleted.md')).text).toBe('a\nb\n');

    const binary = await open('state/binary.bin', { base: 'a\0', a: 'b\0', b: 'c\0' });
    await binary.page.getByText('no texts').waitFor();
    const [file] = await Promise.all([
      binary.page.waitForEvent('download'),
      binary.page.getByRole('button', { name: 'Download' }).first().click(),
    ]);
    expect(file.suggestedFilename()).toBe('A-binary.bin');
    await binary.page.keyboard.press('2');
    await toast(binary.page, 'is now v3').waitFor();

    const long = (end: string): string => `${'0123456789 '.repeat(200_000)}${end}`;
    const huge = await open('state/huge.txt', { base: long('\n'), a: long('A\n'), b: long('B\n') });
    await huge.page.getByText('too large').first().waitFor();
    await huge.page.getByRole('button', { name: 'Keep A' }).click();
    await toast(huge.page, 'stays as it is').waitFor();
    expect(await stateOf(stage, huge.id)).toBe('resolved');
  });

  it('[DB18] what both made anew, and contents that are kept elsewhere: a side is chosen, or a text of one’s own is saved', async () => {
    const anew = await open('state/anew.md', { a: 'mine\n', b: 'yours\n' });
    await anew.page.getByText('Both made it anew').waitFor();
    await result(anew.page).waitFor();
    await anew.page.keyboard.press('e');
    await anew.page.locator('[data-editor="Result"] .cm-focused').waitFor();
    await anew.page.keyboard.press('Control+End');
    await anew.page.keyboard.type('and more');
    await anew.page.keyboard.press('Control+Enter');
    await toast(anew.page, 'is now v2').waitFor();
    expect((await stored(stage, 'state/anew.md')).text).toBe('mine\nand more');

    const hash = (digit: string): string => digit.repeat(64);
    const { id, page } = await open('state/elsewhere.md', { base: hash('0'), a: hash('a'), b: hash('b') });
    await page.getByText('only their hashes').waitFor();
    await page.keyboard.press('2');
    await toast(page, 'is now v3').waitFor();
    expect(await stateOf(stage, id)).toBe('resolved');
  });

  it('[DB21] a judge’s proposal is a card with its reason, and key 4 puts it into the result; one that declined needs a person', async () => {
    const id = await meet(stage, { resource: 'with/judge.md', ...STORY });
    const propose = (json: object) => stage.ask('POST', `/conflicts/${id}/proposals`, json);
    await propose({ agent: 'judge-2', reason: 'two dates, and no word on which', decline: true });
    const { page } = await visit(stage);
    const row = page.locator('.queue-row').filter({ hasText: 'with/judge.md' });
    await row.getByText('needs you').waitFor();
    await propose({ agent: 'judge-1', reason: 'B is the later one', content: `${STORY.b}judged\n` });
    await row.getByRole('link').click();
    await page.locator('.proposal').filter({ hasText: 'judge-1' }).getByText('B is the later one').waitFor();
    await page.locator('.proposal').filter({ hasText: 'Needs you' }).getByText('no word on which').waitFor();
    await page.keyboard.press('4');
    await result(page).filter({ hasText: 'judged' }).waitFor();
    expect(await stateOf(stage, id)).toBe('open');
    await page.keyboard.press('Control+Enter');
    await toast(page, 'is now v3').waitFor();
    expect((await stored(stage, 'with/judge.md')).text).toBe(`${STORY.b}judged\n`);
  });

  it('[DB22] what was decided before where the same texts met is offered at its place', async () => {
    const first = await open('again/one.md');
    for (const key of ['2', '1', 'Control+Enter']) await first.page.keyboard.press(key);
    await toast(first.page, 'is now v3').waitFor();
    const second = await open('again/two.md');
    await place(second.page, 1).getByText('Decided before by').waitFor();
    for (const key of ['4', '4', 'Control+Enter']) await second.page.keyboard.press(key);
    await toast(second.page, 'is now v3').waitFor();
    expect((await stored(stage, 'again/two.md')).text).toBe((await stored(stage, 'again/one.md')).text);
  });

  it('[DB23] to take a conflict tells others; it is given back the same way', async () => {
    const { id, page } = await open('to/take.md');
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Yours: give it back' }).waitFor();
    expect((await stage.ask('GET', `/conflicts/${id}`)).body.claim).toBeDefined();
    await page.getByRole('button', { name: 'Yours: give it back' }).click();
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await stage.ask('POST', `/conflicts/${id}/claim`, { agent: 'judge-9' });
    await page.getByText('taken by').waitFor();
    for (const key of ['1', '1', 'Control+Enter']) await page.keyboard.press(key);
    await toast(page, 'has taken this conflict').waitFor();
    expect(await stateOf(stage, id)).toBe('open');
  });

  it('[DB19] single keys can be turned off; the help lists what works here', async () => {
    const { page } = await open('keys/off.md');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    await help.getByText('Take both').waitFor();
    await help.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    await page.keyboard.press('?');
    expect(await place(page, 1).getByText('open', { exact: true }).count()).toBe(1);
    expect(await help.isVisible()).toBe(false);
  });

  it('[DB20] a key that may not decide is told so, and what was chosen stays', async () => {
    const { body } = await stage.ask('POST', '//v1/keys', { name: 'reader', grants: ['read@default:**'] });
    const id = await meet(stage, { resource: 'not/allowed.md', ...STORY });
    const { page } = await visit(stage, { key: body.key, screen: `#/conflicts/${id}` });
    await place(page, 1).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('2');
    await resolve(page).click();
    await toast(page, 'Not resolved').waitFor();
    expect(await stateOf(stage, id)).toBe('open');
    await place(page, 2).getByText('✓ Take B').waitFor();
  });
});
