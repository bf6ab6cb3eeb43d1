// Field cases of what an answer promises: acknowledged is kept, sent twice is done once, and who was fenced out stays out.
import { expect } from 'vitest';
import { as, codeOf, put, text, textAt, tokenOf } from '../support/entente.ts';
import type { World } from './worlds.ts';

/** Notes are appended in a loop without a pause, each by an agent that has just started. */
export async function notesInALoop(world: World): Promise<void> {
  let [one] = await world.open('append');
  await put(one, 'notes', '');
  const notes = Array.from({ length: 13 }, (_, index) => `note ${index + 1}\n`);
  for (const [index, note] of notes.entries()) {
    const [first, second] = await world.again();
    const [writer, reader] = index % 2 === 0 ? [first, second] : [second, first];
    const { token } = await writer.begin('notes', { agent: 'loop' });
    as(await writer.commit(token, { append: note }), 'committed');
    expect(await textAt(reader, 'notes')).toBe(notes.slice(0, index + 1).join(''));
  }
  [one] = await world.again();
  expect(await textAt(one, 'notes')).toBe(notes.join(''));
  expect((await one.read('notes'))?.head.version).toBe(14);
}

/** A slow call is sent again while the first still runs; both finish. */
export async function sentAgain(world: World): Promise<void> {
  const [one, two] = await world.open('append');
  await put(one, 'facts', 'start\n');
  const token = await tokenOf(one, 'facts', 'tool');
  await put(two, 'facts', 'start\nother\n');
  const change = { append: 'the fact\n' };
  const options = { commitId: 'call-7' };
  const outcomes = await Promise.all([
    one.commitOrResolve(token, change, options),
    two.commitOrResolve(token, change, options),
  ]);
  const [first, second] = outcomes.map((outcome) => as(outcome, 'merged'));
  expect([first?.replayed, second?.replayed].filter(Boolean).length).toBe(1);
  expect(first?.version).toBe(second?.version);
  expect(text(first?.content)).toBe(text(second?.content));
  const [later] = await world.again();
  const again = as(await later.commitOrResolve(token, change, options), 'merged');
  expect(again).toMatchObject({ replayed: true, version: first?.version ?? 0, receipt: first?.receipt ?? {} });
  expect(await textAt(later, 'facts')).toBe('start\nother\nthe fact\n');
  expect(await codeOf(() => later.commitOrResolve(token, { append: 'another\n' }, options))).toBe(
    'idempotency-mismatch',
  );
  expect((await later.read('facts'))?.head.version).toBe(3);
}

/** A worker whose lease ran out wakes up and finishes, after its successor did: under a policy that lets the last win. */
export async function fencedOut(world: World): Promise<void> {
  const [zombie, successor] = await world.open('last');
  await put(zombie, 'job', 'open');
  await put(zombie, 'lease/job', 'epoch 1: zombie');
  const [lease, job] = await Promise.all(['lease/job', 'job'].map((resource) => tokenOf(zombie, resource, 'zombie')));
  if (lease === undefined || job === undefined) throw new Error('no tokens');
  await put(successor, 'lease/job', 'epoch 2: successor', { agent: 'successor' });
  const held = await tokenOf(successor, 'lease/job', 'successor');
  const own = await tokenOf(successor, 'job', 'successor');
  as(await successor.commitOrResolve(own, { content: 'done by successor' }, { reads: [held] }), 'committed');
  for (const change of [{ content: 'done by zombie' }, { delete: true } as const, { append: '!' }]) {
    const outcome = as(await zombie.commitOrResolve(job, change, { reads: [lease] }), 'conflict');
    expect(outcome.packet.reason).toContain('lease/job');
    as(await zombie.commitOrResolve(outcome.token, change, { reads: [lease] }), 'conflict');
  }
  expect(await textAt(successor, 'job')).toBe('done by successor');
  expect((await successor.read('job'))?.head.version).toBe(2);
}
