// What the set-up promises: it does what is needed, judged by content, and nothing when nothing is.
import { execFile } from 'node:child_process';
import { existsSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createProject, environment } from './project.ts';

const { path: project, put, remove } = createProject();
afterAll(remove);

const execute = promisify(execFile);

async function setUp(): Promise<string> {
  const options = { cwd: project, env: environment() };
  const { stdout, stderr } = await execute(process.execPath, ['scripts/setup.mjs'], options);
  expect(stdout, 'progress goes to stderr').toBe('');
  return stderr;
}

describe('set-up', () => {
  it('[HS10] builds when sources changed by content, and does nothing when they did not', async () => {
    put('src/cli/main.ts', '#!/usr/bin/env node\nexport const one: number = 1;\n');
    put('src/core/gone.ts', 'export const two: number = 2;\n');
    expect(await setUp()).toBe('entente: building (tsc) …\n');
    expect(await setUp()).toBe('');
    utimesSync(join(project, 'src/cli/main.ts'), 1, 1);
    expect(await setUp()).toBe('');
    rmSync(join(project, 'src/core/gone.ts'));
    expect(await setUp()).toBe('entente: building (tsc) …\n');
    expect(existsSync(join(project, 'dist/core/gone.js')), 'a module without a source is gone').toBe(false);
    await execute(join(project, 'dist/cli/main.js'), [], { cwd: project });
  });

  it('[HS10] shows type errors, fails, and tries again the next time', async () => {
    put('src/core/wrong.ts', 'export const three: number = "3";\n');
    const failure = { code: 1, stderr: expect.stringMatching(/wrong\.ts\(1,14\).*mend the type errors/s) };
    await expect(setUp()).rejects.toMatchObject(failure);
    await expect(setUp()).rejects.toMatchObject(failure);
    put('src/core/wrong.ts', 'export const three: number = 3;\n');
    expect(await setUp()).toBe('entente: building (tsc) …\n');
  });

  it('[HS10] refuses a Node that is too old and says which one it needs', async () => {
    const script = `
      Object.defineProperty(process.versions, 'node', { value: '18.20.0' });
      const { setup } = await import('./scripts/setup.mjs');
      await setup();`;
    const run = execute(process.execPath, ['--input-type=module', '-e', script], { cwd: project, env: environment() });
    await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('needs Node 20.19 or newer') });
  });
});
