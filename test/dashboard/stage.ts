// A stage for the dashboard: a real `entente serve` on a SQLite store of its own, filled before it starts, and a real
// Chromium. Each visit is a browser profile of its own, logged in by a fresh link as a person has it.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createSqliteStore } from '../../src/stores/sqlite.ts';
import type { Store } from '../../src/stores/store.ts';
import { type Desk, openDesk } from '../support/command-line.ts';
import { type Served, serve } from '../support/served.ts';
import { launchChromium } from './chromium.ts';

export interface StageOptions {
  /** Puts in what the server finds at its start. The clock of what it writes is its own. */
  readonly fill?: (store: Store) => Promise<void>;
  /** Further arguments of `entente serve`. */
  readonly argv?: readonly string[];
}

export interface VisitOptions {
  /** The screen to open, such as `#/activity`. */
  readonly screen?: string;
  /** @default light */
  readonly theme?: 'light' | 'dark';
  /** Of the window, in CSS pixels. @default 1280 × 800 */
  readonly width?: number;
  readonly height?: number;
  /** False: the page as somebody without a link or a key finds it. @default true */
  readonly login?: boolean;
  /** A key to log in with by hand instead of the owner's link. */
  readonly key?: string;
  /** A profile that is open already: a second window of the same browser. */
  readonly context?: BrowserContext;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What a page must never do: faults in its console, requests to elsewhere, breaches of its policy. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  readonly body: any;
}

export interface Stage {
  readonly url: string;
  /** The owner's key. */
  readonly key: string;
  readonly desk: Desk;
  readonly browser: Browser;
  readonly served: Served;
  /** Asks the server with the owner's key; `path` is below the space, such as `/drafts`, or `//v1/keys` below the root. */
  ask(method: string, path: string, json?: unknown, headers?: { readonly [name: string]: string }): Promise<Answer>;
  /** Begins and commits content as an agent, by the policy. Answers the outcome. */
  write(id: string, content: string, more?: { readonly agent?: string; readonly note?: string }): Promise<Answer>;
  /** A link that logs in once. */
  link(): Promise<string>;
  visit(options?: VisitOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Answers that are refusals are the page's to show; that the browser notes them too is no fault. */
const NOTED = /^Failed to load resource: the server responded with a status of (4\d\d|503)/;

function watch(page: Page, origin: string, problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' && !NOTED.test(message.text())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`thrown: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'blob:' && protocol !== 'data:') problems.push(`asked ${request.url()}`);
  });
}

export async function openStage({ fill, argv = [] }: StageOptions = {}): Promise<Stage> {
  const desk = await openDesk();
  if (fill !== undefined) {
    const store = createSqliteStore({ path: desk.path('.entente/entente.db') });
    await fill(store);
    await store.close();
  }
  const [served, browser] = await Promise.all([serve(desk, argv), launchChromium()]);
  const { url, key } = served;

  const ask: Stage['ask'] = async (method, path, json, headers = {}) => {
    const answer = await fetch(path.startsWith('//') ? url + path.slice(1) : `${url}/v1/spaces/default${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
    return { status: answer.status, body: isJson ? JSON.parse(text) : text };
  };

  const link: Stage['link'] = async () => {
    const { status, body } = await ask('POST', '//v1/login-codes', {});
    if (status >= 300) throw new Error(`no login code: ${JSON.stringify(body)}`);
    return `${url}/#login=${body.code}`;
  };

  return {
    ...{ url, key, desk, browser, served, ask, link },
    async write(id, content, { agent, note } = {}) {
      const by = agent === undefined ? {} : { agent };
      const { body } = await ask('POST', '/drafts', { id, ...by });
      return ask('POST', '/commits', { token: body.token, content, ...(note === undefined ? {} : { note }) });
    },
    async visit({ screen = '', theme = 'light', width = 1280, height = 800, login = true, key: given, context } = {}) {
      const own =
        context ??
        (await browser.newContext({
          ...{ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', acceptDownloads: true },
          ...{ locale: 'en-GB', timezoneId: 'UTC' },
        }));
      const page = await own.newPage();
      page.setDefaultTimeout(20_000);
      const problems: string[] = [];
      watch(page, url, problems);
      const byLink = login && given === undefined;
      await page.goto(byLink ? await link() : `${url}/`);
      if (given !== undefined) await pasteKey(page, given);
      if (login || given !== undefined) await page.locator('nav').first().waitFor();
      if (screen !== '') await goTo(page, screen);
      return { page, context: own, problems, close: () => (context === undefined ? own.close() : page.close()) };
    },
    async close() {
      await browser.close();
      await served.stop();
      desk.close();
    },
  };
}

/** Logs in by hand: the key into the field, and Enter. */
export async function pasteKey(page: Page, key: string): Promise<void> {
  await page.getByLabel(/key/i).first().fill(key);
  await page.keyboard.press('Enter');
}

/** Opens a screen of the page that is open, without loading it anew. */
export async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(screen)}`);
}
