// What a run of a task comes to: nothing lost, the change made, the right next call after each conflict, and what it cost.
import { createController } from '../../src/controller/controller.ts';
import type { Store } from '../../src/stores/store.ts';
import type { Call, Recorded } from './stage.ts';
import type { Task } from './tasks.ts';

export interface Measure {
  readonly task: string;
  /** What the task asks for is stored, or waits for a person where that is right. */
  readonly reached: boolean;
  /** Changes of others that are nowhere any more: neither stored nor in an open conflict. */
  readonly lost: readonly string[];
  /** Answers that said that a change was not saved, and how many of them were followed by the right call. */
  readonly conflicts: number;
  readonly right: number;
  readonly calls: number;
  /** Characters of definitions, calls and answers, divided by four. What a model thinks and says is not in it. */
  readonly tokens: number;
}

const REPAIRABLE: readonly unknown[] = ['conflict', 'rejected', 'aborted'];

/** An answer after which the next call matters. */
function isConflict({ tool, data }: Call): boolean {
  return tool === 'entente_commit' && (REPAIRABLE.includes(data['outcome']) || data['outcome'] === 'escalated');
}

/** Repaired with the fresh token, or looked at first; what waits for a person is not sent again. */
function isRight(call: Call, next: Call | undefined): boolean {
  const id = call.data['id'];
  if (call.data['outcome'] === 'escalated')
    return next === undefined || next.tool !== 'entente_commit' || next.input['token'] !== call.input['token'];
  if (next === undefined) return false;
  if (next.tool === 'entente_read' || next.tool === 'entente_changes') return (next.input['id'] ?? id) === id;
  return next.tool === 'entente_commit' && next.input['token'] === call.data['token'];
}

/** Every text that is stored, and each side of every open conflict. */
async function texts(store: Store): Promise<{ readonly stored: string; readonly waiting: string }> {
  const controller = createController({ store });
  const stored: string[] = [];
  for (const { resource } of (await controller.list('', { limit: 100 })).items) {
    stored.push(Buffer.from((await controller.read(resource))?.content ?? []).toString());
  }
  const waiting: string[] = [];
  for (const { id } of (await controller.conflicts({ state: 'open' })).items) {
    for (const side of ['current', 'proposed'] as const)
      waiting.push(Buffer.from((await controller.conflictContent(id, side)) ?? []).toString());
  }
  return { stored: stored.join('\n'), waiting: waiting.join('\n') };
}

export async function measure(task: Task, store: Store, recorded: readonly Recorded[]): Promise<Measure> {
  const { stored, waiting } = await texts(store);
  const has = (mark: string): boolean => stored.includes(mark) || waiting.includes(mark);
  const calls = recorded.filter((one): one is Call => 'tool' in one);
  const defined = recorded.reduce((sum, one) => sum + ('defined' in one ? one.defined : 0), 0);
  const met = calls.flatMap((call, at) => (isConflict(call) ? [{ call, next: calls[at + 1] }] : []));
  const grown = task.plants.filter(
    ({ id, nth }) => calls.filter(({ tool, input }) => tool === 'entente_read' && input['id'] === id).length >= nth,
  );
  const where = task.ends === 'person' ? waiting : stored;
  const chars = calls.reduce((sum, { wrote, read }) => sum + wrote + read, defined);
  return {
    task: task.id,
    reached: task.ends === 'either' || task.changes.every(({ mark }) => where.includes(mark)),
    lost: grown.flatMap(({ mark }) => (mark === undefined || has(mark) ? [] : [mark])),
    conflicts: met.length,
    right: met.filter(({ call, next }) => isRight(call, next)).length,
    calls: calls.length,
    tokens: Math.ceil(chars / 4),
  };
}

/** A table of all tasks, and the sums below it. */
export function report(measures: readonly Measure[]): string {
  const sum = (of: (one: Measure) => number): number => measures.reduce((all, one) => all + of(one), 0);
  const rows = measures.map((one) => [
    one.task,
    one.reached ? 'yes' : 'NO',
    one.lost.length === 0 ? '' : `LOST ${one.lost.join(', ')}`,
    `${one.right} of ${one.conflicts}`,
    String(one.calls),
    String(one.tokens),
  ]);
  const head = ['task', 'reached', 'lost', 'right next call', 'calls', 'tokens'];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const count = Math.max(1, measures.length);
  return [
    ...lines,
    '',
    `reached ${measures.filter(({ reached }) => reached).length} of ${measures.length}, lost updates ${sum(({ lost }) => lost.length)}, right next call ${sum(({ right }) => right)} of ${sum(({ conflicts }) => conflicts)}`,
    `calls per task ${(sum(({ calls }) => calls) / count).toFixed(1)}, tokens per task ${Math.round(sum(({ tokens }) => tokens) / count)}`,
    '',
  ].join('\n');
}
