// Field cases of whole texts: stale copies written back, many on one list, work copied over other work.
import { expect } from 'vitest';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Token } from '../../src/core/token.ts';
import { as, put, text, textAt, tokenOf } from '../support/entente.ts';
import { createRandom } from '../support/random.ts';
import type { Hands } from './hands.ts';
import type { World } from './worlds.ts';

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

/** A copy of hours ago is written back whole, long after fifteen others were saved. */
export async function staleCopy(world: World): Promise<void> {
  const [early, late] = await world.open('text');
  const rows = lines(2000);
  const old = `${rows.join('\n')}\n`;
  await put(early, 'F', old);
  const token = await tokenOf(late, 'F', 'late');
  for (let edit = 1; edit <= 15; edit += 1) {
    rows[edit * 100] = `edited ${edit}`;
    await put(early, 'F', `${rows.join('\n')}\n`, { agent: `early-${edit}` });
  }
  const refused = as(await late.commit(token, { content: `${old}x\n` }), 'conflict');
  expect(refused.packet).toMatchObject({ expected: { version: 1 }, actual: { version: 16 } });
  expect(refused.packet.between.map(({ agent }) => agent)).toEqual(
    rows.slice(1, 16).map((_, index) => `early-${index + 1}`),
  );
  expect(refused.packet.cleanRegions).toBeGreaterThan(0);
  as(await late.commit(refused.token, { content: `${old}x\n` }), 'conflict');
  as(await late.commitOrResolve(token, { content: old }), 'unchanged');
  expect(await textAt(early, 'F')).toBe(`${rows.join('\n')}\n`);
  as(await late.commitOrResolve(refused.token, { content: `${old}x\n` }), 'merged');
  expect(await textAt(early, 'F')).toBe(`${rows.join('\n')}\nx\n`);
}

/** Three write the whole document, each with one line more than they read. */
export async function wholeDocument(world: World): Promise<void> {
  const [one, two] = await world.open('append');
  await put(one, 'doc', 'a\n');
  const hands = [one, two, one];
  const names = ['A', 'B', 'C'];
  const tokens = await Promise.all(names.map((name, index) => tokenOf(hands[index] ?? one, 'doc', name)));
  const outcomes = await Promise.all(
    tokens.map((token, index) => (hands[index] ?? one).commitOrResolve(token, { content: `a\n${names[index]}\n` })),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['committed', 'merged', 'merged']);
  for (const outcome of outcomes) {
    if (outcome.status !== 'merged') continue;
    const authors = new Set(outcome.receipt.entries.flatMap(({ by }) => by));
    expect([...authors].sort()).toEqual(['current', 'proposed']);
  }
  // The order of the lines is the order of the versions.
  const versions = (await one.history('doc')).items.map(({ head }) => head.agent).reverse();
  expect(await textAt(two, 'doc')).toBe(`a\n${versions.slice(1).join('\n')}\n`);
  expect(versions.length).toBe(4);
}

function ticked(content: string | undefined): number[] {
  return (content ?? '').split('\n').flatMap((row, index) => (row.startsWith('- [x]') ? [index] : []));
}

/** Twenty tick their row of one list, all from the same copy. */
export async function checklist(world: World, neighbours: boolean): Promise<void> {
  const [one, two] = await world.open(neighbours ? 'neighbours' : 'text');
  const seed = 47_905;
  const random = createRandom(seed);
  const rows = lines(20).map((row) => `- [ ] ${row}`);
  await put(one, 'list', `${rows.join('\n')}\n`);
  const work = random.shuffle(rows.map((_, index) => index)).map((row, turn) => ({ row, hands: turn % 2 ? one : two }));
  const tokens = await Promise.all(work.map(({ row, hands }) => tokenOf(hands, 'list', `agent-${row}`)));
  const kept: number[] = [];
  const tick = async (hands: Hands, row: number, token: Token): Promise<Outcome> => {
    const content = `${rows.map((line, index) => (index === row ? line.replace('[ ]', '[x]') : line)).join('\n')}\n`;
    const outcome = await hands.commitOrResolve(token, { content });
    const shown = ticked(await textAt(hands, 'list'));
    if (outcome.status === 'escalated') {
      expect(ticked(text(await hands.conflictContent(outcome.conflictId, 'proposed')))).toEqual([row]);
      expect(ticked(text(await hands.conflictContent(outcome.conflictId, 'current'))).length).toBeGreaterThan(0);
      kept.push(row);
    } else expect(shown, `seed ${seed}`).toContain(row);
    return outcome;
  };
  const token = (turn: number): Token => tokens[turn] as Token;
  for (let turn = 0; turn < work.length; turn += 2) {
    const pair = work.slice(turn, turn + 2);
    const outcomes = await Promise.all(pair.map(({ row, hands }, index) => tick(hands, row, token(turn + index))));
    for (const { status } of outcomes) expect(['committed', 'merged', 'escalated']).toContain(status);
  }
  const done = ticked(await textAt(one, 'list'));
  expect(
    [...done, ...kept].sort((left, right) => left - right),
    `seed ${seed}`,
  ).toEqual(rows.map((_, index) => index));
  if (neighbours) expect(done.length).toBe(20);
  expect((await one.conflicts({ state: 'open' })).items.length).toBe(kept.length);
}

/** Somebody changed the file on disk, outside of the system; an agent hands in work on the version before. */
export async function outsideWork(world: World): Promise<void> {
  for (const clash of [false, true]) {
    const [one, two] = await world.open('text');
    const base = 'top\n-\nmiddle\n-\nend\n';
    const onDisk = base.replace('middle', 'middle, by hand');
    await put(one, 'file', base);
    const token = await tokenOf(two, 'file', 'agent');
    // What is found on disk is captured as a version of its own before anything is merged with it.
    await put(one, 'file', onDisk, { agent: 'external' });
    const mine = clash ? base.replace('middle', 'middle, by agent') : base.replace('end', 'end, by agent');
    const outcome = await two.commitOrResolve(token, { content: mine });
    const texts = await Promise.all(
      [1, 2].map(async (version) => text((await two.read('file', { version }))?.content)),
    );
    expect(texts).toEqual([base, onDisk]);
    expect((await two.history('file')).items.map(({ head }) => head.agent)).toContain('external');
    if (clash) {
      const { conflictId } = as(outcome, 'escalated');
      expect(text(await one.conflictContent(conflictId, 'proposed'))).toBe(mine);
      expect(await textAt(one, 'file')).toBe(onDisk);
    } else {
      as(outcome, 'merged');
      expect(await textAt(one, 'file')).toBe(onDisk.replace('end', 'end, by agent'));
    }
  }
}
