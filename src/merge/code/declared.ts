// One declaration of a source at its top level, as the readers of the languages tell it.
import type { Node } from '../packages.ts';

/** One declaration. */
export interface Declared {
  /** Equal for two declarations that stand in each other's way, e.g. `value f`. */
  readonly key: string;
  /** As it is written, for people. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** Two that say the same are no duplicate (Python: the same import twice). */
  readonly same?: string;
  /** The whole of a member, so that it is known elsewhere. */
  readonly text?: string;
}

/** A declaration of `space`, at that node. */
export function declare(space: string, node: Node, name: string = node.text): Declared {
  return { key: `${space} ${name}`, name, line: node.startPosition.row + 1 };
}

/** The first child that stands in that field, as a list: empty where there is none. */
export function inField(node: Node, field: string): readonly Node[] {
  const found = node.childForFieldName(field);
  return found === null ? [] : [found];
}
