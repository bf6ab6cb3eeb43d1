// One parse of one text, within the time that is left. Trees live in WebAssembly's memory, so whoever gets one frees it.
import type { Node } from '../packages.ts';
import { OverBudget, type Watch } from '../watch.ts';
import { grammarFor } from './grammars.ts';
import type { GrammarName } from './languages.ts';

export interface ParsedCode {
  readonly root: Node;
  /** The root and its nodes are nothing any more after this. */
  readonly free: () => void;
}

/** Longer sources are not parsed: they are made by machines, and a tree needs many times its text. */
export const MAX_SOURCE: number = 256 * 1024;

/** As much as makes a watch look at its clock. */
const A_LOOK = 1_000_000;

/** The tree; undefined where no parser is ready or it failed. Throws OverBudget from `watch` only. */
export function parseCode(language: GrammarName, text: string, watch: Watch): ParsedCode | undefined {
  const grammar = grammarFor(language);
  if (grammar === undefined) return undefined;
  let over: OverBudget | undefined;
  const progressCallback = (): boolean => {
    // Nothing may be thrown through the parser: it is stopped by its answer.
    try {
      watch(A_LOOK);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      over = error;
    }
    return over !== undefined;
  };
  try {
    const tree = grammar.parser.parse(text, null, { progressCallback });
    if (tree !== null) return { root: tree.rootNode, free: () => tree.delete() };
    grammar.parser.reset();
  } catch {
    // Nested beyond the stack.
    grammar.replace();
  }
  if (over !== undefined) throw over;
  return undefined;
}

/** The line (from 1) and the text of the first place that is no code of this language; undefined where all is. */
export function firstError(root: Node): { readonly line: number; readonly near: string } | undefined {
  if (!root.hasError) return undefined;
  let node = root;
  for (;;) {
    const next = node.children.find((child) => child.hasError || child.isError || child.isMissing);
    if (next === undefined || node.isError) break;
    node = next;
  }
  const near = node.isMissing ? `missing ${node.type}` : (node.text.split('\n', 1)[0] ?? '').trim().slice(0, 60);
  return { line: node.startPosition.row + 1, near };
}
