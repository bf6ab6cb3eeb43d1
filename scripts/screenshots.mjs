// `node scripts/screenshots.mjs [folder]`: a picture of every screen of the dashboard, and of one in the dark theme, from a
// real server with a week of a team's work in it and a real Chromium. Without a folder it writes docs/images/, which
// docs/dashboard.md shows.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { root, setupOrExit } from './setup.mjs';

await setupOrExit();
register();
const { openStage, goTo } = await import('../test/dashboard/stage.ts');
const { fillWeek } = await import('../test/dashboard/filled.ts');
const { SCREENS } = await import('../test/dashboard/screens.ts');

const folder = process.argv[2] ?? join(root, 'docs', 'images');
mkdirSync(folder, { recursive: true });
const stage = await openStage({ fill: (store) => fillWeek(store) });
try {
  for (const theme of ['light', 'dark']) {
    const { page, close, problems } = await stage.visit({ theme, width: 1280, height: 860 });
    // One is enough to show what the dark theme is like; the tests look at all of them.
    for (const screen of theme === 'light' ? SCREENS : SCREENS.filter(({ name }) => name === 'conflict')) {
      await goTo(page, await screen.at(stage));
      await screen.ready(page);
      await page.screenshot({ path: join(folder, `${screen.name}-${theme}.png`), animations: 'disabled' });
      process.stdout.write(`${screen.name} ${theme}\n`);
    }
    if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
    await close();
  }
} finally {
  await stage.close();
}
