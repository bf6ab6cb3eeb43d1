// A reader of JSON and an applier of RFC 6902 that share nothing with those of the project, for tests of what they
// say about each other. Objects are maps, numbers their exact decimal value: nothing is rounded, no prototype is near.

export type Value = null | boolean | string | Decimal | Value[] | Map<string, Value>;

interface Decimal {
  readonly decimal: string;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** The value of a JSON text; comments and trailing commas are passed over. Throws on anything else. */
export function readJson(text: string): Value {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const value = readValue();
  skip();
  if (at < text.length) throw new Error(`there is more at ${at}`);
  return value;

  function skip(): void {
    const trivia = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    trivia.lastIndex = at;
    at += trivia.exec(text)?.[0].length ?? 0;
  }

  function readValue(): Value {
    skip();
    if (text[at] === '{') return new Map(readList('}', readMember));
    if (text[at] === '[') return readList(']', readValue);
    if (text[at] === '"') return readString();
    const token = /(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) throw new Error(`no value at ${at}`);
    at += found.length;
    if (found === 'null') return null;
    return found === 'true' || found === 'false' ? found === 'true' : { decimal: decimalOf(found) };
  }

  function readList<V>(close: string, read: () => V): V[] {
    const values: V[] = [];
    at += 1;
    for (skip(); text[at] !== close; skip()) {
      values.push(read());
      skip();
      if (text[at] === ',') at += 1;
      else if (text[at] !== close) throw new Error(`neither comma nor end at ${at}`);
    }
    at += 1;
    return values;
  }

  function readMember(): [string, Value] {
    skip();
    const name = readString();
    skip();
    if (text[at] !== ':') throw new Error(`no colon at ${at}`);
    at += 1;
    return [name, readValue()];
  }

  function readString(): string {
    const from = at;
    for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
    return JSON.parse(text.slice(from, at)) as string;
  }
}

/** One spelling for each value: digits without zeros around them, and an exponent. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}

/** The value with the operations applied: `add`, `remove` and `replace`. Throws where a path leads nowhere. */
export function applyOperations(value: Value, operations: readonly Operation[]): Value {
  return operations.reduce(applyOne, value);
}

function applyOne(root: Value, { op, path, value }: Operation): Value {
  const segments = path.split('/').slice(1).map(unescapeSegment);
  const last = segments.pop();
  if (last === undefined) {
    if (op === 'remove') throw new Error('the root cannot be removed');
    return readValueOf(value);
  }
  const parent = segments.reduce(step, root);
  if (parent instanceof Map) applyToMap(parent, op, last, value);
  else if (Array.isArray(parent)) applyToList(parent, op, last, value);
  else throw new Error(`${path}: no container`);
  return root;
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function step(value: Value, segment: string): Value {
  const found =
    value instanceof Map ? value.get(segment) : Array.isArray(value) ? value[indexOf(value, segment)] : undefined;
  if (found === undefined) throw new Error(`nothing at ${segment}`);
  return found;
}

function indexOf(list: readonly Value[], segment: string, most = list.length - 1): number {
  if (!/^(?:0|[1-9]\d*)$/.test(segment) || Number(segment) > most) throw new Error(`no index ${segment}`);
  return Number(segment);
}

function applyToMap(map: Map<string, Value>, op: string, name: string, value: unknown): void {
  if (op !== 'add' && !map.has(name)) throw new Error(`no member ${name}`);
  if (op === 'remove') map.delete(name);
  else map.set(name, readValueOf(value));
}

function applyToList(list: Value[], op: string, segment: string, value: unknown): void {
  if (op === 'remove') list.splice(indexOf(list, segment), 1);
  else if (op === 'replace') list[indexOf(list, segment)] = readValueOf(value);
  else list.splice(segment === '-' ? list.length : indexOf(list, segment, list.length), 0, readValueOf(value));
}

/** Numbers beyond JavaScript's come as an object with their text. */
function readValueOf(value: unknown): Value {
  const isText = typeof value === 'object' && value !== null && 'text' in value && 'toJSON' in value;
  return readJson(isText ? String(value.text) : JSON.stringify(value));
}

export function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size && [...a].every(([name, value]) => same(value, b.get(name)));
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, i) => same(value, b[i]));
  if (isNumber(a)) return isNumber(b) && a.decimal === b.decimal;
  return a === b;
}

function same(a: Value, b: Value | undefined): boolean {
  return b !== undefined && sameValue(a, b);
}

function isNumber(value: Value): value is Decimal {
  return typeof value === 'object' && value !== null && 'decimal' in value;
}
