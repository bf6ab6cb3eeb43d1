// The two rounds, and the checker that knows every edit: what is in the files at the end is kept, what waits in an open
// conflict waits, and the rest is lost.
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { createController } from '../../controller/controller.ts';
import type { Controller } from '../../controller/types.ts';
import type { Conflict } from '../../core/resolution.ts';
import { DEFAULT_SPACE } from '../../core/resource.ts';
import { hasMark, type PlannedEdit } from '../../service/demo/edits.ts';
import type { DemoFile } from '../../service/demo/files.ts';
import type { Plan, Step } from '../../service/demo/plan.ts';
import { createSqliteStore } from '../../stores/sqlite.ts';
import { verifyStore } from '../../verify/verify-store.ts';
import type { Answer } from './agent.ts';
import type { Agents } from './agents.ts';

/** The numbers of one round: edits = kept + waiting + lost. Merged ones are among the kept. */
export interface Round {
  readonly name: 'plain' | 'entente';
  readonly edits: number;
  readonly kept: number;
  readonly lost: number;
  readonly merged: number;
  readonly waiting: number;
  readonly ms: number;
}

export interface PlainRound extends Round {
  /** The first lost edit, and the one whose writing took it away. */
  readonly example?: { readonly lost: PlannedEdit; readonly by: PlannedEdit };
}

export interface EntenteRound extends Round {
  readonly commits: number;
  readonly conflict?: { readonly number: number; readonly current: PlannedEdit; readonly proposed: PlannedEdit };
}

export interface RoundInput {
  readonly agents: Agents;
  readonly plan: Plan;
  readonly files: readonly DemoFile[];
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** The parent gives each order when the one before is done: the same order, so the same numbers, every time. */
async function follow({ agents, plan, signal }: RoundInput): Promise<ReadonlyMap<string, Answer['status']>> {
  const told = new Map<string, Answer['status']>();
  for (const { do: what, edit } of plan.steps) {
    signal?.throwIfAborted();
    const { status } = await agents.tell(edit.agent, { do: what, edit });
    if (what === 'write') told.set(edit.id, status);
  }
  return told;
}

async function writeFiles(
  folder: string,
  files: readonly (readonly [resource: string, bytes: Uint8Array | string])[],
): Promise<void> {
  for (const [resource, bytes] of files) {
    const file = path.join(folder, resource);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, bytes);
  }
}

/** Round 1: every agent reads the file, and writes the whole file back. */
export async function playPlain(input: RoundInput): Promise<PlainRound> {
  const { agents, plan, files } = input;
  const folder = path.join(input.folder, 'round-1');
  await writeFiles(
    folder,
    files.map(({ resource, text }) => [resource, text]),
  );
  await agents.tellAll({ do: 'plain', folder });
  const began = performance.now();
  await follow(input);
  const ms = Math.round(performance.now() - began);
  const texts = new Map<string, string>();
  for (const { resource } of files) texts.set(resource, await fs.readFile(path.join(folder, resource), 'utf8'));
  const lost = plan.edits.filter((edit) => !hasMark(texts.get(edit.resource) ?? '', edit.mark));
  const edits = plan.edits.length;
  const round = {
    name: 'plain',
    edits,
    kept: edits - lost.length,
    lost: lost.length,
    merged: 0,
    waiting: 0,
    ms,
  } as const;
  const example = exampleOf(plan.steps, lost);
  return example === undefined ? round : { ...round, example };
}

/** Who took the first lost edit away: the next to write that file among those that had read it before the edit was in. */
function exampleOf(steps: readonly Step[], lost: readonly PlannedEdit[]): PlainRound['example'] {
  const writes = steps.map((step, index) => ({ ...step, index })).filter((step) => step.do === 'write');
  for (const { edit, index } of writes) {
    if (edit.clash === true || !lost.includes(edit)) continue;
    const by = writes.find(({ edit: other, index: wrote }) => {
      const read = steps.findIndex((step) => step.do === 'read' && step.edit === other);
      return other.resource === edit.resource && wrote > index && read < index;
    });
    if (by !== undefined) return { lost: edit, by: by.edit };
  }
  return undefined;
}

export const DATABASE = 'entente.db';

/** Round 2: the same reads and writes through entente, on one SQLite file that every agent opens for itself. */
export async function playEntente(input: RoundInput): Promise<EntenteRound> {
  const { agents, plan, files } = input;
  const database = path.join(input.folder, DATABASE);
  const store = createSqliteStore({ path: database });
  const controller = createController({ store });
  try {
    for (const { resource, text } of files) {
      const { token } = await controller.begin(resource, { agent: 'demo' });
      await controller.commit(token, { content: text }, { note: 'as it was at the start' });
    }
    // Stored, so that the person's decision is merged by the same rules.
    await controller.setPolicy({ rules: plan.policy }, { agent: 'demo' });
    await agents.tellAll({ do: 'entente', database, policy: plan.policy });
    const began = performance.now();
    const told = await follow(input);
    const ms = Math.round(performance.now() - began);
    const round = await countEntente(input, controller, told, ms);
    const { ok, entries, first } = await verifyStore(store, DEFAULT_SPACE);
    if (!ok) throw new Error(`The log of the demo does not add up: ${first?.message ?? ''}`);
    return { ...round, commits: entries };
  } finally {
    await controller.close();
    await store.close();
  }
}

async function countEntente(
  { plan, files, folder }: RoundInput,
  controller: Controller,
  told: ReadonlyMap<string, Answer['status']>,
  ms: number,
): Promise<Omit<EntenteRound, 'commits'>> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts = new Map<string, string>();
  for (const { resource } of files) {
    const content = (await controller.read(resource))?.content;
    if (content !== undefined) texts.set(resource, decoder.decode(content));
  }
  await writeFiles(path.join(folder, 'round-2'), [...texts]);
  const open = (await controller.conflicts({ state: 'open' }, { limit: 1000 })).items;
  const proposals: { readonly conflict: Conflict; readonly text: string }[] = [];
  for (const conflict of open) {
    const content = await controller.conflictContent(conflict.id, 'proposed');
    if (content !== undefined) proposals.push({ conflict, text: decoder.decode(content) });
  }
  const proposed = ({ resource, mark }: PlannedEdit): Conflict | undefined =>
    proposals.find(({ conflict, text }) => conflict.resource === resource && hasMark(text, mark))?.conflict;
  const kept = plan.edits.filter((edit) => hasMark(texts.get(edit.resource) ?? '', edit.mark));
  const missing = plan.edits.filter((edit) => !kept.includes(edit));
  const waiting = missing.filter((edit) => proposed(edit) !== undefined);
  const merged = kept.filter((edit) => told.get(edit.id) === 'merged');
  const round = {
    name: 'entente',
    edits: plan.edits.length,
    kept: kept.length,
    lost: missing.length - waiting.length,
    merged: merged.length,
    waiting: waiting.length,
    ms,
  } as const;
  const current = kept.find((edit) => edit.clash === true);
  const clash = waiting.find((edit) => edit.clash === true);
  const conflict = clash && proposed(clash);
  if (current === undefined || clash === undefined || conflict === undefined) return round;
  return { ...round, conflict: { number: conflict.number, current, proposed: clash } };
}
