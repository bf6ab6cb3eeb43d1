// Random documents and edits for the laws: many equal values, odd names and numbers, arrays with and without identities.

export type Model =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Model])[] }
  | { readonly kind: 'array'; readonly elements: readonly Model[] };

/** An integer in `[0, below)`. */
export type Draw = (below: number) => number;

export function randomDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const NAMES = [
  'a',
  'b',
  'c',
  'd',
  'name',
  '',
  'a/b',
  'a~b',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '10',
  '2',
  'é',
];
const SCALARS = [
  '0',
  '1',
  '2',
  '1.0',
  '-0',
  '9007199254740993',
  '9007199254740992',
  '1e400',
  '0.10',
  'true',
  'false',
  'null',
];
const STRINGS = ['""', '"x"', '"\\u0078"', '"\\ud800"', '"long text, \\"quoted\\""', '"1"', '"é"', '"\\n"'];

function pick<V>(draw: Draw, values: readonly V[]): V {
  return values[draw(values.length)] as V;
}

function randomScalar(draw: Draw): Model {
  return { kind: 'scalar', text: pick(draw, draw(3) === 0 ? STRINGS : SCALARS) };
}

export function randomModel(draw: Draw, depth: number): Model {
  const choice = draw(10);
  if (depth === 0 || choice < 2) return randomScalar(draw);
  if (choice < 6) {
    const names = new Set<string>();
    for (let i = draw(6); i > 0; i--) names.add(pick(draw, NAMES));
    return { kind: 'object', members: [...names].map((name) => [name, randomModel(draw, depth - 1)] as const) };
  }
  if (choice < 8)
    return { kind: 'array', elements: Array.from({ length: draw(7) }, () => randomModel(draw, draw(2) * (depth - 1))) };
  return { kind: 'array', elements: Array.from({ length: draw(6) }, (_, i) => keyedElement(draw, i)) };
}

function keyedElement(draw: Draw, id: number): Model {
  const members: [string, Model][] = [['id', { kind: 'scalar', text: String(id) }]];
  if (draw(3) > 0) members.push(['n', randomScalar(draw)]);
  if (draw(3) > 0) members.push(['m', randomScalar(draw)]);
  return { kind: 'object', members };
}

export function edit(draw: Draw, model: Model, times: number): Model {
  let edited = model;
  for (let i = 0; i < times; i++) edited = editOnce(draw, edited);
  return edited;
}

function editOnce(draw: Draw, model: Model): Model {
  if (model.kind === 'scalar') return draw(5) === 0 ? randomModel(draw, 1) : randomScalar(draw);
  if (draw(25) === 0) return randomModel(draw, 2);
  return model.kind === 'object' ? editObject(draw, model.members) : editArray(draw, model.elements);
}

function editObject(draw: Draw, members: readonly (readonly [string, Model])[]): Model {
  const next = [...members];
  const at = draw(next.length + 1);
  const chosen = next[at];
  const choice = draw(8);
  if (chosen === undefined || choice === 0) {
    const name = pick(draw, NAMES);
    if (!next.some(([each]) => each === name)) next.splice(draw(next.length + 1), 0, [name, randomModel(draw, 2)]);
  } else if (choice === 1) {
    next.splice(at, 1);
  } else if (choice === 2) {
    next.push(...next.splice(at, 1));
  } else {
    next[at] = [chosen[0], editOnce(draw, chosen[1])];
  }
  return { kind: 'object', members: next };
}

function editArray(draw: Draw, elements: readonly Model[]): Model {
  const next = [...elements];
  const at = draw(next.length + 1);
  const chosen = next[at];
  const choice = draw(8);
  if (chosen === undefined || choice === 0) {
    const isKeyed = elements.some((each) => each.kind === 'object' && each.members[0]?.[0] === 'id');
    next.splice(at, 0, isKeyed ? keyedElement(draw, 6 + draw(4)) : randomModel(draw, 1));
  } else if (choice === 1) {
    next.splice(at, 1 + draw(2));
  } else if (choice === 2) {
    next.splice(draw(next.length), 0, ...next.splice(at, 1));
  } else {
    next[at] = editOnce(draw, chosen);
  }
  return { kind: 'array', elements: next };
}

/** How a document is written. */
export interface PrintStyle {
  readonly unit: string | undefined;
  readonly eol: string;
  readonly colon: string;
  readonly comma: string;
  readonly isEnded: boolean;
}

export function randomStyle(draw: Draw): PrintStyle {
  const unit = pick(draw, [undefined, '  ', '    ', '\t']);
  return {
    unit,
    eol: pick(draw, ['\n', '\n', '\r\n']),
    colon: pick(draw, [': ', ':', ' : ']),
    comma: unit === undefined ? pick(draw, [', ', ',']) : ',',
    isEnded: draw(2) === 0,
  };
}

export function styleFor(draw: Draw): PrintStyle {
  return {
    unit: draw(3) === 0 ? undefined : '  ',
    eol: '\n',
    colon: ': ',
    comma: draw(2) === 0 ? ', ' : ',',
    isEnded: true,
  };
}

export function printModel(model: Model, style: PrintStyle): string {
  return printAt(model, style, '') + (style.isEnded ? style.eol : '');
}

function printAt(model: Model, style: PrintStyle, indent: string): string {
  if (model.kind === 'scalar') return model.text;
  const inner = indent + (style.unit ?? '');
  const parts =
    model.kind === 'array'
      ? model.elements.map((each) => printAt(each, style, inner))
      : model.members.map(([name, value]) => JSON.stringify(name) + style.colon + printAt(value, style, inner));
  const [open, close] = model.kind === 'array' ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  if (style.unit === undefined) return open + parts.join(style.comma) + close;
  return `${open}${style.eol}${inner}${parts.join(`,${style.eol}${inner}`)}${style.eol}${indent}${close}`;
}
