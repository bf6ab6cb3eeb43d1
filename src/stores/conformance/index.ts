// The conformance suite of stores: whoever writes a store, or a wrapper around one, runs it in their own test runner.
// The rules are those of `Store` in ../store.ts, numbered as in docs/spec.md.
import { chains } from './chains.ts';
import { commits } from './commits.ts';
import type { ConformanceOptions, Runner, StoreFactory } from './harness.ts';
import { createRule } from './harness.ts';
import { lists } from './lists.ts';
import { lives } from './lives.ts';
import { logs } from './logs.ts';
import { records } from './records.ts';
import { replays } from './replays.ts';

export type { Body, Client, CommittedReply, RequestInput } from './client.ts';
export { createClient, guardOf, makeRequest, writeOf } from './client.ts';
export type { ConformanceOptions, Runner, Skip, StoreFactory, StoreUnderTest } from './harness.ts';

/**
 * Runs every rule of the store contract against the stores that `factory` makes, one for each rule.
 *
 * @example
 * import { describe, it } from 'node:test';
 * describeStore({ describe, it }, 'my store', async () => ({ store: createMyStore(), teardown: async () => {} }));
 */
export function describeStore(
  runner: Runner,
  name: string,
  factory: StoreFactory,
  options: ConformanceOptions = {},
): void {
  const rule = createRule(runner, factory, options.skip ?? []);
  runner.describe(`store conformance: ${name}`, () => {
    for (const chapter of [commits, chains, replays, records, lists, logs, lives]) chapter(rule);
  });
}
