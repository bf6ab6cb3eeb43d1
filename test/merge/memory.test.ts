// Large documents of formats whose parsers build large trees, merged in a thread that has too little memory for one.
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

/** Megabytes of heap. The tree that the parser of YAML builds of one of these documents takes 80, that of TOML 200. */
const HEAP = 56;
const COUNT = 5_000;

/** A thread has no loader of TypeScript of its own. */
const CODE = `
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const near = createRequire(workerData.module);
const { exports } = near('tsx/package.json');
const api = new URL(exports['./esm/api'].import.default, pathToFileURL(near.resolve('tsx/package.json')));
import(api.href)
  .then(({ register }) => { register(); return import(workerData.module); })
  .then(({ mergeContents }) => {
    const { status, stats } = mergeContents(workerData.input);
    parentPort.postMessage(status + ' by ' + stats?.engine);
  });
`;

const yamlUser = (id: number, name: string): string => `  - id: ${id}
    name: ${name} # as it is shown
    email: user.${id}@example.org
    tags: [alpha, beta, t${id % 17}]
    address:
      street: ${id} Long Street
      city: Utrecht
      country: The Netherlands, which is in Europe
`;

const tomlUser = (id: number, name: string): string => `
[[users]]
id = ${id}
name = "${name}" # as it is shown
email = "user.${id}@example.org"
tags = ["alpha", "beta", "t${id % 17}"]
address.street = "${id} Long Street"
address.city = "Utrecht"
address.country = "The Netherlands, which is in Europe"
`;

function mergeInThread(head: string, user: typeof yamlUser, path: string): Promise<string> {
  const side = (changed: number, name: string): string =>
    head + Array.from({ length: COUNT }, (_, id) => user(id, id === changed ? name : `user ${id}`)).join('');
  const input = { base: side(-1, ''), current: side(100, 'ours'), proposed: side(4_000, 'theirs'), path };
  const module = new URL('../../src/merge/merge.ts', import.meta.url).href;
  const limits = { maxOldGenerationSizeMb: HEAP, maxYoungGenerationSizeMb: 4 };
  const thread = new Worker(CODE, { eval: true, workerData: { input, module }, resourceLimits: limits, execArgv: [] });
  return new Promise((resolve) => {
    thread.once('message', resolve);
    thread.once('error', (error) => resolve(String(error)));
  });
}

describe('memory of merges', { timeout: 300_000 }, () => {
  it('[YM15] three sides of 1 MB of YAML are merged by structure in a small heap', async () => {
    expect(await mergeInThread('users:\n', yamlUser, 'users.yaml')).toBe('clean by yaml');
  });

  it('[TM14] three sides of 1 MB of TOML are merged by structure in a small heap', async () => {
    expect(await mergeInThread('title = "users"\n', tomlUser, 'users.toml')).toBe('clean by toml');
  });
});
