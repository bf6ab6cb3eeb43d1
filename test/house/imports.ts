// Import specifiers of a module, read from its text.
import { posix } from 'node:path';
import { readText } from './tree.ts';

export interface Import {
  readonly from: string;
  /** As written: `./x.ts`, `node:fs`, `commander`. */
  readonly specifier: string;
  /** The path from the root for one of our own modules. */
  readonly target: string | undefined;
  /** Erased by the compiler: `import type`, `export type … from`. */
  readonly typeOnly: boolean;
  /** `import()` or a worker's `new URL(…)`: loaded when asked for, not with the module. */
  readonly lazy: boolean;
}

const STATIC = /^[ \t]*(?:import|export)\b(?<type>[ \t]+type\b)?(?:[^'";()]*?\bfrom)?\s*['"](?<specifier>[^'"]+)['"]/gm;
const LAZY = /\b(?:import\(\s*|new URL\(\s*)['"](?<specifier>[^'"]+)['"]/g;

export function importsOf(path: string): Import[] {
  const text = readText(path);
  const found = (pattern: RegExp, lazy: boolean): Import[] =>
    [...text.matchAll(pattern)].map(({ groups = {} }) => {
      const specifier = groups['specifier'] ?? '';
      const own = specifier.startsWith('.');
      const target = own ? posix.join(posix.dirname(path), specifier) : undefined;
      return { from: path, specifier, target, typeOnly: groups['type'] !== undefined, lazy };
    });
  return [...found(STATIC, false), ...found(LAZY, true)];
}
