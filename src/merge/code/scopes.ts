// Names that come twice in one scope inside a source: a block, parameters, arguments, the cases of a switch, an object
// that is no declaration's. Two edits that are far apart can each put the same one there.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { declaredInScript } from './declared-script.ts';
import { goKey } from './keys.ts';
import type { GrammarName } from './languages.ts';
import { fieldsInGo, itemsInPython, membersInScript } from './members.ts';
import { reachingIn, reachingTypes, scriptParameter } from './reaching.ts';

/** What a scope of one type of node declares; keys are the scope's own. */
type Reader = (scope: Node) => readonly Declared[];

const SCRIPT: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['statement_block', (scope) => scope.namedChildren.filter(isOnce).flatMap(declaredInScript).filter(isOwn)],
  ['program', (scope) => scope.namedChildren.flatMap(lexical)],
  [
    'formal_parameters',
    (scope) => scope.namedChildren.flatMap(scriptParameter).map((name) => declare('parameter', name)),
  ],
  ['type_parameters', (scope) => ofType(scope, 'type_parameter').flatMap((item) => names('type', item, 'name'))],
  ['switch_body', inScriptSwitch],
  ['object', (scope) => membersInScript('', scope)],
  ['class_body', (scope) => membersInScript('', scope)],
  ['interface_body', (scope) => membersInScript('', scope)],
  ['object_type', (scope) => membersInScript('', scope)],
  ['jsx_opening_element', attributes],
  ['jsx_self_closing_element', attributes],
]);

const PYTHON: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['block', (scope) => scope.namedChildren.filter(isPythonDefinition).flatMap((item) => names('name', item, 'name'))],
  ['function_definition', () => []],
  ['parameters', (scope) => scope.namedChildren.flatMap(pythonParameter).map((name) => declare('parameter', name))],
  ['argument_list', (scope) => ofType(scope, 'keyword_argument').flatMap((item) => names('argument', item, 'name'))],
  ['dictionary', (scope) => itemsInPython('', scope)],
]);

const GO: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['block', inGoBlock],
  ['statement_list', inGoBlock],
  ['function_declaration', () => []],
  ['method_declaration', () => []],
  ['func_literal', () => []],
  [
    'parameter_list',
    (scope) => ofType(scope, 'parameter_declaration').flatMap((item) => names('parameter', item, 'name')),
  ],
  [
    'type_parameter_list',
    (scope) => ofType(scope, 'type_parameter_declaration').flatMap((item) => names('type', item, 'name')),
  ],
  ['expression_switch_statement', (scope) => [...labels(scope, 'expression_case', 'value'), ...defaults(scope)]],
  ['type_switch_statement', (scope) => [...labels(scope, 'type_case', 'type'), ...defaults(scope)]],
  ['select_statement', defaults],
  ['literal_value', (scope) => ofType(scope, 'keyed_element').flatMap(goElement)],
  ['interface_type', (scope) => fieldsInGo('', scope)],
  ['struct_type', (scope) => fieldsInGo('', scope)],
]);

const scopes: { readonly [name in GrammarName]: ReadonlyMap<string, Reader> } = {
  typescript: SCRIPT,
  tsx: SCRIPT,
  javascript: SCRIPT,
  python: PYTHON,
  go: GO,
};

/** What is declared more than once in one scope below the top level of a source, each as often as it is. */
export function repeatedInScopes(language: GrammarName, root: Node): readonly Declared[] {
  const readers = scopes[language];
  const nodes = root.descendantsOfType([...new Set([...readers.keys(), ...reachingTypes(language)])]);
  const reaching = reachingIn(language, nodes);
  return nodes.flatMap((scope) => {
    const reader = readers.get(scope.type);
    if (reader === undefined) return [];
    const reached = reaching.get(scope.id) ?? [];
    // Of the top level only what reaches out to it is looked at here.
    if (reached.length === 0 && scope.type === 'program') return [];
    const declared = [...reader(scope), ...reached];
    const times = new Map<string, Set<string | Declared>>();
    for (const each of declared) times.set(each.key, (times.get(each.key) ?? new Set()).add(each.same ?? each));
    return declared
      .filter(({ key }) => (times.get(key)?.size ?? 0) > 1)
      .map((each) => ({ ...each, key: `in ${scope.type} ${each.key}` }));
  });
}

/** `var` may be said twice, and signatures are overloads. */
function isOnce({ type }: Node): boolean {
  return type !== 'variable_declaration' && type !== 'function_signature' && type !== 'expression_statement';
}

/** Members of what is declared in a block are found where they stand. */
function isOwn({ key }: Declared): boolean {
  return !key.startsWith('member ');
}

/** What is declared once and is in the way of a `var` of its name. */
function lexical(item: Node): readonly Declared[] {
  if (item.type === 'export_statement') return inField(item, 'declaration').flatMap(lexical);
  if (item.type !== 'lexical_declaration' && item.type !== 'class_declaration') return [];
  return declaredInScript(item).filter(({ key }) => key.startsWith('value '));
}

/** The cases of a switch are one block. */
function inScriptSwitch(scope: Node): readonly Declared[] {
  const statements = scope.namedChildren.flatMap(({ namedChildren }) => namedChildren.filter(isOnce));
  return [
    ...labels(scope, 'switch_case', 'value'),
    ...ofType(scope, 'switch_default').map((item) => declare('case', item, 'default')),
    ...statements.flatMap(declaredInScript).filter(isOwn),
  ];
}

function defaults(scope: Node): readonly Declared[] {
  return ofType(scope, 'default_case').map((item) => declare('case', item, 'default'));
}

/** What the cases of a switch are for; what is made by a call may differ each time. */
function labels(scope: Node, type: string, field: string): readonly Declared[] {
  return ofType(scope, type)
    .flatMap((item) => item.childrenForFieldName(field))
    .flatMap((value) => (value.type === 'expression_list' ? value.namedChildren : [value]))
    .filter((value) => value.isNamed && value.descendantsOfType('call_expression').length === 0)
    .map((value) => declare('case', value));
}

function attributes(scope: Node): readonly Declared[] {
  return ofType(scope, 'jsx_attribute')
    .flatMap(({ namedChildren }) => namedChildren.slice(0, 1))
    .map((name) => declare('attribute', name));
}

/** Assignments may be repeated, and what is decorated may be registered. */
function isPythonDefinition({ type }: Node): boolean {
  return type === 'function_definition' || type === 'class_definition';
}

function pythonParameter(item: Node): readonly Node[] {
  if (item.type === 'identifier') return [item];
  const name = inField(item, 'name');
  return name.length > 0 ? name : item.namedChildren.slice(0, 1).filter(({ type }) => type === 'identifier');
}

/** `a, err :=` may give `err` anew, so only what stands alone is looked at. */
function inGoBlock(scope: Node): readonly Declared[] {
  return scope.namedChildren.flatMap((item) => {
    if (item.type === 'var_declaration' || item.type === 'const_declaration') {
      return item.descendantsOfType(['var_spec', 'const_spec']).flatMap((spec) => names('name', spec, 'name'));
    }
    const left = item.type === 'short_var_declaration' ? inField(item, 'left') : [];
    const named = left.flatMap(({ namedChildren }) => namedChildren);
    return named.length === 1 ? named.filter(({ text }) => text !== '_').map((name) => declare('name', name)) : [];
  });
}

function goElement(item: Node): readonly Declared[] {
  const [key] = item.namedChildren;
  const name = goKey(key ?? null);
  return key === undefined || name === undefined ? [] : [declare('element', key, name)];
}

function names(space: string, item: Node, field: string): readonly Declared[] {
  return item
    .childrenForFieldName(field)
    .filter(({ isNamed, text }) => isNamed && text !== '_')
    .map((name) => declare(space, name));
}

function ofType(node: Node, type: string): readonly Node[] {
  return node.namedChildren.filter((child) => child.type === type);
}
