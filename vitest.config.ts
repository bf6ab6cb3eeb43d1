import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Suites that say the same of whatever store they run on; each takes its store from test/support/stores.ts. */
const ON_STORES = ['src/controller/*.test.ts', 'src/service/*.test.ts', 'src/http/*.test.ts'];
/** The command line opens its stores by URL, and one in memory ends with its process. */
const COMMAND_LINE = ['loop', 'history', 'conflicts'].map((name) => `src/cli/${name}.test.ts`);
const KINDS = ['memory', 'sqlite', 'postgres', 'etcd'];

/** ENTENTE_TEST_STORES=sqlite,postgres: only those suites, on each of these stores, instead of all tests. */
const kinds = (process.env['ENTENTE_TEST_STORES'] ?? '').split(',').filter((kind) => kind !== '');
const strange = kinds.find((kind) => !KINDS.includes(kind));
if (strange !== undefined) throw new Error(`ENTENTE_TEST_STORES takes ${KINDS.join(', ')}, not ${strange}`);
const onStores = kinds.map((name) => ({
  extends: true as const,
  test: {
    name,
    isolate: false,
    include: [...ON_STORES, ...(name === 'memory' ? [] : COMMAND_LINE)],
    env: { ENTENTE_TEST_STORE: name },
    globalSetup: ['test/support/on-store-server.ts'],
    setupFiles: ['test/support/on-store.ts'],
  },
}));

/** Loading the modules anew for each file is half of the time of these rooms, and their tests leave nothing behind. */
const ROOMS = 'adapters,cli,controller,core,http,mcp,merge,service,strategies,verify';
/** All but the files that choose a store before they load the suites, count the workers of a process, or load no parser. */
const sharing = `src/{${ROOMS}}/**/!(*suites|offload|unprepared).test.ts`;
const all = ['src/**/*.test.ts', 'test/**/*.test.ts'];
const everything = [
  { extends: true as const, test: { name: 'shared', isolate: false, include: [sharing] } },
  { extends: true as const, test: { name: 'alone', include: all, exclude: [sharing] } },
];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: onStores.length === 0 ? everything : onStores,
    testTimeout: 240_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // By itself vitest leaves one core alone, which is half of a small machine; and a quarter of all time is waiting.
    maxWorkers: availableParallelism() + 1,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});

export default config;
