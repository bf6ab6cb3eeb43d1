// The screens beside the queue, as somebody uses them: resources and their versions, activity, rules, keys, health, audit.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium } from './chromium.ts';
import { fillWeek } from './filled.ts';
import { goTo, openStage, type Stage } from './stage.ts';
import { visit } from './visiting.ts';

const there = hasChromium('the screens of the dashboard');

let stage: Stage;
beforeAll(async () => {
  if (there) stage = await openStage({ fill: (store) => fillWeek(store) });
});
afterAll(() => stage?.close());

describe.skipIf(!there)('resources', () => {
  it('[DB70] shows content, versions with their receipts, who is at it, open conflicts and the rule that applies', async () => {
    const { page } = await visit(stage, { screen: '#/resources' });
    await page.getByRole('searchbox').fill('notes/hand');
    await page.getByRole('link', { name: 'notes/handbook.md' }).click();
    await page.getByText('writer-2 has v').waitFor();
    await page.getByText('rewrites steps 9 to 12').waitFor();
    await page.getByText('by rule 3').waitFor();
    const merged = page.locator('.version', { hasText: 'merged' }).first();
    await merged.getByRole('button', { name: /How it was made/ }).click();
    const receipt = merged.getByRole('table');
    await receipt.waitFor();
    expect(await receipt.textContent()).toMatch(/added.*what was there|added.*writer|removed/);
  });

  it('[DB71] compares any two versions, and makes an earlier one the newest again as a new version', async () => {
    for (const text of ['one\n', 'two\n', 'three\n']) await stage.write('notes/again.md', text);
    const { page } = await visit(stage, { screen: '#/resources/notes/again.md' });
    await page.getByLabel('Compare from version 1').check();
    await page.getByRole('button', { name: 'Compare v1 with v3' }).click();
    await page.locator('.cm-deletedChunk').getByText('one').waitFor();
    await page.locator('.cm-content').getByText('three').waitFor();
    await page
      .locator('.version')
      .nth(2)
      .getByRole('button', { name: /Make it the newest again/ })
      .click();
    await page.getByRole('heading', { name: 'Version 4' }).waitFor();
    await page.locator('main .code').getByText('one').waitFor();
    expect((await stage.ask('GET', '/resource?id=notes/again.md')).body).toBe('one\n');
    expect((await stage.ask('GET', '/resource/versions?id=notes/again.md')).body.items).toHaveLength(4);
  });
});

describe.skipIf(!there)('contents that are no text to show', () => {
  it('[DB78] bytes, very long texts, deleted and empty resources say what they are and what can be done', async () => {
    await stage.write('odd/empty.md', '');
    await stage.write('odd/long.txt', 'a line of a long text\n'.repeat(120_000));
    await stage.write('odd/gone.md', 'here\n');
    const draft = (await stage.ask('POST', '/drafts', { id: 'odd/gone.md' })).body;
    await stage.ask('POST', '/commits', { token: draft.token, delete: true });
    const bytes = (await stage.ask('POST', '/drafts', { id: 'odd/bytes.bin' })).body;
    await stage.ask('POST', '/commits', { token: bytes.token, content: 'AP8AAQ==', encoding: 'base64' });
    const { page } = await visit(stage);
    for (const [id, says] of [
      ['odd/empty.md', 'It is empty.'],
      ['odd/long.txt', '2.6 MB: too much to show here. Save it as a file.'],
      ['odd/gone.md', 'It was deleted. An earlier version can be made the newest again below.'],
      ['odd/bytes.bin', '4 B that are no text. Save it as a file.'],
    ] as const) {
      await goTo(page, `#/resources/${id}`);
      await page.getByText(says).waitFor();
    }
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    expect([...readFileSync(await file.path())]).toEqual([0, 255, 0, 1]);
    await goTo(page, '#/resources/odd/gone.md');
    await page
      .locator('.version', { hasText: 'v1' })
      .getByRole('button', { name: /Make it the newest again/ })
      .click();
    await page.locator('main .code').getByText('here').waitFor();
  });
});

describe.skipIf(!there)('activity', () => {
  it('[DB72] is live, can be paused and filtered, and what comes while somebody is in the list waits behind a pill', async () => {
    const { page } = await visit(stage, { screen: '#/activity' });
    const first = page.locator('.activity-row').first();
    await first.waitFor();
    await page.mouse.move(5, 5);
    await stage.write('live/a.md', 'a\n', { agent: 'live-1', note: 'came by itself' });
    await page.getByText('came by itself').waitFor();
    await page.getByText('came by itself').hover();
    const before = await first.textContent();
    await stage.write('live/b.md', 'b\n', { agent: 'live-2', note: 'has to wait' });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await first.textContent()).toBe(before);
    await page.getByRole('button', { name: '1 new' }).click();
    await page.getByText('has to wait').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.mouse.move(5, 5);
    await stage.write('live/c.md', 'c\n', { agent: 'live-1', note: 'while paused' });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await page.getByText('while paused').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('while paused').waitFor();
    await page.getByLabel('Agent contains').fill('live-2');
    await page.getByText('has to wait').waitFor();
    expect(await page.locator('.activity-row').count()).toBe(1);
    // What changes no resource says what it is, and of which one.
    await page.mouse.move(5, 5);
    await page.getByLabel('Agent contains').fill('live-3');
    await stage.ask('POST', '/drafts', { id: 'live/d.md', agent: 'live-3', announce: true });
    await page.getByText('announced a change of live/d.md').waitFor();
  });
});

describe.skipIf(!there)('agents and keys', () => {
  it('[DB74] makes a key that is shown once, tells its first call by a light, and ends it', async () => {
    const { page } = await visit(stage, { screen: '#/keys' });
    await page.getByLabel('Agent', { exact: true }).fill('writer-9');
    await page.getByLabel('For').fill('drafts/**');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.locator('.made-key pre').textContent())?.trim() ?? '';
    expect(key).toMatch(/^ent_/);
    await page.getByText('Waiting for its first call').waitFor();
    const list = async (id: string): Promise<number> =>
      (
        await fetch(`${stage.url}/v1/spaces/default/resource/head?id=${id}`, {
          headers: { authorization: `Bearer ${key}` },
        })
      ).status;
    expect(await list('release/plan.md')).toBe(404);
    await page.getByText('Its first call came').waitFor();
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).not.toContain(key);
    await page.getByRole('button', { name: 'End the key of writer-9' }).click();
    await page.getByRole('button', { name: 'End it now' }).click();
    await page.getByRole('button', { name: 'End the key of writer-9' }).waitFor({ state: 'detached' });
    expect(await list('drafts/x.md')).toBe(401);
  });
});

describe.skipIf(!there)('the policy', () => {
  it('[DB73] orders and stores rules under what was seen, says which one a resource gets, and tries them on the log', async () => {
    const { page } = await visit(stage, { screen: '#/policy' });
    await page.getByLabel('Rule 1: pattern').waitFor();
    await page.getByLabel('Resource', { exact: true }).fill('notes/x.md');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByText('by rule 3').waitFor();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('Rule 5: pattern').fill('notes/handbook.md');
    await page.getByLabel('Rule 5: strategy').fill('lastWriterWins');
    for (const place of [5, 4, 3, 2]) await page.getByRole('button', { name: `Rule ${place} up` }).click();
    expect(await page.getByLabel('Rule 1: pattern').inputValue()).toBe('notes/handbook.md');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    const verdict = page.locator('.verdict');
    await verdict.waitFor();
    expect(await verdict.textContent()).toMatch(/^With these rules, in the last 7 days: [1-9]\d* lost, \d+ escalated/);
    expect((await stage.ask('GET', '/policy')).body.rules).toHaveLength(4);
    await page.getByLabel('Rule 1: strategy').fill('escalate');
    await page.getByRole('button', { name: 'Store the rules' }).click();
    await page.locator('.toast-text', { hasText: 'The rules are stored.' }).waitFor();
    const { body } = await stage.ask('GET', '/policy');
    expect(body.rules[0]).toEqual(['notes/handbook.md', 'escalate']);
  });

  it('[DB73] does not store over rules that somebody else stored meanwhile', async () => {
    const { page } = await visit(stage, { screen: '#/policy' });
    await page.getByLabel('Rule 1: pattern').waitFor();
    const { etag, rules, default: fallback } = (await stage.ask('GET', '/policy')).body;
    await stage.ask(
      'PUT',
      '/policy',
      { rules: [...rules, ['theirs/**', 'escalate']], default: fallback },
      { 'if-match': etag },
    );
    await page.getByLabel('Rule 1: pattern').fill('mine/**');
    await page.getByRole('button', { name: 'Store the rules' }).click();
    await page.getByText('Somebody stored other rules meanwhile.').waitFor();
    expect(await page.getByLabel('Rule 1: pattern').inputValue()).toBe('mine/**');
    expect((await stage.ask('GET', '/policy')).body.rules.at(-1)).toEqual(['theirs/**', 'escalate']);
    await page.getByRole('button', { name: 'Show the rules as they are now' }).click();
    const theirs = page.getByLabel(`Rule ${rules.length + 1}: pattern`);
    await theirs.waitFor();
    expect(await theirs.inputValue()).toBe('theirs/**');
  });
});

describe.skipIf(!there)('health', () => {
  it('[DB75] has charts of the time that is chosen, each with a table that says the same', async () => {
    const { page } = await visit(stage, { screen: '#/health' });
    await page.locator('.chart canvas').first().waitFor();
    expect(await page.locator('.chart').count()).toBe(4);
    const { body } = await stage.ask('GET', `/stats/series?since=${Date.now() - 7 * 86_400_000}&buckets=1`);
    const chart = page.locator('.chart').first();
    await chart.getByText('The same as a table').click();
    const cells = await chart.locator('tbody td:nth-child(2)').allTextContents();
    const sum = cells.reduce((total, cell) => total + Number(cell.replaceAll(',', '')), 0);
    expect(sum).toBe(body.totals.commits);
    expect(sum).toBeGreaterThan(50);
    expect(await chart.locator('tbody tr').count()).toBe(84);
    await page.getByLabel('The last').selectOption({ label: 'a day' });
    await chart.locator('tbody tr:nth-child(48):last-child').waitFor({ state: 'attached' });
  });
});

describe.skipIf(!there)('the audit', () => {
  it('[DB76] reaches any place of the log, shows an entry in full, and verifies the whole', async () => {
    const { page } = await visit(stage, { screen: '#/audit' });
    await page.locator('button.log-row').first().waitFor();
    await page.keyboard.press('End');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    const oldest = page.locator('button.log-row', { has: page.getByText('1', { exact: true }) }).last();
    await oldest.waitFor();
    await page.locator('button.log-row', { hasText: 'notes/handbook.md' }).last().click();
    const entry = page.locator('.entry-details');
    await entry.getByRole('heading', { name: 'Compared' }).waitFor();
    expect(await entry.textContent()).toMatch(/Agent.*Why.*Wrote.*notes\/handbook\.md/s);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('Nothing was lost:').waitFor();
  });
});

describe.skipIf(!there)('a key that may little', () => {
  it('[DB77] every screen shows what the key may see, and says what it may not', async () => {
    const { body } = await stage.ask('POST', '//v1/keys', { name: 'guest', grants: ['read@default:notes/**'] });
    const { page } = await visit(stage, { key: body.key });
    for (const [screen, says] of [
      ['#/resources', 'notes/handbook.md'],
      ['#/activity', 'notes/day-5.md'],
      ['#/resources/notes/handbook.md', 'by rule'],
      ['#/resources/release/plan.md', 'There is no such resource, or your key may not see it.'],
      ['#/keys', 'this one'],
      ['#/policy', 'Your key does not allow this'],
      ['#/health', 'Your key does not allow this'],
      ['#/audit', 'Your key does not allow this'],
    ] as const) {
      await goTo(page, screen);
      await page.locator('main').getByText(says).first().waitFor();
      expect([screen, (await page.locator('main').textContent())?.includes('config/limits.json')]).toEqual([
        screen,
        false,
      ]);
    }
    // Said once, and nothing is offered that would be refused again.
    expect(await page.getByRole('alert').count()).toBe(1);
    expect(await page.getByText('Looking how far').count()).toBe(0);
    for (const name of ['Verify', 'Export as CSV']) {
      expect([name, await page.getByRole('button', { name }).isDisabled()]).toEqual([name, true]);
    }
  });
});
