// The document that a patch works on: as parsed, and opened only where an operation goes. What was never opened is
// printed from its source bytes.
import { escapedSegment } from './pointer.ts';
import * as T from './tape.ts';

/** A value: a node of a document, and its children once somebody looked inside. */
export interface Branch {
  readonly doc: T.Doc;
  readonly node: number;
  children: Children | undefined;
}

export type Children =
  | { readonly kind: 'object'; readonly members: Map<string, Slot> }
  | { readonly kind: 'array'; readonly elements: Slot[] };

/** A child: its value, and the node of the container's document whose name and place it has (ABSENT for a new one). */
export interface Slot {
  readonly home: number;
  readonly value: Branch;
}

/** Why an operation cannot be done; internal to the patch. */
export class PatchProblem extends Error {
  readonly reason: 'path-not-found' | 'bad-pointer' | 'bad-value' | 'test-failed' | 'bad-operation';

  constructor(reason: PatchProblem['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export function branchOf(doc: T.Doc, node: number): Branch {
  return { doc, node, children: undefined };
}

/** The children of a value, opened; undefined for a scalar. */
export function openBranch(branch: Branch): Children | undefined {
  if (branch.children !== undefined) return branch.children;
  const { doc, node } = branch;
  if (!T.isContainer(doc, node)) return undefined;
  const slots = T.childrenOf(doc, node).map((home): Slot => ({ home, value: branchOf(doc, home) }));
  branch.children =
    T.kindOf(doc, node) === T.ARRAY
      ? { kind: 'array', elements: slots }
      : { kind: 'object', members: new Map(slots.map((slot) => [T.keyOf(doc, slot.home), slot])) };
  return branch.children;
}

/** The compact JSON text of a value as it is now, in at most `limit` characters; then undefined. No recursion. */
export function branchText(
  root: Branch,
  limit: number,
  print: (doc: T.Doc, node: number) => string,
): string | undefined {
  const parts: string[] = [];
  let length = 0;
  const stack: (string | Branch)[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const children = typeof next === 'string' ? undefined : next.children;
    if (typeof next === 'string' || children === undefined) {
      const part = typeof next === 'string' ? next : print(next.doc, next.node);
      length += part.length;
      if (length > limit) return undefined;
      parts.push(part);
      continue;
    }
    const { doc } = next;
    if (children.kind === 'array') {
      stack.push(']');
      for (let i = children.elements.length - 1; i >= 0; i--) {
        stack.push((children.elements[i] as Slot).value);
        if (i > 0) stack.push(',');
      }
      stack.push('[');
    } else {
      stack.push('}');
      const members = [...children.members];
      for (let i = members.length - 1; i >= 0; i--) {
        const [name, slot] = members[i] as [string, Slot];
        stack.push(slot.value, `${i > 0 ? ',' : ''}${nameText(doc, slot, name)}:`);
      }
      stack.push('{');
    }
  }
  return parts.join('');
}

/** A member's name as source text: as it was written, or as JSON writes it. */
export function nameText(doc: T.Doc, { home }: Slot, name: string): string {
  if (home < 0) return JSON.stringify(name);
  return T.textOf(doc, T.keyStartOf(doc, home), T.keyEndOf(doc, home));
}

/** Follows own members and elements only; a step that is not there is a problem. */
export function walkTo(root: Branch, segments: readonly string[]): Branch {
  let at = root;
  for (const segment of segments) {
    const children = openBranch(at);
    const slot = children && slotOf(children, segment);
    if (slot === undefined) throw new PatchProblem('path-not-found', `nothing at ${escapedSegment(segment)}`);
    at = slot.value;
  }
  return at;
}

export function slotOf(children: Children, segment: string): Slot | undefined {
  if (children.kind === 'object') return children.members.get(segment);
  const index = /^(0|[1-9]\d{0,9})$/.test(segment) ? Number(segment) : -1;
  return children.elements[index];
}
