// From a seed: who edits what, and in which order reads and writes happen. Both rounds follow the same plan.
import type { StrategySpec } from '../../strategies/types.ts';
import type { PlannedEdit } from './edits.ts';
import type { DemoFile } from './files.ts';
import { createRandom, type Random } from './random.ts';

export interface Step {
  readonly do: 'read' | 'write';
  readonly edit: PlannedEdit;
}

export interface Plan {
  readonly agents: readonly string[];
  readonly edits: readonly PlannedEdit[];
  readonly steps: readonly Step[];
  /** How conflicts are decided in round 2. */
  readonly policy: readonly (readonly [pattern: string, strategy: StrategySpec])[];
}

export const agents = ['planner', 'builder', 'reviewer', 'writer'] as const;

const strategies: { readonly [engine in DemoFile['engine']]: StrategySpec } = {
  text: 'merge(text)',
  // Ticks of neighbouring lines do not contradict each other.
  list: { strategy: 'merge', engine: 'text', options: { adjacent: 'merge' } },
  json: 'merge(json)',
  append: 'merge(append)',
};

export function createPlan(seed: number, files: readonly DemoFile[]): Plan {
  const random = createRandom(seed);
  const targets = random.shuffle(
    files.flatMap((file) => file.targets.map((target) => ({ resource: file.resource, target }))),
  );
  const peaceful = targets.map(({ resource, target }, index): PlannedEdit => {
    const id = `e${String(index + 1).padStart(2, '0')}`;
    const agent = agents[index % agents.length] ?? agents[0];
    return { id, agent, resource, mark: target(id, agent) };
  });
  const clash = clashOf(files, random, peaceful.length);
  const edits = [...peaceful, ...clash].sort((a, b) => (a.id < b.id ? -1 : 1));
  const policy = files.map(({ resource, engine }) => [literal(resource), strategies[engine]] as const);
  return { agents, edits, steps: interleave(peaceful, clash, random), policy };
}

/** A pattern that matches only this file; one with a wildcard in its name is left to the default. */
function literal(resource: string): string {
  return resource.replace(/[*?[\]{}!()|]/g, '?');
}

function clashOf(files: readonly DemoFile[], random: Random, count: number): readonly PlannedEdit[] {
  const file = files.find((one) => one.contested !== undefined);
  if (file?.contested === undefined) return [];
  const { resource, contested } = file;
  const [a, b] = random.shuffle(agents);
  if (a === undefined || b === undefined) return [];
  const edit = (agent: string, next: string, place: number): PlannedEdit => ({
    ...{ id: `e${String(count + place).padStart(2, '0')}`, agent, resource, clash: true },
    mark: { kind: 'line', old: contested.old, next },
  });
  return [edit(a, contested.first, 1), edit(b, contested.second, 2)];
}

/**
 * Each agent reads, works, writes, then goes on to its next edit; whose turn it is, is drawn. Somewhere in the middle
 * the two that contradict each other both read before either writes.
 */
function interleave(peaceful: readonly PlannedEdit[], clash: readonly PlannedEdit[], random: Random): readonly Step[] {
  const queues = agents.map((agent) => peaceful.filter((edit) => edit.agent === agent));
  const open: (PlannedEdit | undefined)[] = agents.map(() => undefined);
  const steps: Step[] = [];
  const clashAt = Math.floor(peaceful.length * (0.5 + random.next() / 2));
  let clashed = false;
  const clashing = (index: number): boolean => clash.some((edit) => edit.agent === agents[index]);
  for (;;) {
    const due = !clashed && steps.length >= clashAt;
    if (due && open.every((edit, index) => edit === undefined || !clashing(index))) {
      steps.push(...clash.map((edit): Step => ({ do: 'read', edit })));
      steps.push(...clash.map((edit): Step => ({ do: 'write', edit })));
      clashed = true;
    }
    // Once the clash is due, the two it concerns start nothing new before it.
    const ready = agents
      .map((_, index) => index)
      .filter((index) => open[index] !== undefined || (queues[index]?.length ?? 0) > 0);
    const free = ready.filter((index) => clashed || !due || open[index] !== undefined || !clashing(index));
    const index = free.length > 0 ? random.pick(free) : undefined;
    if (index === undefined) {
      if (clashed) return steps;
      continue;
    }
    const started = open[index];
    const edit = started ?? queues[index]?.shift();
    if (edit === undefined) continue;
    steps.push({ do: started === undefined ? 'read' : 'write', edit });
    open[index] = started === undefined ? edit : undefined;
  }
}
