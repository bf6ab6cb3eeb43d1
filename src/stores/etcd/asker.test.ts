import { describe, expect, it } from 'vitest';
import { createAsker } from './asker.ts';
import { type Answered, getOp, type Operation, rangeOp } from './wire.ts';

/** Answers each question with its own text, when it is let. */
function slow(): {
  sent: (readonly Operation[])[];
  send: (asked: readonly Operation[]) => Promise<Answered>;
  let(): void;
} {
  const sent: (readonly Operation[])[] = [];
  let due: (() => void)[] = [];
  return {
    sent,
    async send(asked) {
      const revision = sent.push(asked);
      await new Promise<void>((resolve) => due.push(resolve));
      if (asked.some((one) => JSON.stringify(one) === JSON.stringify(getOp('bad')))) throw new Error('no');
      return { succeeded: true, revision, responses: asked.map((one) => ({ one: JSON.stringify(one) })) };
    },
    let() {
      const now = due;
      due = [];
      for (const resolve of now) resolve();
    },
  };
}

async function turn(): Promise<void> {
  for (let times = 0; times < 8; times += 1) await new Promise((resolve) => setImmediate(resolve));
}

const answerTo = (...keys: readonly string[]): object => keys.map((key) => ({ one: JSON.stringify(getOp(key)) }));

describe('questions', () => {
  it('[ET26] that come together are asked together, each once, and each caller gets the answers to its own', async () => {
    const etcd = slow();
    const ask = createAsker(etcd.send);
    const told = [ask([getOp('a'), getOp('b')]), ask([getOp('b'), getOp('c')]), ask([getOp('a')])];
    await turn();
    expect(etcd.sent).toEqual([[getOp('a'), getOp('b'), getOp('c')]]);
    etcd.let();
    const responses = (await Promise.all(told)).map((answer) => answer.responses);
    expect(responses).toEqual([answerTo('a', 'b'), answerTo('b', 'c'), answerTo('a')]);
  });

  it('[ET26] are never answered by what was sent before them; two are under way, the rest gathers', async () => {
    const etcd = slow();
    const ask = createAsker(etcd.send);
    const told: Promise<Answered>[] = [];
    for (const key of ['a', 'a', 'a', 'b']) {
      told.push(ask([getOp(key)]));
      await turn();
    }
    expect(etcd.sent).toEqual([[getOp('a')], [getOp('a')]]);
    etcd.let();
    await turn();
    expect(etcd.sent.slice(2)).toEqual([[getOp('a'), getOp('b')]]);
    etcd.let();
    expect((await Promise.all(told)).map(({ revision }) => revision)).toEqual([1, 2, 3, 3]);
  });

  it('[ET26] of a moment in the past go alone, and what fails is told to all who asked together and to nobody else', async () => {
    const etcd = slow();
    const ask = createAsker(etcd.send);
    const past = rangeOp({ key: 'a', revision: '7' });
    const told = [ask([getOp('bad')]), ask([getOp('a')]), ask([past])].map((answer) => answer.catch(() => 'failed'));
    await turn();
    expect(etcd.sent).toEqual([[past], [getOp('bad'), getOp('a')]]);
    etcd.let();
    expect((await Promise.all(told)).map((answer) => answer === 'failed')).toEqual([true, true, false]);
    const many = Array.from({ length: 70 }, (_, index) => ask([getOp(`x${index}`), getOp(`y${index}`)]));
    await turn();
    expect(etcd.sent.slice(2).map(({ length }) => length)).toEqual([120, 20]);
    etcd.let();
    await Promise.all(many);
  });
});
