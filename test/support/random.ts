// The seeded generator of the tests: the demo's own.
export { createRandom, type Random } from '../../src/cli/demo/random.ts';
