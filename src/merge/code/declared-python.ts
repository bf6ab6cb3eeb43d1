// Declarations of Python. Giving a name twice is legal, which is what makes it dangerous: the first one is gone.
import type { Node } from '../packages.ts';
import { type Declared, declare, inField } from './declared.ts';
import { itemsInPython, membersInPython } from './members.ts';

/** What one statement at the top level of a module declares. */
export function declaredInPython(item: Node): readonly Declared[] {
  switch (item.type) {
    case 'function_definition':
      return named(inField(item, 'name')).map((each) => ({ ...each, text: item.text }));
    case 'class_definition':
      return [...named(inField(item, 'name')), ...membersOf(item)];
    case 'decorated_definition':
      return isRepeatable(item) ? [] : inField(item, 'definition').flatMap(declaredInPython);
    case 'expression_statement':
      return item.namedChildren.filter(({ type }) => type === 'assignment').flatMap(assigned);
    case 'import_statement':
      return item.childrenForFieldName('name').flatMap((name) => imported(name, ''));
    case 'import_from_statement': {
      const from = item.childForFieldName('module_name')?.text ?? '';
      return item.childrenForFieldName('name').flatMap((name) => imported(name, `${from}.`));
    }
    default:
      return [];
  }
}

function assigned(assignment: Node): readonly Declared[] {
  const left = assignment.childForFieldName('left');
  if (left?.type !== 'identifier') return [];
  const right = assignment.childForFieldName('right');
  return [...named([left]), ...(right?.type === 'dictionary' ? itemsInPython(left.text, right) : [])];
}

function membersOf(item: Node): readonly Declared[] {
  const body = inField(item, 'body').flatMap(({ namedChildren }) => namedChildren);
  return membersInPython(item.childForFieldName('name')?.text ?? '', body.flatMap(declaredInPython));
}

function named(names: readonly Node[]): readonly Declared[] {
  return names.filter(({ text }) => text !== '_').map((name) => declare('name', name));
}

/** Overloads, and functions that are registered under one name on purpose. */
function isRepeatable(item: Node): boolean {
  const decorators = item.namedChildren.filter(({ type }) => type === 'decorator');
  return decorators.some(({ text }) => /\boverload\b|\.(register|setter|getter|deleter)\b/.test(text));
}

/** `import a.b` binds `a`; the same thing under the same name twice is harmless. */
function imported(name: Node, from: string): readonly Declared[] {
  if (name.type !== 'aliased_import') {
    const [first = ''] = name.text.split('.', 1);
    return [{ ...declare('name', name, first), same: from === '' ? first : `${from}${name.text}` }];
  }
  const what = name.childForFieldName('name')?.text ?? '';
  return inField(name, 'alias').map((alias) => ({ ...declare('name', alias), same: `${from}${what}` }));
}
