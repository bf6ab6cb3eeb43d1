// A space as a team has it after a week: several agents, merges, open conflicts of each kind, decided ones, a rule book,
// drafts that are open. The same every time, apart from the hour that it ends at.
import { createController } from '../../src/controller/controller.ts';
import type { Controller } from '../../src/controller/types.ts';
import type { Store } from '../../src/stores/store.ts';

const HOUR = 3_600_000;

interface Desk {
  readonly entente: Controller;
  /** Milliseconds since 1970, of what is written next. */
  readonly clock: { now: number };
}

interface Hand {
  readonly agent: string;
  readonly note: string;
  readonly text: string | null;
}

const change = ({ text }: Hand) => (text === null ? { delete: true as const } : { content: text });

async function write({ entente }: Desk, resource: string, hand: Hand): Promise<void> {
  const { token } = await entente.begin(resource, { agent: hand.agent, note: hand.note });
  await entente.commitOrResolve(token, change(hand), { note: hand.note });
}

/** Both read the same version; the first one lands, and the policy decides what becomes of the second. Its conflict's id. */
async function meet(desk: Desk, resource: string, first: Hand, second: Hand): Promise<string | undefined> {
  const { entente, clock } = desk;
  const { token } = await entente.begin(resource, { agent: second.agent, note: second.note });
  await write(desk, resource, first);
  clock.now += 4 * 60_000;
  const outcome = await entente.commitOrResolve(token, change(second), { note: second.note });
  return outcome.status === 'escalated' ? outcome.conflictId : undefined;
}

const PLAN = `# Release 4.2

## Goals
Ship the importer to all teams.
Cut the time of a cold start in half.

## Dates
Freeze on 3 March.
Release on 10 March.

## Owners
Importer: Ann
Start-up: Bob
Notes: Cleo
`;

const LIMITS = JSON.stringify({ requests: 600, uploadMb: 25, regions: ['eu', 'us'], retries: 3 }, undefined, 2);

const HANDBOOK = Array.from({ length: 24 }, (_, index) => `Step ${index + 1}: as it was agreed in week ${index + 1}.`);

function handbook(edits: { readonly [line: number]: string }): string {
  return `# Handbook\n\n${HANDBOOK.map((line, index) => edits[index + 1] ?? line).join('\n')}\n`;
}

async function daily(desk: Desk, end: number, days: number): Promise<void> {
  const { clock } = desk;
  await write(desk, 'notes/handbook.md', { agent: 'planner', note: 'as it was agreed', text: handbook({}) });
  const agents = ['writer-1', 'writer-2', 'reviewer-2', 'planner', 'ops-bot'];
  for (let step = 0; step < days * 6; step += 1) {
    clock.now = end - days * 24 * HOUR + step * 4 * HOUR;
    const [agent = '', other = ''] = [agents[step % 5], agents[(step * 2 + 1) % 5]];
    await write(desk, `notes/day-${step % 9}.md`, {
      ...{ agent, note: 'the notes of the stand-up' },
      text: `# Stand-up\n\n- ${agent} reports, round ${step}\n`,
    });
    if (step % 2 === 1) continue;
    // Far enough from each other to be merged.
    const [one, two] = [(step % 8) + 1, (step % 8) + 14];
    await meet(
      desk,
      'notes/handbook.md',
      { agent, note: `brings step ${one} up to date`, text: handbook({ [one]: `Step ${one}: reworked ${step}.` }) },
      { agent: other, note: `says step ${two} anew`, text: handbook({ [two]: `Step ${two}: shorter ${step}.` }) },
    );
  }
}

async function conflicts(desk: Desk, end: number): Promise<void> {
  const { entente, clock } = desk;
  const at = (hours: number): void => {
    clock.now = end - hours * HOUR;
  };
  at(74);
  await write(desk, 'release/plan.md', { agent: 'planner', note: 'the plan of release 4.2', text: PLAN });
  await write(desk, 'config/limits.json', { agent: 'ops-bot', note: 'first limits', text: `${LIMITS}\n` });
  await write(desk, 'notes/onboarding.md', {
    agent: 'writer-1',
    note: 'first draft',
    text: '# Onboarding\n\nAsk Ann.\n',
  });
  await write(desk, 'release/names.md', { agent: 'planner', note: 'names', text: '4.2: Heron\n' });
  at(70);
  const settled = await meet(
    desk,
    'release/names.md',
    { agent: 'writer-2', note: 'a bird that we have not had', text: '4.2: Plover\n' },
    { agent: 'reviewer-2', note: 'legal asked for another name', text: '4.2: Curlew\n' },
  );
  at(66);
  if (settled !== undefined)
    await entente.resolve(settled, { use: 'proposed' }, { agent: 'ann', reason: 'Legal decides names.' });
  at(49);
  await meet(
    desk,
    'notes/onboarding.md',
    { agent: 'writer-2', note: 'moved to the handbook', text: null },
    { agent: 'writer-1', note: 'adds how to get a laptop', text: '# Onboarding\n\nAsk Ann.\nLaptops come from Bob.\n' },
  );
  at(26);
  await meet(
    desk,
    'config/limits.json',
    { agent: 'ops-bot', note: 'halves the rate after the incident', text: `${LIMITS.replace('600', '300')}\n` },
    { agent: 'planner', note: 'doubles the rate for the launch', text: `${LIMITS.replace('600', '1200')}\n` },
  );
  at(2);
  await meet(
    desk,
    'release/plan.md',
    {
      agent: 'writer-1',
      note: 'the freeze is a week later',
      text: PLAN.replace('3 March', '10 March').replace('10 March.\n\n', '17 March.\n\n'),
    },
    {
      agent: 'reviewer-2',
      note: 'no release on a Monday',
      text: PLAN.replace('Freeze on 3 March', 'Freeze on 5 March').replace('Notes: Cleo', 'Notes: Dan'),
    },
  );
}

/** Fills a store's space `default` with some days that end now. */
export async function fillWeek(store: Store, days: number = 7): Promise<void> {
  const end = Date.now();
  const clock = { now: end - (Math.max(days, 4) * 24 + 1) * HOUR };
  const entente = createController({ store, clock: () => clock.now });
  const desk: Desk = { entente, clock };
  const rules = [
    ['release/**', 'escalate'],
    ['config/**', 'merge(json)'],
    ['notes/**', 'merge(text)'],
    ['log/**', 'merge(append)'],
  ] as const;
  await entente.setPolicy({ rules, default: 'firstWriterWins' }, { agent: 'ann', revision: 0 });
  await daily(desk, end, days);
  await conflicts(desk, end);
  clock.now = end - 6 * 60_000;
  await entente.begin('notes/handbook.md', { agent: 'writer-2', note: 'rewrites steps 9 to 12', announce: true });
  await entente.begin('release/plan.md', { agent: 'planner', note: 'adds the owners of 4.3', announce: true });
}
