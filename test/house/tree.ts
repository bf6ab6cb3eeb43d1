// What the house tests share: the project's root and the files below a folder of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** Files below a folder, sorted, as paths from the root with forward slashes. */
export function filesBelow(folder: string): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Modules of the dashboard: what its build makes pages of. */
export function dashboardModules(): string[] {
  return filesBelow('dashboard/src').filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts'));
}

/** Modules that are shipped: everything below src but the tests. */
export function shippedModules(): string[] {
  return filesBelow('src').filter((path) => path.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(path));
}
