// Cases from the field, through the guard: what happened to people who let several agents write files in place.
import { afterEach, describe, expect, it } from 'vitest';
import { toolCall, type Ward, ward } from '../../test/support/guard.ts';
import { guardOver } from '../cli/place/guard.ts';
import type { StrategySpec } from '../strategies/types.ts';
import type { Verdict } from './types.ts';

const open: Ward[] = [];
async function make(
  files: { readonly [path: string]: string },
  rules: { readonly [pattern: string]: StrategySpec } = {},
): Promise<Ward> {
  const made = await ward(files);
  open.push(made);
  await made.controller.setPolicy({ rules: Object.entries(rules) }, { agent: 'setter' });
  return made;
}
afterEach(() => {
  for (const one of open.splice(0)) one.remove();
});

/** A host that does not honour an answer: it writes what the agent meant, and reports it done. */
async function writeAll(w: Ward, agent: string, path: string, content: string): Promise<Verdict> {
  const call = toolCall(agent, path, { content });
  await w.guard.before(call);
  w.put(path, content);
  return w.guard.after(call);
}

async function conflicted(w: Ward): Promise<string> {
  const { items } = await w.controller.conflicts({ state: 'open' });
  const sides = await Promise.all(items.map(({ id }) => w.controller.conflictContent(id, 'proposed')));
  return sides.map((bytes) => Buffer.from(bytes ?? []).toString()).join('\n');
}

describe('field cases through the guard', () => {
  it('[GD29] one answer fires several memory tools: the file parses after every step and has all entries', async () => {
    const path = 'mem.json';
    const rule = { strategy: 'merge', engine: 'json', options: { arrays: { '/e': 'set' } } };
    const w = await make({ [path]: '{"e":[]}' }, { [path]: rule });
    for (const agent of ['a', 'b', 'c']) await w.guard.read({ agent, path });
    for (const agent of ['a', 'b', 'c']) {
      await writeAll(w, agent, path, `{"e":["${agent}"]}`);
      JSON.parse(w.text(path) ?? '');
    }
    expect((JSON.parse(w.text(path) ?? '') as { e: string[] }).e.sort()).toEqual(['a', 'b', 'c']);
  });

  it('[GD29] an hours-old copy of a large file is written back: only what its author changed changes', async () => {
    const path = 'big.txt';
    const lines = Array.from({ length: 2000 }, (_, index) => `line ${index}`);
    const w = await make({ [path]: `${lines.join('\n')}\n` });
    await w.guard.read({ agent: 'late', path });
    const old = w.text(path) ?? '';
    for (let round = 0; round < 15; round += 1) {
      await w.guard.read({ agent: 'quick', path });
      await writeAll(w, 'quick', path, (w.text(path) ?? '').replace(`line ${round * 100}\n`, `edit ${round}\n`));
    }
    const before = w.text(path) ?? '';
    expect((await writeAll(w, 'late', path, `${old}late\n`)).do).toBe('merged');
    expect(w.text(path)).toBe(`${before}late\n`);
  });

  it('[GD29] several write a whole document from one base: all lines are there once, each author’s version beside', async () => {
    const path = 'log.md';
    const w = await make({ [path]: 'a\n' }, { [path]: 'merge(append)' });
    for (const agent of ['A', 'B', 'C']) await w.guard.read({ agent, path });
    for (const agent of ['A', 'B', 'C']) await writeAll(w, agent, path, `a\n${agent}\n`);
    expect(
      (w.text(path) ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual(['A', 'B', 'C', 'a']);
    expect((await w.controller.history(path)).items.map(({ head }) => head.agent)).toEqual(['C', 'B', 'A', 'external']);
  });

  it('[GD29] twenty agents tick one checklist: each tick is there, or open as a conflict', async () => {
    const path = 'list.txt';
    const rows = Array.from({ length: 20 }, (_, index) => `[ ] task ${index}`);
    const start = `${rows.join('\n')}\n`;
    const w = await make({ [path]: start });
    for (let index = 0; index < 20; index += 1) await w.guard.read({ agent: `agent-${index}`, path });
    for (const index of [7, 3, 18, 0, 12, 5, 19, 1, 9, 14, 2, 16, 11, 4, 8, 13, 6, 17, 10, 15]) {
      const verdict = await writeAll(
        w,
        `agent-${index}`,
        path,
        start.replace(`[ ] task ${index}\n`, `[x] task ${index}\n`),
      );
      const there = (w.text(path) ?? '').includes(`[x] task ${index}\n`);
      expect(there).toBe(verdict.do !== 'stop');
    }
    const all = `${w.text(path) ?? ''}${await conflicted(w)}`;
    for (let index = 0; index < 20; index += 1) expect(all).toContain(`[x] task ${index}\n`);
  });

  it('[GD29] thirteen notes in a loop, each by a guard of its own: an acknowledged one is there', async () => {
    const path = 'notes.md';
    const w = await make({ [path]: 'notes\n' });
    for (let note = 1; note <= 13; note += 1) {
      const guard = await guardOver(w.store, { home: w.home, root: w.root, space: 'default' });
      const last = (w.text(path) ?? '').split('\n').at(-2) ?? '';
      const call = toolCall('looper', path, { edits: [{ old: `${last}\n`, new: `${last}\nn_${note}\n` }] });
      await guard.before(call);
      w.replace(path, `${last}\n`, `${last}\nn_${note}\n`);
      await guard.after(call);
      expect(w.text(path)).toContain(`n_${note}\n`);
      const head = await w.controller.read(path);
      expect(Buffer.from(head?.content ?? []).toString()).toContain(`n_${note}\n`);
    }
    expect((w.text(path) ?? '').split('\n')).toHaveLength(15);
  });

  it('[GD29] a consolidation that thought for long takes out what it meant to, and nothing that came meanwhile', async () => {
    const path = 'memory.json';
    const rule = { strategy: 'merge', engine: 'json', options: { arrays: { '/items': { key: 'id' } } } };
    const items = (ids: readonly number[]): string =>
      `${JSON.stringify({ items: ids.map((id) => ({ id: String(id), text: `memory ${id}` })) }, null, 2)}\n`;
    const w = await make({ [path]: items([1, 2, 3, 4, 5]) }, { [path]: rule });
    await w.guard.read({ agent: 'slow', path });
    for (const more of [
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6, 7],
    ]) {
      await w.guard.read({ agent: 'quick', path });
      await writeAll(w, 'quick', path, items(more));
    }
    await writeAll(w, 'slow', path, items([12, 3, 4, 5]));
    const found = (JSON.parse(w.text(path) ?? '') as { items: { id: string }[] }).items.map(({ id }) => Number(id));
    expect(found.sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 12]);
  });

  it('[GD29] days of uncommitted work, and an agent that writes from what was committed: both, and the old bytes stay', async () => {
    const path = 'app.txt';
    const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
    const w = await make({ [path]: base });
    await w.guard.read({ agent: 'agent', path });
    w.put(path, base.replace('two', 'two by hand'));
    await writeAll(w, 'agent', path, base.replace('six', 'six by agent'));
    expect(w.text(path)).toBe(base.replace('two', 'two by hand').replace('six', 'six by agent'));
    const authors = (await w.controller.history(path)).items.map(({ head }) => head.agent);
    expect(authors).toEqual(['agent', 'external', 'external']);
    const [, human] = await w.guard.recoverable(path);
    const bytes = await w.guard.recover(path, { hash: human?.hash ?? '' });
    expect(Buffer.from(bytes ?? []).toString()).toBe(base.replace('two', 'two by hand'));
  });

  it('[GD29] a call that is dispatched twice is one version, also when it lands again after others went on', async () => {
    const path = 'facts.txt';
    const base = 'one\n\n\ntwo\n\n\nthree\n';
    const w = await make({ [path]: base });
    await w.guard.read({ agent: 'a', path });
    const content = base.replace('one', 'one, once');
    const call = toolCall('a', path, { content });
    for (let turn = 0; turn < 2; turn += 1) await w.guard.before(call);
    w.put(path, content);
    for (let turn = 0; turn < 2; turn += 1) await w.guard.after(call);
    expect((await w.controller.history(path)).items).toHaveLength(2);
    w.put(path, content.replace('three', 'three by hand'));
    await w.guard.capture();
    w.put(path, content);
    await w.guard.after(call);
    expect(w.text(path)).toBe(content.replace('three', 'three by hand'));
  });
});
