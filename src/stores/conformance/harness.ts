// How rules are written and run: any test runner that has `describe` and `it` will do; a store is made anew for each
// rule. A rule that a store cannot keep is skipped by id with a reason, and the skip is printed.
import type { Store } from '../store.ts';
import type { Client } from './client.ts';
import { createClient } from './client.ts';

/** The two functions of a test runner (vitest, node:test, mocha, jasmine). */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** One store for one rule. */
export interface StoreUnderTest {
  readonly store: Store;
  teardown(): Promise<void>;
  /** Closes the store and opens what it left: only for stores that outlive their process. */
  reopen?(): Promise<Store>;
}

export type StoreFactory = () => Promise<StoreUnderTest>;

export interface Skip {
  /** The id of the rule, such as `ST14`. */
  readonly rule: string;
  readonly reason: string;
}

export interface ConformanceOptions {
  readonly skip?: readonly Skip[];
}

/** What the body of a rule is given. */
export interface Case extends Client {
  readonly reopen: (() => Promise<Store>) | undefined;
}

export type RuleBody = (test: Case) => Promise<void>;

/** Says a rule: its id in brackets and its text, and the proof. */
export type Rule = (title: string, body: RuleBody) => void;

/** A group of rules. */
export type Chapter = (rule: Rule) => void;

export function createRule(runner: Runner, factory: StoreFactory, skip: readonly Skip[]): Rule {
  return (title, body) => {
    const skipped = skip.find(({ rule }) => title.startsWith(`[${rule}]`));
    runner.it(skipped === undefined ? title : `${title} (skipped: ${skipped.reason})`, async () => {
      if (skipped === undefined) await runOnce(factory, body);
      else process.stderr.write(`conformance: ${skipped.rule} is skipped: ${skipped.reason}\n`);
    });
  };
}

async function runOnce(factory: StoreFactory, body: RuleBody): Promise<void> {
  const under = await factory();
  try {
    const client = await createClient(under.store);
    await body({ ...client, reopen: under.reopen?.bind(under) });
  } finally {
    await under.teardown();
  }
}
