// Members of what a source declares at its top level: of classes, interfaces, enumerations, objects, dictionaries, structs.
// In most languages the second one of a name takes the first one away without a word.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { pythonKey, scriptKey } from './keys.ts';
import { scriptMemberName } from './lists-script.ts';

/** A member of `owner`; `kind` keeps apart what may have one name (a getter and a setter). */
function member(owner: string, kind: string, node: Node, name: string): Declared {
  const { text } = node;
  return { ...declare('member', node, `${owner}.${name}`), key: `member ${owner} ${kind} ${name}`, text };
}

const SIGNATURES: readonly string[] = ['method_signature', 'abstract_method_signature'];

const SCRIPT_BODIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['class_body', ['method_definition', 'public_field_definition', 'field_definition', ...SIGNATURES]],
  ['interface_body', ['property_signature', 'method_signature']],
  ['object_type', ['property_signature', 'method_signature']],
  ['enum_body', ['property_identifier', 'enum_assignment']],
  ['object', ['pair', 'shorthand_property_identifier', 'method_definition']],
]);

/** The members of a body in TypeScript or JavaScript; none for other nodes. */
export function membersInScript(owner: string, body: Node): readonly Declared[] {
  const types = SCRIPT_BODIES.get(body.type) ?? [];
  return body.namedChildren.flatMap((item) => {
    if (!types.includes(item.type)) return [];
    const name = scriptName(item);
    if (name === undefined) return [];
    if (!SIGNATURES.includes(item.type)) return [member(owner, kindOf(item), item, name)];
    // Overloads have one name on purpose, in a class that of the method too.
    const kind = body.type === 'class_body' ? `${kindOf(item)} signature` : '';
    return [{ ...member(owner, kind, item, name), same: 'signature' }];
  });
}

function scriptName(item: Node): string | undefined {
  switch (item.type) {
    case 'property_identifier':
      return item.text;
    case 'pair':
    case 'shorthand_property_identifier':
      return scriptMemberName(item);
    default:
      return scriptKey(item.childForFieldName('name') ?? item.childForFieldName('property'));
  }
}

/** `static`, `get`, `set`. */
function kindOf(item: Node): string {
  const words = item.children.map(({ type }) => type).filter((type) => ['static', 'get', 'set'].includes(type));
  return words.join(' ');
}

/** The value that a declaration gives, without what only types it. */
export function plainValue(value: Node | null): Node | undefined {
  let node = value ?? undefined;
  while (node?.type === 'as_expression' || node?.type === 'satisfies_expression') node = node.namedChildren[0];
  return node;
}

/** The items of a dictionary that are written out. */
export function itemsInPython(owner: string, dictionary: Node): readonly Declared[] {
  return dictionary.namedChildren
    .filter(({ type }) => type === 'pair')
    .flatMap((item) => {
      const name = pythonKey(item.childForFieldName('key'));
      return name === undefined ? [] : [member(owner, '', item, name)];
    });
}

/** The fields of a struct, whose names its methods may not have either, and the methods of an interface. */
export function fieldsInGo(owner: string, type: Node): readonly Declared[] {
  if (type.type === 'interface_type') {
    return type.namedChildren
      .filter((method) => method.type === 'method_elem')
      .flatMap((method) => inField(method, 'name').map((name) => ({ name, text: method.text })))
      .map(({ name, text }) => ({ ...declare('name', name, `${owner}.${name.text}`), text }));
  }
  if (type.type !== 'struct_type') return [];
  return type.namedChildren
    .flatMap(({ namedChildren }) => namedChildren)
    .filter((field) => field.type === 'field_declaration')
    .flatMap((field) =>
      field
        .childrenForFieldName('name')
        .filter(({ text }) => text !== '_' && text !== ',')
        .map((name) => ({ ...declare('name', name, `${owner}.${name.text}`), text: field.text })),
    );
}

/** The members of a class, as a reader of statements finds them in its body. */
export function membersInPython(owner: string, body: readonly Declared[]): readonly Declared[] {
  return body
    .filter(({ key }) => key.startsWith('name '))
    .map((each) => ({ ...each, key: `member ${owner} ${each.name}`, name: `${owner}.${each.name}` }));
}
