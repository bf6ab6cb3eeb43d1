// What a browser loads before anything is seen, counted in the output of the build.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { filesBelow, root } from '../house/tree.ts';

const FOLDER = 'dist/dashboard';
const LIMIT = 150_000;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
  readonly assets?: readonly string[];
}

const read = (name: string): Buffer => readFileSync(join(root, FOLDER, name));

/** The page, its script, and all that these load without being asked. */
function firstLoad(): readonly string[] {
  const manifest = JSON.parse(read('manifest.json').toString()) as { readonly [name: string]: Chunk };
  const files = new Set(['index.html']);
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit('index.html');
  return [...files];
}

describe('the weight of the dashboard', () => {
  it('[DB37] the first load is below 150 KB gzip, without the editor and the charts', () => {
    expect(existsSync(join(root, FOLDER, 'manifest.json')), 'npm run build, then again').toBe(true);
    const files = firstLoad();
    expect(files.length).toBeGreaterThan(2);
    const weights = files.map((file) => gzipSync(read(file)).length);
    expect(weights.reduce((sum, one) => sum + one, 0)).toBeLessThan(LIMIT);
    const text = files.map((file) => read(file).toString()).join('\n');
    expect(text).not.toContain('cm-scroller');
    expect(text).not.toContain('u-over');
  });

  it('[DB37] no file of the build loads from another address or has a script or a style inline', () => {
    const page = read('index.html').toString();
    expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/i);
    for (const path of filesBelow(FOLDER).filter((name) => /\.(?:html|css)$/.test(name))) {
      expect([
        path,
        readFileSync(join(root, path), 'utf8').match(/(?:src|href)="https?:|url\(\s*['"]?https?:|@import/g),
      ]).toEqual([path, null]);
    }
  });
});
