// Refuses what a caller cannot have meant: a side that is no content, an option that does not exist, a value that an
// option does not take. An option that is passed over in silence would merge in another way than was asked for.
import { EntenteError } from '../core/errors.ts';
import type { MergeBudget, MergeInput, MergeOptions } from './types.ts';

/** True if a value is one that the option takes. */
type Rule = (value: unknown) => boolean;

const among =
  (...allowed: readonly unknown[]): Rule =>
  (value) =>
    allowed.includes(value);
const isText: Rule = (value) => typeof value === 'string';
const isAmount: Rule = (value) => typeof value === 'number' && value >= 0;
const isFunction: Rule = (value) => typeof value === 'function';
const isSide: Rule = (value) => value === null || typeof value === 'string' || value instanceof Uint8Array;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The pointer patterns of options: `''` is the root, all others begin with a slash. */
const isPattern: Rule = (value) => typeof value === 'string' && (value === '' || value.startsWith('/'));

const byPattern =
  (rule: Rule): Rule =>
  (value) =>
    isRecord(value) && Object.entries(value).every(([pattern, each]) => isPattern(pattern) && rule(each));

const isNamedPolicy = among('ordered', 'set', 'append', 'atomic');
const isPolicy: Rule = (value) =>
  isNamedPolicy(value) || (isRecord(value) && Object.keys(value).join() === 'key' && isText(value['key']));

interface Option {
  readonly rule: Rule;
  /** What it takes, in words. */
  readonly takes: string;
}

const sides = { rule: isSide, takes: 'a string, bytes, or null where there is nothing' };
const amount = { rule: isAmount, takes: 'a number from 0 on' };

const INPUT: Readonly<Record<keyof MergeInput, Option>> = {
  base: sides,
  current: sides,
  proposed: sides,
  path: { rule: isText, takes: 'a string' },
  mediaType: { rule: isText, takes: 'a string' },
  options: { rule: isRecord, takes: 'an object' },
};

const BUDGET: Readonly<Record<keyof MergeBudget, Option>> = {
  bytes: amount,
  lines: amount,
  nodes: amount,
  depth: amount,
  ms: amount,
  clock: { rule: isFunction, takes: 'a function that gives milliseconds' },
};

function either(...values: readonly unknown[]): Option {
  return { rule: among(...values), takes: values.map((value) => JSON.stringify(value)).join(' or ') };
}

const OPTIONS: Readonly<Record<keyof MergeOptions, Option>> = {
  engine: { rule: isText, takes: 'the name of an engine' },
  budget: { rule: isRecord, takes: 'an object' },
  adjacent: either('conflict', 'merge'),
  union: either(true, false),
  favor: either('current', 'proposed'),
  eol: either('bytes', 'auto'),
  finalNewline: either('bytes', 'normalize'),
  ignoreWhitespace: either('none', 'trailing', 'all'),
  bom: either('flag', 'bytes'),
  syntax: either('check', 'ignore'),
  commutative: either(true, false),
  format: either('json', 'jsonc'),
  arrays: {
    rule: byPattern(isPolicy),
    takes: 'pointer patterns with "ordered", "set", "append", "atomic" or { key }',
  },
  strings: { rule: byPattern(among('text')), takes: 'pointer patterns with "text"' },
  counters: {
    rule: (value) => Array.isArray(value) && value.every(isPattern),
    takes: 'an array of pointer patterns',
  },
  bumps: either('conflict', 'higher'),
};

/** Throws `misuse` for an input of `mergeContents` that is none. An option that is undefined counts as left out. */
export function checkInput(input: unknown): void {
  if (!isRecord(input)) {
    throw new EntenteError('misuse', 'A merge takes an object with the three sides.', {
      next: 'Pass { base, current, proposed }; null stands for a side that is absent.',
    });
  }
  for (const side of ['base', 'current', 'proposed']) if (input[side] === undefined) refuse(`The side ${side}`, sides);
  // Records that hold more than a merge needs may be passed as they are; options are named on purpose.
  const { base, current, proposed, path, mediaType } = input;
  checkFields('A merge', { base, current, proposed, path, mediaType, options: input['options'] }, INPUT);
  const { options } = input;
  if (!isRecord(options)) return;
  checkFields('The options of a merge', options, OPTIONS);
  if (isRecord(options['budget'])) checkFields('The budget of a merge', options['budget'], BUDGET);
}

function checkFields(
  what: string,
  fields: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, Option>>,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) {
      throw new EntenteError('misuse', `${what} has no field ${shown(name)}.`, {
        next: `Known are ${Object.keys(known).join(', ')}.`,
      });
    }
    if (!option.rule(value)) refuse(`${what}: ${shown(name)}`, option);
  }
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}

function refuse(what: string, { takes }: Option): never {
  throw new EntenteError('misuse', `${what} does not take that value.`, { next: `It takes ${takes}.` });
}
