// Items of Python whose place among their like means nothing.
import type { Node } from '../packages.ts';

const LITERALS: readonly string[] = ['string', 'integer', 'float', 'true', 'false', 'none'];

/** An import of named things. */
export function isPythonImport(item: Node): boolean {
  if (item.type === 'import_statement') return true;
  return item.type === 'import_from_statement' && !item.namedChildren.some(({ type }) => type === 'wildcard_import');
}

/** A function, a class without bases of its own making, or a constant. */
export function isPythonDefinition(item: Node): boolean {
  switch (item.type) {
    case 'function_definition':
    case 'class_definition':
      return true;
    case 'decorated_definition':
      return item.namedChildren.every((child) => child.type !== 'decorator' || isPlainDecorator(child));
    case 'expression_statement': {
      const [assignment] = item.namedChildren;
      const value = assignment?.type === 'assignment' ? assignment.childForFieldName('right') : null;
      return value !== null && value !== undefined && LITERALS.includes(value.type);
    }
    default:
      return false;
  }
}

/** `@property`, `@dataclass(frozen=True)`: what hangs on an object (`@app.get`) registers something, in order. */
function isPlainDecorator(decorator: Node): boolean {
  const [what] = decorator.namedChildren;
  const called = what?.type === 'call' ? what.childForFieldName('function') : what;
  return called?.type === 'identifier';
}
