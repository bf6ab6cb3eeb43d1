// The dashboard in a real Chromium: how long the page stands still while somebody scrolls a queue of 1,000 conflicts and a
// log of 100,000 entries, and how long a conflict of 5,000 lines takes from the arrival of its data until it is drawn.
// The baseline is a page of the same length with nothing in it, or the same text as one block. Build first: the pages
// that are measured are those in dist/dashboard.
import type { Page } from 'playwright-core';
import { createController } from '../src/controller/controller.ts';
import type { Controller } from '../src/controller/types.ts';
import type { Store } from '../src/stores/store.ts';
import { hasChromium } from '../test/dashboard/chromium.ts';
import { goTo, openStage, type Stage } from '../test/dashboard/stage.ts';
import { median, type Row } from './rows.ts';

const CONFLICTS = 1_000;
const ENTRIES = 100_000;
const LINES = 5_000;
const LANES = 64;
const STALL_MS = 50;
const OPEN_MS = 300;
const ROUNDS = 5;

const long = (edit: (line: number) => string | undefined): string =>
  Array.from(
    { length: LINES },
    (_, line) => `${edit(line) ?? `line ${line} of a page that many people work on`}\n`,
  ).join('');

async function clash(
  entente: Controller,
  id: string,
  sides: readonly [base: string, a: string, b: string],
): Promise<void> {
  const [base, a, b] = sides;
  const first = await entente.begin(id, { agent: 'ann' });
  await entente.commit(first.token, { content: base });
  const [one, two] = [await entente.begin(id, { agent: 'ann' }), await entente.begin(id, { agent: 'bob' })];
  await entente.commit(one.token, { content: a }, { note: 'says it shorter' });
  await entente.commitOrResolve(two.token, { content: b }, { note: 'says it longer' });
}

/** Runs `work` for each number below `count`, a few at a time. */
async function inLanes(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function fill(store: Store): Promise<void> {
  const entente = createController({ store });
  await entente.setPolicy({ rules: [['**', 'merge(text)']] }, { agent: 'ann', revision: 0 });
  await clash(entente, 'long/page.md', [
    long(() => undefined),
    long((line) => (line % 100 === 7 ? `line ${line} by ann` : undefined)),
    long((line) => (line % 100 === 57 || line === 1007 || line === 4007 ? `line ${line} by bob` : undefined)),
  ]);
  await inLanes(CONFLICTS - 1, (index) => clash(entente, `queue/page-${index}.md`, ['one\n', 'two\n', 'three\n']));
  const { revision } = await entente.stats();
  await inLanes(ENTRIES - revision, async (index) => {
    const { token } = await entente.begin(`log/${index % LANES}.md`, { agent: `agent-${index % 7}` });
    await entente.commit(token, { content: `${index}\n` }, { note: 'one more line' });
  });
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of a complete event: by the clock, and on a processor, which other processes cannot lengthen. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest task of the page's main thread while `work` runs, in milliseconds on a processor. */
async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The page has no browser to trace.');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: readonly TraceEvent[];
  };
  const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const isMain = new Set(threads.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && isMain.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('The trace has no task of the page.');
  return Math.max(...tasks.map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1000));
}

/** Wheels down a way, then goes to places far apart, as by the bar; the longest stall in milliseconds. */
async function scrolled(page: Page): Promise<number> {
  await page.evaluate('scrollTo(0, 0)');
  await page.waitForTimeout(300);
  await page.mouse.move(700, 500);
  return longestTask(page, async () => {
    for (let step = 0; step < 60; step += 1) {
      await page.mouse.wheel(0, 240);
      await page.waitForTimeout(16);
    }
    for (let step = 0; step < 20; step += 1) {
      await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${((step * 7) % 20) / 20})`);
      await page.waitForTimeout(60);
    }
  });
}

/** A page with nothing in it that is as long. */
async function emptied(page: Page): Promise<void> {
  await page.evaluate(`{
    const height = document.documentElement.scrollHeight;
    const block = document.createElement('div');
    block.style.height = height + 'px';
    document.body.replaceChildren(block);
  }`);
}

async function stall(stage: Stage, what: string, screen: string, row: string): Promise<Row> {
  const { page, close } = await stage.visit({ screen, height: 900 });
  await page.locator(row).first().waitFor();
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) ours.push(await scrolled(page));
  await emptied(page);
  for (let round = 0; round < ROUNDS; round += 1) baseline.push(await scrolled(page));
  await close();
  return rowOf(what, median(ours), median(baseline), STALL_MS);
}

function rowOf(what: string, ours: number, baseline: number, bar: number): Row {
  return {
    ...{ what, ours: `${ours.toFixed(1)} ms`, baseline: `${baseline.toFixed(1)} ms` },
    ...{ ratio: ours / baseline, bar: `≤ ${bar} ms`, ok: ours <= bar },
  };
}

/** From the last byte of what the conflict is read from until two frames after its first place stands there. */
const OPENED = `new Promise((resolve) => {
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const read = performance.getEntriesByType('resource').filter(({ name }) => /\\/conflicts\\/[^/?]+\\/view/.test(name)).at(-1);
    resolve(performance.now() - read.responseEnd);
  }));
  const look = () => document.querySelector('main .code') ? drawn() : requestAnimationFrame(look);
  look();
})`;

/** The same text as one block, drawn. */
const BLOCK = `new Promise((resolve) => {
  const text = ${JSON.stringify(long(() => undefined))};
  const start = performance.now();
  const block = document.createElement('pre');
  block.textContent = text;
  document.body.replaceChildren(block);
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
})`;

async function opening(stage: Stage): Promise<Row> {
  const { body } = await stage.ask('GET', '/conflicts?state=open&pattern=long/**');
  const [ours, baseline]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page, close } = await stage.visit({ screen: '#/queue', height: 900 });
    await page.locator('main .rows li').first().waitFor();
    await goTo(page, `#/conflicts/${body.items[0].id}`);
    ours.push((await page.evaluate(OPENED)) as number);
    baseline.push((await page.evaluate(BLOCK)) as number);
    await close();
  }
  return rowOf(
    `a conflict of ${LINES.toLocaleString('en')} lines, from its data to the screen`,
    median(ours),
    median(baseline),
    OPEN_MS,
  );
}

export async function run(): Promise<Row[]> {
  if (!hasChromium('the measurement of the dashboard')) return [];
  const stage = await openStage({ fill });
  try {
    return [
      await stall(
        stage,
        `scrolling a queue of ${CONFLICTS.toLocaleString('en')}: longest stall`,
        '#/queue',
        'main .rows li',
      ),
      await stall(
        stage,
        `scrolling a log of ${ENTRIES.toLocaleString('en')}: longest stall`,
        '#/audit',
        'button.log-row',
      ),
      await opening(stage),
    ];
  } finally {
    await stage.close();
  }
}
