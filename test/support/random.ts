// The seeded generator of the tests: the demo's own.
export { createRandom, type Random } from '../../src/service/demo/random.ts';
