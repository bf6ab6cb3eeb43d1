// Contents on their way to a merge thread and back. They change hands instead of being copied by the message, which would
// stand in the way of everything else for as long; what must be copied is copied one content a turn of the event loop.
import type { MergeInput, MergeSide } from './types.ts';

/** Bytes from which a buffer is handed over, and its copy has a turn to itself: below, copying costs next to nothing. */
const LARGE = 64 * 1024;

const nextTurn = (): Promise<void> => new Promise((go) => setImmediate(go));

/** The input with copies of its large sides, and their buffers, which whoever gets the message may keep. */
export async function handOver(input: MergeInput): Promise<{ input: MergeInput; buffers: ArrayBuffer[] }> {
  const buffers: ArrayBuffer[] = [];
  // The turn first: whoever asks for the merge has read and hashed contents of this size in the turn that it is in.
  const copyOf = async (side: MergeSide): Promise<MergeSide> => {
    if (side === null || side.length < LARGE) return side;
    await nextTurn();
    const copy = new Uint8Array(side);
    buffers.push(copy.buffer);
    return copy;
  };
  const base = await copyOf(input.base);
  const current = await copyOf(input.current);
  const proposed = await copyOf(input.proposed);
  return { input: { ...input, base, current, proposed }, buffers };
}

/** Waits for the next turn where an answer brought large contents: what comes of them is hashed and stored in it. */
export async function afterLarge(answer: unknown): Promise<void> {
  if (buffersOf(fieldsOf(answer)['result']).length > 0) await nextTurn();
}

/** Waits for the next turn after a step that went through a large content, where another such step follows. */
export async function afterStep(content: Uint8Array | null | undefined): Promise<void> {
  if (content !== null && content !== undefined && content.length >= LARGE) await nextTurn();
}

/** The large buffers of the contents in a result of any shape, each once. */
export function buffersOf(result: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (value: unknown): void => {
    if (!(value instanceof Uint8Array) || !(value.buffer instanceof ArrayBuffer)) return;
    if (value.buffer.byteLength >= LARGE) buffers.add(value.buffer);
  };
  const { content, partial, conflicts } = fieldsOf(result);
  add(content);
  add(partial);
  for (const conflict of Array.isArray(conflicts) ? conflicts : []) {
    const { base, current, proposed } = fieldsOf(conflict);
    for (const side of [base, current, proposed]) add(side);
  }
  return [...buffers];
}

function fieldsOf(value: unknown): { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { readonly [field: string]: unknown }) : {};
}
