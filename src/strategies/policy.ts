// An ordered list of pattern → strategy: the first match wins.
import { EntenteError } from '../core/errors.ts';
import { isSuffix } from './keep-both.ts';
import { type Pattern, parsePattern } from './pattern.ts';
import { type Strategy, strategyNames } from './types.ts';

export interface Rule {
  readonly pattern: Pattern;
  readonly strategy: Strategy;
}

export interface RuleMatch {
  readonly pattern: string;
  readonly strategy: Strategy;
  readonly index: number;
}

export const MAX_RULES = 500;

/** True for a value that one of the strategy factories could have made. */
export function isStrategy(value: unknown): value is Strategy {
  if (typeof value !== 'object' || value === null) return false;
  const strategy = value as { readonly [field: string]: unknown };
  if (!strategyNames.some((known) => known === strategy['name'])) return false;
  if (strategy['name'] === 'merge') return isMerge(strategy);
  if (strategy['name'] === 'retry') return isCount(strategy['maxAttempts']);
  if (strategy['name'] === 'keepBoth') return strategy['suffixes'] === undefined || areSuffixes(strategy['suffixes']);
  if (strategy['name'] === 'abortBoth') return strategy['restore'] === undefined || strategy['restore'] === 'base';
  if (strategy['name'] === 'custom') return typeof strategy['fn'] === 'function';
  return true;
}

function isMerge({ engine, otherwise, recorded }: { readonly [field: string]: unknown }): boolean {
  return typeof engine === 'string' && isStrategy(otherwise) && ['boolean', 'undefined'].includes(typeof recorded);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSuffixes(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isSuffix);
}

/** Refuses what is no strategy with the list of those that are. */
export function assertStrategy(value: unknown): asserts value is Strategy {
  if (isStrategy(value)) return;
  throw new EntenteError('misuse', `This is not a strategy: ${describe(value)}.`, {
    next: `Make one with ${strategyNames.map((known) => `${known}()`).join(', ')}.`,
  });
}

function describe(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 120);
  } catch {
    return typeof value;
  }
}

function tooMany(): EntenteError {
  return new EntenteError('too-large', `A policy has at most ${MAX_RULES} rules.`, {
    next: 'Say more with each pattern, or drop rules that no resource matches.',
  });
}

export class Policy {
  readonly #rules: Rule[] = [];

  constructor(rules: readonly (readonly [string, Strategy])[] = []) {
    if (!Array.isArray(rules) || !rules.every(Array.isArray)) {
      throw new EntenteError('misuse', 'A policy is a list of [pattern, strategy].', {
        next: "Write for example [['**/*.json', merge('json')]].",
      });
    }
    if (rules.length > MAX_RULES) throw tooMany();
    for (const [pattern, strategy] of rules) {
      assertStrategy(strategy);
      this.#rules.push({ pattern: parsePattern(pattern), strategy });
    }
  }

  /** Replaces an equal pattern in its place, else goes to the front (rule C1). */
  register(pattern: string, strategy: Strategy): void {
    assertStrategy(strategy);
    const rule = { pattern: parsePattern(pattern), strategy };
    const index = this.#rules.findIndex((known) => known.pattern.source === pattern);
    if (index >= 0) this.#rules[index] = rule;
    else if (this.#rules.length >= MAX_RULES) throw tooMany();
    else this.#rules.unshift(rule);
  }

  match(resource: string): RuleMatch | undefined {
    const index = this.#rules.findIndex((rule) => rule.pattern.matches(resource));
    const rule = this.#rules[index];
    return rule === undefined ? undefined : { pattern: rule.pattern.source, strategy: rule.strategy, index };
  }
}
