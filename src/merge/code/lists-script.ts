// Items of TypeScript and JavaScript whose place among their like means nothing.
import type { Node } from '../packages.ts';
import { scriptKey } from './keys.ts';

const DEFINITIONS: readonly string[] = [
  'function_declaration',
  'generator_function_declaration',
  'class_declaration',
  'abstract_class_declaration',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
];

/** Values that do nothing when they are made. */
const INERT: readonly string[] = [
  'arrow_function',
  'function_expression',
  'class',
  'string',
  'number',
  'regex',
  'true',
  'false',
  'null',
];

/** An import that binds something: one for its side effects is in order. */
export function isScriptImport(item: Node): boolean {
  return item.type === 'import_statement' && item.namedChildren.some(({ type }) => type === 'import_clause');
}

/** A declaration that runs nothing, or something exported from elsewhere. */
export function isScriptDefinition(item: Node): boolean {
  if (item.type === 'export_statement') {
    const declaration = item.childForFieldName('declaration');
    if (item.children.some(({ type }) => type === 'default' || type === 'decorator')) return false;
    return declaration === null ? item.childForFieldName('source') !== null : isScriptDefinition(declaration);
  }
  if (item.type === 'class_declaration' || item.type === 'abstract_class_declaration') return isInertClass(item);
  if (item.type === 'lexical_declaration') return isInertConstant(item);
  return DEFINITIONS.includes(item.type);
}

/** No decorators and no static blocks: those run when the class is made. */
function isInertClass(item: Node): boolean {
  return item.descendantsOfType(['decorator', 'class_static_block']).length === 0;
}

function isInertConstant(item: Node): boolean {
  if (item.children[0]?.type !== 'const') return false;
  const values = item.namedChildren.filter(({ type }) => type === 'variable_declarator');
  return values.every((each) => INERT.includes(each.childForFieldName('value')?.type ?? ''));
}

/** The name of a member of an object, a class, a type, an enumeration or a list of imports. */
export function scriptMemberName(item: Node): string | undefined {
  switch (item.type) {
    case 'import_specifier':
    case 'export_specifier':
      return (item.childForFieldName('alias') ?? item.childForFieldName('name'))?.text;
    case 'shorthand_property_identifier':
    case 'shorthand_property_identifier_pattern':
      return item.text;
    case 'pair':
    case 'pair_pattern':
      return scriptKey(item.childForFieldName('key'));
    case 'object_assignment_pattern':
      return item.childForFieldName('left')?.text;
    case 'method_definition':
    case 'method_signature':
    case 'property_signature':
    case 'abstract_method_signature':
    case 'public_field_definition':
    case 'field_definition':
      return isPlainMember(item) && !isModifier(item)
        ? scriptKey(item.childForFieldName('name') ?? item.childForFieldName('property'))
        : undefined;
    case 'enum_assignment':
      return item.childForFieldName('value')?.type === 'string' ? scriptKey(item.childForFieldName('name')) : undefined;
    default:
      return undefined;
  }
}

function isPlainMember(item: Node): boolean {
  return !item.children.some(({ type }) => type === 'decorator');
}

/** What would be a modifier of the member that comes to stand after it. */
const MODIFIERS: readonly string[] = [
  'get',
  'set',
  'static',
  'async',
  'accessor',
  'readonly',
  'declare',
  'abstract',
  'override',
  'public',
  'private',
  'protected',
];

/** A field that has nothing but a name, and that one is a modifier too. */
function isModifier(item: Node): boolean {
  return item.childForFieldName('value') === null && MODIFIERS.includes(item.children.at(-1)?.text ?? '');
}

/** Whether a member of a class may be read on in what comes to stand after it: nothing ends it but the line. */
export function isOpenField(item: Node): boolean {
  return item.type.endsWith('field_definition') && item.nextSibling?.type !== ';';
}

/** Whether a member of a class may be read as the rest of the one before it: `foo = 1` and `*bar() {}` are a product. */
export function mayGoOn(item: Node): boolean {
  return item.parent?.type === 'class_body' && /^(?:\*|in\b|instanceof\b)/.test(item.text);
}
