// A process of a test as one file of JavaScript: most of what a short-lived child does would be to read and translate its
// modules.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const made = new Map<string, string>();

/** The file to start instead of a module of TypeScript. It goes when this process ends. */
export function bundled(source: string): string {
  const known = made.get(source);
  if (known !== undefined) return known;
  // Where the packages that it needs are found.
  const folder = fileURLToPath(new URL('../../node_modules/.cache/entente', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${basename(source, '.ts')}-${process.pid}.mjs`);
  buildSync({
    ...{ entryPoints: [source], outfile: file, bundle: true, packages: 'external', logLevel: 'error' },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
  });
  process.once('exit', () => rmSync(file, { force: true }));
  made.set(source, file);
  return file;
}
