// An ordered list of pattern → strategy: the first match wins.
import { EntenteError } from '../core/errors.ts';
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
  if (strategy['name'] === 'merge') return typeof strategy['engine'] === 'string' && isStrategy(strategy['otherwise']);
  if (strategy['name'] === 'retry') return Number.isSafeInteger(strategy['maxAttempts']);
  if (strategy['name'] === 'custom') return typeof strategy['fn'] === 'function';
  return true;
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

export class Policy {
  readonly #rules: Rule[] = [];

  constructor(rules: readonly (readonly [string, Strategy])[] = []) {
    if (rules.length > MAX_RULES) throw new EntenteError('too-large', `A policy has at most ${MAX_RULES} rules.`);
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
    else this.#rules.unshift(rule);
  }

  match(resource: string): RuleMatch | undefined {
    const index = this.#rules.findIndex((rule) => rule.pattern.matches(resource));
    const rule = this.#rules[index];
    return rule === undefined ? undefined : { pattern: rule.pattern.source, strategy: rule.strategy, index };
  }
}
