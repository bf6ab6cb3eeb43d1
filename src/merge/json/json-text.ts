// JavaScript values to JSON text, exactly and without recursion. Numbers that a double cannot hold travel as `JsonText`
// or `bigint`, so that a patch can carry 9007199254740993 or 1e400.
import { DEFAULT_DEPTH, isParseFailure, parseJson } from './parse.ts';

/** A value given by its JSON text. Made only by `jsonText`, so no plain object can pass for one. */
export interface JsonText {
  readonly text: string;
  /** For JSON.stringify: the nearest value that JavaScript has. */
  readonly toJSON: () => unknown;
}

const known = new WeakSet<object>();

/** Wraps the text of one JSON value. Throws a SyntaxError if it is none. */
export function jsonText(text: string): JsonText {
  const doc = parseJson(Buffer.from(text));
  if (isParseFailure(doc)) throw new SyntaxError(`not a JSON value: ${doc.message}`);
  const wrapped: JsonText = Object.freeze({ text, toJSON: (): unknown => JSON.parse(text) });
  known.add(wrapped);
  return wrapped;
}

export function isJsonText(value: unknown): value is JsonText {
  return typeof value === 'object' && value !== null && known.has(value);
}

/** The JSON text of a value. Throws a TypeError for what JSON cannot say: undefined, functions, NaN, cycles. */
export function stringify(root: unknown): string {
  const parts: string[] = [];
  // Work still to do, last first: text to write, or a value with its depth.
  const stack: (string | { readonly value: unknown; readonly depth: number })[] = [{ value: root, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
      continue;
    }
    const { value, depth } = next;
    if (depth > DEFAULT_DEPTH)
      throw new TypeError(`a value that is nested more than ${DEFAULT_DEPTH} levels deep, or in itself`);
    if (typeof value !== 'object' || value === null) parts.push(scalarText(value));
    else if (isJsonText(value)) parts.push(value.text);
    else if (Array.isArray(value)) pushArray(stack, value, depth + 1);
    else pushObject(stack, value, depth + 1);
  }
  return parts.join('');
}

type Stack = (string | { readonly value: unknown; readonly depth: number })[];

function pushArray(stack: Stack, values: readonly unknown[], depth: number): void {
  stack.push(']');
  for (let i = values.length - 1; i >= 0; i--) {
    stack.push({ value: values[i], depth });
    if (i > 0) stack.push(',');
  }
  stack.push('[');
}

function pushObject(stack: Stack, value: object, depth: number): void {
  const entries = Object.entries(value);
  stack.push('}');
  for (let i = entries.length - 1; i >= 0; i--) {
    const [name, member] = entries[i] as [string, unknown];
    stack.push({ value: member, depth }, `${i > 0 ? ',' : ''}${JSON.stringify(name)}:`);
  }
  stack.push('{');
}

function scalarText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value}, which JSON cannot say`);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return JSON.stringify(value);
  }
  throw new TypeError(`a value of type ${typeof value}, which JSON cannot say`);
}
