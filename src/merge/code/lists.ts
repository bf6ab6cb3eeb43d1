// Which nodes of a syntax tree are lists whose order means nothing, what their items are, and which items may be put
// beside another side's. Whatever is not listed here is in order: statements, parameters, arguments, spreads,
// decorators that register something, numbers of an enum. Only what is added is judged; what is there stays in place.
import type { Node } from '../packages.ts';
import { declaredBy } from './declarations.ts';
import { goKey, plainText, pythonKey } from './keys.ts';
import type { GrammarName } from './languages.ts';
import { isGoDefinition, isGoImport } from './lists-go.ts';
import { isPythonDefinition, isPythonImport } from './lists-python.ts';
import { isScriptDefinition, isScriptImport, scriptMemberName } from './lists-script.ts';

/** A list as the weaver sees it. */
export interface List {
  readonly node: Node;
  readonly items: readonly Node[];
  /** Where it begins and ends in the source; indented blocks reach to the next token. */
  readonly start: number;
  readonly end: number;
}

/** What makes an added item one that may stand before or after another side's. */
export interface Claim {
  /** Items of different sorts are not put together: imports before everything else. */
  readonly sort: string;
  /** No two items of one list may claim the same. */
  readonly names: readonly string[];
}

const ROOTS: readonly string[] = ['program', 'module', 'source_file'];

/** Lists of values: an item has no name, so nothing may be there twice, and all must be of one kind. */
const VALUES: readonly string[] = ['array', 'list', 'set'];

/** Kinds of values whose place means nothing by itself. Numbers are not among them: they tend to be coordinates. */
const PLAIN: readonly string[] = [
  'string',
  'identifier',
  'object',
  'dictionary',
  'call',
  'call_expression',
  'new_expression',
  'member_expression',
  'attribute',
  'interpreted_string_literal',
  'selector_expression',
  'literal_value',
  'composite_literal',
];

const MEMBERS: readonly string[] = [
  'named_imports',
  'export_clause',
  'object',
  'object_pattern',
  'class_body',
  'interface_body',
  'object_type',
  'enum_body',
  'import_from_statement',
  'dictionary',
  'import_spec_list',
  'literal_value',
  'field_declaration_list',
  'interface_type',
];

/** The list that a node is; undefined for all others. */
export function listAt(node: Node, text: string): List | undefined {
  const { type } = node;
  if (node.parent === null && ROOTS.includes(type)) {
    return { node, items: itemsOf(node), start: 0, end: text.length };
  }
  if (type === 'block' && node.parent?.type === 'class_definition') {
    return { node, items: itemsOf(node), start: node.startIndex, end: afterBlanks(text, node.endIndex) };
  }
  if (!VALUES.includes(type) && !MEMBERS.includes(type)) return undefined;
  const items = type === 'import_from_statement' ? node.childrenForFieldName('name') : itemsOf(node);
  return { node, items, start: node.startIndex, end: node.endIndex };
}

function itemsOf(node: Node): readonly Node[] {
  return node.namedChildren.filter(({ type, isExtra }) => !isExtra && type !== 'comment');
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

/** What an added item claims; undefined for one whose place means something, or may. */
export function claimOf(language: GrammarName, list: List, item: Node): Claim | undefined {
  const { type } = list.node;
  if (list.node.parent === null) return claimAtTop(language, item);
  if (VALUES.includes(type) || (type === 'literal_value' && item.type === 'literal_element')) {
    return claimOfValue(list, item);
  }
  const name = type === 'block' ? methodName(item) : memberName(item);
  return name === undefined ? undefined : { sort: 'member', names: [name] };
}

function claimAtTop(language: GrammarName, item: Node): Claim | undefined {
  const [isImport, isDefinition] = {
    typescript: [isScriptImport, isScriptDefinition] as const,
    tsx: [isScriptImport, isScriptDefinition] as const,
    javascript: [isScriptImport, isScriptDefinition] as const,
    python: [isPythonImport, isPythonDefinition] as const,
    go: [isGoImport, isGoDefinition] as const,
  }[language];
  const sort = isImport(item) ? 'import' : isDefinition(item) ? 'definition' : undefined;
  if (sort === undefined) return undefined;
  const declared = declaredBy(language, item).map(({ key }) => key);
  return { sort, names: declared.length > 0 ? declared : [item.text] };
}

/** Whether the items are values, of which some may belong together (`'--out', 'folder'`): a side's stay in one piece. */
export function isOfValues({ node, items }: List): boolean {
  return VALUES.includes(node.type) || items.some(({ type }) => type === 'literal_element');
}

/** Go writes structs by position as it writes slices, and gives an array as many places as its type says. */
function isByPosition({ node }: List): boolean {
  if (node.type !== 'literal_value') return false;
  const type = node.parent?.type === 'composite_literal' ? node.parent.childForFieldName('type')?.type : undefined;
  return type !== 'slice_type' && type !== 'implicit_length_array_type';
}

function claimOfValue(list: List, item: Node): Claim | undefined {
  if (isByPosition(list)) return undefined;
  const value = (each: Node): Node => (each.type === 'literal_element' ? (each.namedChildren[0] ?? each) : each);
  const kinds = new Set(list.items.map((each) => value(each).type));
  return kinds.size === 1 && PLAIN.includes(value(item).type)
    ? { sort: 'value', names: [plainText(value(item).text)] }
    : undefined;
}

/** Methods of a Python class: attributes are in order (fields of data classes, members of enumerations). */
function methodName(item: Node): string | undefined {
  if (!isPythonDefinition(item)) return undefined;
  const definition = item.type === 'decorated_definition' ? item.childForFieldName('definition') : item;
  return definition?.type === 'function_definition' ? definition.childForFieldName('name')?.text : undefined;
}

function memberName(item: Node): string | undefined {
  switch (item.type) {
    case 'dotted_name':
      return item.text;
    case 'aliased_import':
      return item.childForFieldName('alias')?.text;
    case 'keyed_element':
      return goKey(item.childForFieldName('key') ?? item.namedChildren[0] ?? null);
    case 'pair':
      return item.parent?.type === 'dictionary' ? pythonKey(item.childForFieldName('key')) : scriptMemberName(item);
    case 'field_declaration':
      return item.childrenForFieldName('name').length === 1 ? item.childForFieldName('name')?.text : undefined;
    case 'method_elem':
      return item.childForFieldName('name')?.text;
    case 'import_spec':
      return isGoImport(item) ? (item.childForFieldName('name') ?? item.childForFieldName('path'))?.text : undefined;
    default:
      return scriptMemberName(item);
  }
}
