// Items of Go whose place among their like means nothing: the language itself orders what a package declares.
import type { Node } from '../packages.ts';

const DEFINITIONS: readonly string[] = [
  'function_declaration',
  'method_declaration',
  'type_declaration',
  'const_declaration',
];

/** An import under a name; one for its effects, or into the file's own scope, is in order. */
export function isGoImport(item: Node): boolean {
  if (item.type !== 'import_spec') return item.type === 'import_declaration';
  const name = item.childForFieldName('name')?.text;
  return name !== '_' && name !== '.';
}

/** A declaration; `init` functions run in order. */
export function isGoDefinition(item: Node): boolean {
  return DEFINITIONS.includes(item.type) && item.childForFieldName('name')?.text !== 'init';
}
