// Declarations of TypeScript and JavaScript. A name may mean a value and a type at once; each meaning is declared once.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { membersInScript, plainValue } from './members.ts';

const VALUES = new Set(['function_declaration', 'generator_function_declaration', 'function_signature']);
const TYPES = new Set(['interface_declaration', 'type_alias_declaration']);
const BOTH = new Set(['class_declaration', 'abstract_class_declaration', 'enum_declaration']);

/** What one statement at the top level declares. */
export function declaredInScript(item: Node): readonly Declared[] {
  return [...declared(item), ...inside(item)];
}

function declared(item: Node): readonly Declared[] {
  const names = (): readonly Node[] => inField(item, 'name');
  if (VALUES.has(item.type)) return names().map((name) => declare('value', name));
  if (TYPES.has(item.type)) return names().map((name) => declare('type', name));
  if (BOTH.has(item.type)) return names().flatMap(asBoth);
  switch (item.type) {
    case 'lexical_declaration':
    case 'variable_declaration':
      return ofType(item, 'variable_declarator')
        .flatMap((each) => inField(each, 'name'))
        .flatMap(bound)
        .map((name) => declare('value', name));
    case 'ambient_declaration':
      return item.namedChildren.flatMap(declaredInScript);
    case 'import_statement':
      return imported(item);
    case 'export_statement':
      return exported(item);
    case 'expression_statement':
      return assigned(item);
    default:
      return [];
  }
}

/** The members of what is declared: of a body, or of an object that a name or the whole module is given. */
function inside(item: Node): readonly Declared[] {
  switch (item.type) {
    case 'class_declaration':
    case 'abstract_class_declaration':
    case 'interface_declaration':
    case 'enum_declaration':
      return inField(item, 'body').flatMap((body) => membersInScript(item.childForFieldName('name')?.text ?? '', body));
    case 'type_alias_declaration':
      return given(item, 'name', 'value');
    case 'lexical_declaration':
    case 'variable_declaration':
      return ofType(item, 'variable_declarator').flatMap((each) => given(each, 'name', 'value'));
    case 'expression_statement':
      return ofType(item, 'assignment_expression').flatMap((each) => given(each, 'left', 'right'));
    case 'export_statement': {
      const value = plainValue(item.childForFieldName('value'));
      return value === undefined ? [] : membersInScript('default', value);
    }
    default:
      return [];
  }
}

function given(item: Node, name: string, value: string): readonly Declared[] {
  const node = plainValue(item.childForFieldName(value));
  return node === undefined ? [] : membersInScript(item.childForFieldName(name)?.text ?? '', node);
}

function asBoth(name: Node): readonly Declared[] {
  return [declare('value', name), declare('type', name)];
}

/** The names that a pattern binds. */
export function bound(pattern: Node): readonly Node[] {
  const found: Node[] = [];
  const open: Node[] = [pattern];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'identifier' || node.type === 'shorthand_property_identifier_pattern') found.push(node);
    else if (node.type === 'pair_pattern') open.push(...inField(node, 'value'));
    else if (node.type === 'assignment_pattern' || node.type === 'object_assignment_pattern') {
      open.push(...inField(node, 'left'));
    } else if (node.type.endsWith('_pattern')) open.push(...node.namedChildren);
  }
  return found;
}

function imported(item: Node): readonly Declared[] {
  const typeOnly = item.children.some(({ type }) => type === 'type');
  const names = item.descendantsOfType(['import_specifier', 'namespace_import', 'import_clause']).flatMap((node) => {
    if (node.type === 'import_specifier') {
      const alias = inField(node, 'alias');
      return alias.length > 0 ? alias : inField(node, 'name');
    }
    return ofType(node, 'identifier');
  });
  return names.flatMap((name) => (typeOnly ? [declare('type', name)] : asBoth(name)));
}

function exported(item: Node): readonly Declared[] {
  const own = inField(item, 'declaration').flatMap(declaredInScript);
  const whole = item.children.find(({ type }) => type === 'default');
  const specifiers = ofType(item, 'export_clause').flatMap((clause) => ofType(clause, 'export_specifier'));
  const names = specifiers.flatMap((each) => {
    const alias = inField(each, 'alias');
    return alias.length > 0 ? alias : inField(each, 'name');
  });
  const spaces = ofType(item, 'namespace_export').flatMap((each) => each.namedChildren);
  return [
    ...own,
    // `export const a` and `export { a }` elsewhere stand in each other's way, as two values of one name do.
    ...own.filter(({ key }) => key.startsWith('value ')).map((each) => ({ ...each, key: `export ${each.name}` })),
    ...spaces.map((name) => declare('export', name)),
    ...(whole === undefined ? [] : [declare('export', whole)]),
    ...names.map((name) => declare('export', name)),
  ];
}

/** `module.exports = …`, `exports.a = …`: the second one takes the first one away. */
function assigned(item: Node): readonly Declared[] {
  return ofType(item, 'assignment_expression')
    .flatMap((each) => inField(each, 'left'))
    .filter(({ text }) => /^(?:module\.exports|(?:module\.)?exports\.[\w$]+)$/.test(text))
    .map((left) => declare('export', left, left.text.replace(/^module\.(?=exports\.)/, '')));
}

function ofType(node: Node, type: string): readonly Node[] {
  return node.namedChildren.filter((child) => child.type === type);
}
