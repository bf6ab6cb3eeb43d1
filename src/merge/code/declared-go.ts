// Declarations of Go: one name for one thing in a package; methods by their receiver's type.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { fieldsInGo } from './members.ts';

const SPECS = ['const_spec', 'var_spec', 'type_spec', 'type_alias'];

/** What one declaration at the top level of a file declares. */
export function declaredInGo(item: Node): readonly Declared[] {
  switch (item.type) {
    case 'function_declaration':
      return inField(item, 'name')
        .filter(({ text }) => text !== 'init' && text !== '_')
        .map((name) => declare('name', name));
    case 'method_declaration': {
      const receiver = item.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0]?.text ?? '';
      return inField(item, 'name').map((name) => declare('name', name, `${receiver}.${name.text}`));
    }
    case 'const_declaration':
    case 'var_declaration':
    case 'type_declaration':
      return specsOf(item).flatMap((spec) => [
        ...spec
          .childrenForFieldName('name')
          .filter(({ type, text }) => type !== ',' && text !== '_')
          .map((name) => declare('name', name)),
        ...inField(spec, 'type').flatMap((type) => fieldsInGo(spec.childForFieldName('name')?.text ?? '', type)),
      ]);
    case 'import_declaration':
      return item.descendantsOfType('import_spec').flatMap(imported);
    default:
      return [];
  }
}

/** Specs of the declaration itself, alone or in its brackets; not those of functions in their values. */
function specsOf(item: Node): readonly Node[] {
  return item.namedChildren.flatMap((child) => {
    if (SPECS.includes(child.type)) return [child];
    return child.type.endsWith('_list') ? child.namedChildren.filter(({ type }) => SPECS.includes(type)) : [];
  });
}

function imported(spec: Node): readonly Declared[] {
  const alias = spec.childForFieldName('name');
  if (alias !== null) {
    return alias.text === '_' || alias.text === '.' ? [] : [declare('name', alias)];
  }
  const path = spec.childForFieldName('path');
  if (path === null) return [];
  // A last part such as `v2` is a version; the package is named by the one before.
  const parts = path.text.slice(1, -1).split('/');
  const versioned = parts.length > 1 && /^v[0-9]+$/.test(parts.at(-1) ?? '');
  return [declare('name', path, parts.at(versioned ? -2 : -1) ?? '')];
}
