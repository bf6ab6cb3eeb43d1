// The browser of the dashboard's tests: the system's own Chromium, driven by playwright-core, which brings none. Where
// there is none, tests say so and pass over it, unless CI is set: there it fails.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const INSTALL = 'apt-get install chromium (or set ENTENTE_CHROMIUM to the path of one)';

const ARGS = [
  // Without its sandbox it also runs as root in a container; what it opens is our own server and nothing else.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  // No other name is looked up, so that nothing goes out; and one that an attacker made point to this machine.
  '--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  '--disable-background-networking',
  '--disable-component-update',
];

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where it is; undefined where there is none. */
function chromiumPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env['ENTENTE_CHROMIUM'] ?? '', ...places].find((file) => file !== '' && isProgram(file));
}

/** Whether it is there; a missing one is a printed skip, and a failure under CI. */
export function hasChromium(what: string): boolean {
  if (chromiumPath() !== undefined) return true;
  const missing = `${what} needs Chromium: ${INSTALL}`;
  if ((process.env['CI'] ?? '') !== '') throw new Error(`${missing}; CI is set`);
  process.stderr.write(`skipped: ${missing}\n`);
  return false;
}

export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error(`There is no Chromium: ${INSTALL}`);
  return chromium.launch({ executablePath, args: ARGS });
}
