// Names that stand in a scope without being written among its statements: parameters in the body of their function, a `var`
// in all blocks around it, a label or a `global` in the whole function.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { bound } from './declared-script.ts';
import type { GrammarName } from './languages.ts';

type Names = (node: Node) => readonly Declared[];

interface Reach {
  /** Where names reach no further out. */
  readonly functions: readonly string[];
  /** What the parameters of a function declare in its body. */
  readonly parameters: Names;
  /** What reaches outwards, by the type of its node. */
  readonly outwards: ReadonlyMap<string, Names>;
  /** The scopes that it reaches on its way. */
  readonly reached: readonly string[];
}

const SCRIPT: Reach = {
  functions: [
    'function_declaration',
    'generator_function_declaration',
    'function_expression',
    'generator_function',
    'arrow_function',
    'method_definition',
    'class_static_block',
    'internal_module',
    'module',
  ],
  parameters: (node) => {
    const list = inField(node, 'parameters').flatMap(({ namedChildren }) => namedChildren.flatMap(scriptParameter));
    return again([...list, ...inField(node, 'parameter')].map((name) => declare('value', name)));
  },
  outwards: new Map<string, Names>([
    ['variable_declaration', (node) => bindings(node.namedChildren.flatMap((each) => inField(each, 'name')))],
    [
      'for_in_statement',
      (node) => (node.childForFieldName('kind')?.text === 'var' ? bindings(inField(node, 'left')) : []),
    ],
  ]),
  reached: ['statement_block', 'switch_body', 'program'],
};

const PYTHON: Reach = {
  functions: ['function_definition', 'class_definition'],
  parameters: () => [],
  outwards: new Map<string, Names>([
    ['global_statement', (node) => node.namedChildren.map((name) => ({ ...declare('name', name), same: 'global' }))],
    ['nonlocal_statement', (node) => node.namedChildren.map((name) => ({ ...declare('name', name), same: 'global' }))],
    [
      'assignment',
      (node) =>
        inField(node, 'left')
          .filter(({ type }) => type === 'identifier')
          .map((name) => ({ ...declare('name', name), same: 'assigned' })),
    ],
  ]),
  reached: ['function_definition'],
};

const GO: Reach = {
  functions: ['function_declaration', 'method_declaration', 'func_literal'],
  parameters: (node) =>
    ['receiver', 'parameters', 'result']
      .flatMap((field) => inField(node, field))
      .flatMap(({ namedChildren }) => namedChildren)
      .filter(({ type }) => type.endsWith('parameter_declaration'))
      .flatMap((item) => item.childrenForFieldName('name'))
      .filter(({ isNamed, text }) => isNamed && text !== '_')
      .map((name) => declare('name', name)),
  outwards: new Map<string, Names>([
    ['labeled_statement', (node) => inField(node, 'label').map((name) => declare('label', name))],
  ]),
  reached: ['function_declaration', 'method_declaration', 'func_literal'],
};

const reaches: { readonly [name in GrammarName]: Reach } = {
  typescript: SCRIPT,
  tsx: SCRIPT,
  javascript: SCRIPT,
  python: PYTHON,
  go: GO,
};

/** Further out nothing is looked at: each name is held against each block around it. */
const DEEPEST = 64;

interface Scope {
  readonly node: Node;
  readonly end: number;
  readonly isFunction: boolean;
}

/** The types of nodes that `reachingIn` wants to see. */
export function reachingTypes(language: GrammarName): readonly string[] {
  const { functions, outwards, reached } = reaches[language];
  return [...functions, ...outwards.keys(), ...reached];
}

/** What reaches into scopes, by the number of their nodes; `nodes` in the order of the source, outer ones first. */
export function reachingIn(language: GrammarName, nodes: readonly Node[]): ReadonlyMap<number, readonly Declared[]> {
  const { functions, parameters, outwards, reached } = reaches[language];
  const found = new Map<number, Declared[]>();
  const add = ({ id }: Node, names: readonly Declared[]): void => {
    const there = found.get(id);
    if (there !== undefined) there.push(...names);
    else if (names.length > 0) found.set(id, [...names]);
  };
  const open: Scope[] = [];
  for (const node of nodes) {
    while ((open.at(-1)?.end ?? Infinity) <= node.startIndex) open.pop();
    const names = outwards.get(node.type)?.(node) ?? [];
    const around = names.length === 0 ? [] : withinFunction(open);
    for (const scope of around) if (reached.includes(scope.node.type)) add(scope.node, names);
    const isFunction = functions.includes(node.type);
    if (isFunction || reached.includes(node.type)) open.push({ node, end: node.endIndex, isFunction });
    if (isFunction) for (const body of inField(node, 'body')) add(statementsOf(body), parameters(node));
  }
  return found;
}

/** The scopes up to the innermost function, itself among them. */
function withinFunction(open: readonly Scope[]): readonly Scope[] {
  const near = open.slice(-DEEPEST);
  return near.slice(
    Math.max(
      0,
      near.findLastIndex(({ isFunction }) => isFunction),
    ),
  );
}

/** In Go the statements of a block are a node of their own. */
function statementsOf(body: Node): Node {
  const first = body.type === 'block' ? body.namedChildren[0] : undefined;
  return first?.type === 'statement_list' ? first : body;
}

/** The names of a parameter in TypeScript or JavaScript. */
export function scriptParameter(item: Node): readonly Node[] {
  const pattern = item.childForFieldName('pattern');
  return bound(pattern ?? item).filter(({ text }) => text !== '_' && text !== 'this');
}

function bindings(patterns: readonly Node[]): readonly Declared[] {
  return again(patterns.flatMap(bound).map((name) => declare('value', name)));
}

/** A `var` may be said again, and be a parameter. */
function again(names: readonly Declared[]): readonly Declared[] {
  return names.map((each) => ({ ...each, same: 'var' }));
}
