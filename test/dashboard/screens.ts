// Every screen of the dashboard: where it is on a filled stage, and when it has come.
import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

export interface ScreenCase {
  readonly name: string;
  /** Its address, such as `#/queue`. */
  at(stage: Stage): Promise<string>;
  /** Resolves when what it reads is on it. */
  ready(page: Page): Promise<void>;
}

const here = (screen: string) => () => Promise.resolve(screen);
const seen =
  (selector: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(selector).first().waitFor();
  };

async function firstConflict(stage: Stage): Promise<string> {
  const { body } = await stage.ask('GET', '/conflicts?state=open&pattern=release/**');
  return `#/conflicts/${body.items[0].id}`;
}

export const SCREENS: readonly ScreenCase[] = [
  { name: 'queue', at: here('#/queue'), ready: seen('main .rows li') },
  { name: 'conflict', at: firstConflict, ready: seen('[data-editor="Result"] .cm-content') },
  { name: 'activity', at: here('#/activity'), ready: seen('.activity-row') },
  { name: 'resources', at: here('#/resources'), ready: seen('.resource-row') },
  { name: 'resource', at: here('#/resources/notes/handbook.md'), ready: seen('.version') },
  { name: 'policy', at: here('#/policy'), ready: seen('.rule') },
  { name: 'keys', at: here('#/keys'), ready: seen('main table tbody tr') },
  { name: 'health', at: here('#/health'), ready: seen('.chart canvas') },
  { name: 'audit', at: here('#/audit'), ready: seen('button.log-row') },
  { name: 'connect', at: here('#/connect'), ready: seen('main h1') },
];
