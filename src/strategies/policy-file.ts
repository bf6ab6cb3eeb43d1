// Strategies and policies as data: what a policy file, a stored policy and `--strategy` say, e.g. "merge(json)",
// "retry(3)", { "strategy": "merge", "engine": "append", "otherwise": "keepBoth" }.
import { EntenteError } from '../core/errors.ts';
import type { MergeOptions } from '../merge/types.ts';
import { abortBoth } from './abort-both.ts';
import { escalate } from './escalate.ts';
import { firstWriterWins } from './first-writer-wins.ts';
import { keepBoth } from './keep-both.ts';
import { lastWriterWins } from './last-writer-wins.ts';
import { merge } from './merge.ts';
import { parsePattern } from './pattern.ts';
import { MAX_RULES } from './policy.ts';
import { retry } from './retry.ts';
import type { PolicyDocument, Strategy, StrategySpec } from './types.ts';

interface Fields {
  readonly [option: string]: unknown;
}

/** How deep one `otherwise` may stand in another: what a person writes is far below, what is far above is an attack. */
const MAX_DEPTH = 16;

type Builder = (fields: Fields, argument: string | undefined, depth: number) => Strategy;

const BUILDERS: { readonly [name: string]: Builder } = {
  firstWriterWins: () => firstWriterWins(),
  lastWriterWins: () => lastWriterWins(),
  escalate: () => escalate(),
  merge: (fields, argument, depth) =>
    merge(String(argument ?? fields['engine'] ?? 'auto'), {
      ...(fields['otherwise'] === undefined ? {} : { otherwise: parseNested(fields['otherwise'], depth + 1) }),
      ...(fields['options'] === undefined ? {} : { options: parseMergeOptions(fields['options']) }),
      ...(fields['recorded'] === undefined ? {} : { recorded: fields['recorded'] as boolean }),
    }),
  retry: (fields, argument) => retry({ maxAttempts: Number(argument ?? fields['maxAttempts'] ?? 3) }),
  keepBoth: (fields) =>
    keepBoth(fields['suffixes'] === undefined ? {} : { suffixes: fields['suffixes'] as readonly [string, string] }),
  abortBoth: (fields) => abortBoth(fields['restore'] === undefined ? {} : { restore: fields['restore'] as 'base' }),
};

const OPTIONS: { readonly [name: string]: readonly string[] } = {
  merge: ['engine', 'otherwise', 'options', 'recorded'],
  retry: ['maxAttempts'],
  keepBoth: ['suffixes'],
  abortBoth: ['restore'],
};

export const STRATEGY_GRAMMAR =
  'Strategies: firstWriterWins, lastWriterWins, merge(auto), or merge with the name of an engine such as text, json or append, retry(N), escalate, keepBoth, abortBoth; or an object such as {"strategy":"merge","engine":"json","otherwise":"keepBoth"}.';

function unknown(value: unknown): EntenteError {
  const shown = (JSON.stringify(value) ?? typeof value).slice(0, 120);
  return new EntenteError('misuse', `Unknown strategy ${shown}. ${STRATEGY_GRAMMAR}`, { next: STRATEGY_GRAMMAR });
}

/** `first-writer-wins` is as good as `firstWriterWins`. */
function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A strategy from its text or object form; `misuse` with the grammar otherwise. */
export function parseStrategy(spec: unknown): Strategy {
  return parseNested(spec, 0);
}

function parseNested(spec: unknown, depth: number): Strategy {
  if (depth > MAX_DEPTH) throw new EntenteError('misuse', `More than ${MAX_DEPTH} strategies stand in one another.`);
  if (typeof spec === 'string') {
    const match = /^([A-Za-z-]+)(?:\(([^()]*)\))?$/.exec(spec.trim());
    if (match === null) throw unknown(spec);
    return build(
      match[1] ?? '',
      {},
      match[2] === undefined || match[2].trim() === '' ? undefined : match[2].trim(),
      spec,
      depth,
    );
  }
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw unknown(spec);
  const { strategy, ...fields } = spec as Fields;
  if (typeof strategy !== 'string') throw unknown(spec);
  return build(strategy, fields, undefined, spec, depth);
}

function build(name: string, fields: Fields, argument: string | undefined, spec: unknown, depth: number): Strategy {
  const known = camel(name);
  const builder = Object.hasOwn(BUILDERS, known) ? BUILDERS[known] : undefined;
  if (builder === undefined) throw unknown(spec);
  const allowed = OPTIONS[known] ?? [];
  const odd = Object.keys(fields).find((field) => !allowed.includes(field));
  if (odd !== undefined)
    throw new EntenteError('misuse', `The strategy ${known} has no option ${JSON.stringify(odd)}. ${STRATEGY_GRAMMAR}`);
  if (argument !== undefined && known !== 'merge' && known !== 'retry') throw unknown(spec);
  return builder(fields, argument, depth);
}

const MERGE_OPTIONS = [
  'engine',
  'budget',
  'adjacent',
  'union',
  'favor',
  'format',
  'arrays',
  'strings',
  'counters',
  'eol',
  'finalNewline',
  'ignoreWhitespace',
  'bom',
  'bumps',
  'syntax',
  'commutative',
];

function parseMergeOptions(value: unknown): MergeOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EntenteError('misuse', 'The options of a merge are an object.');
  }
  const odd = Object.keys(value).find((key) => !MERGE_OPTIONS.includes(key));
  if (odd !== undefined)
    throw new EntenteError(
      'misuse',
      `A merge has no option ${JSON.stringify(odd)}; known: ${MERGE_OPTIONS.join(', ')}.`,
    );
  return value as MergeOptions;
}

/** The spec that `parseStrategy` reads back; undefined for what is code (custom, validate) and cannot be stored. */
export function formatStrategy(strategy: Strategy): StrategySpec | undefined {
  switch (strategy.name) {
    case 'custom':
      return undefined;
    case 'retry':
      return `retry(${strategy.maxAttempts})`;
    case 'keepBoth':
      return strategy.suffixes === undefined ? 'keepBoth' : { strategy: 'keepBoth', suffixes: strategy.suffixes };
    case 'abortBoth':
      return strategy.restore === undefined ? 'abortBoth' : { strategy: 'abortBoth', restore: strategy.restore };
    case 'merge': {
      if (strategy.validate !== undefined) return undefined;
      const otherwise = formatStrategy(strategy.otherwise);
      if (otherwise === undefined) return undefined;
      const recorded = strategy.recorded === true;
      if (otherwise === 'escalate' && strategy.options === undefined && !recorded) return `merge(${strategy.engine})`;
      return {
        strategy: 'merge',
        engine: strategy.engine,
        otherwise,
        ...(strategy.options === undefined ? {} : { options: strategy.options }),
        ...(recorded ? { recorded } : {}),
      };
    }
    default:
      return strategy.name;
  }
}

/** One line for people, in the form that `parseStrategy` reads where there is one. */
export function describeStrategy(strategy: Strategy): string {
  const spec = formatStrategy(strategy);
  if (spec === undefined) return describeCode(strategy);
  return typeof spec === 'string' ? spec : JSON.stringify(spec);
}

function describeCode(strategy: Strategy): string {
  if (strategy.name !== 'merge') return strategy.name;
  const { engine, validate, otherwise, recorded } = strategy;
  const own = recorded === true ? `${engine}, recorded` : engine;
  return validate === undefined
    ? `merge(${own}, otherwise ${describeStrategy(otherwise)})`
    : `merge(${own}, validated)`;
}

/** A policy from untrusted data: every pattern and strategy is compiled once, so that a bad file is refused whole. */
export function parsePolicyDocument(value: unknown): PolicyDocument {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EntenteError('misuse', 'A policy is an object with "rules" and an optional "default".', {
      next: 'Write for example {"rules":[["**/*.json","merge(json)"]],"default":"escalate"}.',
    });
  }
  const { rules, default: fallback, ...rest } = value as Fields;
  const odd = Object.keys(rest)[0];
  if (odd !== undefined)
    throw new EntenteError('misuse', `A policy has no field ${JSON.stringify(odd)}; it has "rules" and "default".`);
  if (!Array.isArray(rules))
    throw new EntenteError('misuse', 'The "rules" of a policy are a list of [pattern, strategy].');
  if (rules.length > MAX_RULES) throw new EntenteError('too-large', `A policy has at most ${MAX_RULES} rules.`);
  const parsed = rules.map((rule: unknown, index) => parseRule(rule, index));
  if (fallback === undefined) return { rules: parsed };
  parseStrategy(fallback);
  return { rules: parsed, default: fallback as StrategySpec };
}

function parseRule(rule: unknown, index: number): readonly [string, StrategySpec] {
  if (!Array.isArray(rule) || rule.length !== 2) {
    throw new EntenteError('misuse', `Rule ${index} of the policy is not a pair of [pattern, strategy].`);
  }
  parsePattern(rule[0]);
  parseStrategy(rule[1]);
  return [rule[0] as string, rule[1] as StrategySpec];
}
