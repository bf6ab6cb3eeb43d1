// Folders of a test's own, which are gone after it.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** To be called where tests are described; what it gives makes a folder whose name begins with `prefix`. */
export function useFolders(prefix: string): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const one of made.splice(0)) rmSync(one, { recursive: true, force: true });
  });
  return () => {
    const one = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
    made.push(one);
    return one;
  };
}
