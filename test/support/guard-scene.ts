// Agents, people and formatters on a few guarded files, hosts that drop answers, posts in any order or never. Each edit is
// a line of its own, so that the checker knows every one of them.
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { applyEdits } from '../../src/guard/edits.ts';
import type { ToolChange, Verdict } from '../../src/guard/types.ts';
import { toolCall, type Ward, type WardOptions, ward } from './guard.ts';

const FILES = ['a.md', 'b/c.txt'];
const AGENTS = ['ann', 'bob', 'cem'];
/** Lines of a file, each a place of its own: places are three lines apart, and no line is in another one. */
const PLACES = 6;
const start = (path: string): string =>
  `${Array.from({ length: PLACES * 3 }, (_, line) => `${path} ${line % 3 === 1 ? 'place' : 'fixed'} ${line}.`).join('\n')}\n`;

export type Step =
  /** `slow`: the host is asked about it now, and reads when others have gone on (`look`), or as its agent writes. */
  | { readonly do: 'read'; readonly agent: number; readonly file: number; readonly slow?: boolean }
  | { readonly do: 'look'; readonly agent: number; readonly file: number }
  /** A whole file from what the agent read last, one place of its own changed. */
  | {
      readonly do: 'write';
      readonly agent: number;
      readonly file: number;
      readonly place: number;
      readonly obeys: boolean;
    }
  | { readonly do: 'edit'; readonly agent: number; readonly file: number; readonly place: number }
  /** The host's own write of the n-th call under way, and its report. */
  | { readonly do: 'land'; readonly which: number }
  | { readonly do: 'report'; readonly which: number }
  | { readonly do: 'forget'; readonly which: number }
  | { readonly do: 'human'; readonly file: number; readonly place: number }
  | { readonly do: 'formatter'; readonly file: number }
  | { readonly do: 'command'; readonly agent: number; readonly file: number; readonly place: number }
  | { readonly do: 'capture' }
  /** Somebody commits past the disk: between two looks at it, or right after a person saved the file. */
  | { readonly do: 'remote'; readonly file: number; readonly place: number }
  | { readonly do: 'race'; readonly file: number; readonly place: number; readonly other: number };

const agent = fc.nat(AGENTS.length - 1);
const file = fc.nat(FILES.length - 1);
const place = fc.nat(PLACES - 1);
const which = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), agent, file, slow: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), agent, file }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), agent, file, place, obeys: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), agent, file, place }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('land' as const), which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('report' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('human' as const), file, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('formatter' as const), file }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('command' as const), agent, file, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('capture' as const) }) },
);

const remoteStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remote' as const), file, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('race' as const), file, place, other: place }) },
);

interface Call {
  readonly event: ReturnType<typeof toolCall>;
  readonly mark: string;
  readonly verdict: Verdict;
  readonly obeys: boolean;
  landed: boolean;
  /** Its agent has read the file after it landed, and goes on from that. */
  readSince?: true;
}

/** Hosts, agents and people as they are, on one ward. */
class Scene {
  readonly calls: Call[] = [];
  /** What each agent believes a file to hold. */
  readonly beliefs = new Map<string, string>();
  /** Reads that the host was asked about, and that did not happen yet. */
  readonly reading = new Set<string>();
  /** Marks of edits that were reported as done, or that a person or a command made. */
  readonly acknowledged: { readonly path: string; readonly mark: string }[] = [];
  readonly w: Ward;
  #marks = 0;

  constructor(w: Ward) {
    this.w = w;
  }

  mark(who: string): string {
    this.#marks += 1;
    return `${who}#${this.#marks}`;
  }

  changed(text: string, at: number, mark: string): string {
    return text
      .split('\n')
      .map((line, index) => (index === at * 3 + 1 ? mark : line))
      .join('\n');
  }

  async run(one: Step): Promise<void> {
    const { w } = this;
    switch (one.do) {
      case 'read': {
        const [who, path] = [AGENTS[one.agent] as string, FILES[one.file] as string];
        await w.guard.read({ agent: who, path });
        this.reading.add(`${who} ${path}`);
        if (one.slow !== true) this.look(who, path);
        return;
      }
      case 'look':
        this.look(AGENTS[one.agent] as string, FILES[one.file] as string);
        return;
      case 'write':
        return this.write(one);
      case 'edit':
        return this.edit(one);
      case 'land':
        return this.land(this.calls.filter(({ landed }) => !landed)[one.which]);
      case 'report':
        return this.report(this.calls.filter(({ landed }) => landed)[one.which]);
      case 'forget': {
        const call = this.calls[one.which];
        if (call !== undefined) this.calls.splice(this.calls.indexOf(call), 1);
        return;
      }
      case 'human': {
        const path = FILES[one.file] as string;
        // An editor takes up what is on disk before it saves; what lay there under way is not its business.
        await w.guard.capture([path]);
        const mark = this.mark('human');
        w.put(path, this.changed(w.text(path) ?? '', one.place, mark));
        this.acknowledged.push({ path, mark });
        await w.guard.capture([path]);
        return;
      }
      case 'formatter': {
        const path = FILES[one.file] as string;
        w.put(path, (w.text(path) ?? '').replace(/ +$/gm, ''));
        return;
      }
      case 'command': {
        const [who, path] = [AGENTS[one.agent] as string, FILES[one.file] as string];
        const mark = this.mark(who);
        const event = { agent: who, call: mark, command: 'sed' };
        await w.guard.beforeCommand(event);
        w.put(path, this.changed(w.text(path) ?? '', one.place, mark));
        this.acknowledged.push({ path, mark });
        await w.guard.afterCommand(event);
        return;
      }
      case 'capture':
        await w.guard.capture();
        return;
      case 'remote':
        await this.remote(FILES[one.file] as string, one.place);
        return;
      case 'race': {
        const path = FILES[one.file] as string;
        await w.guard.capture([path]);
        const mark = this.mark('human');
        w.put(path, this.changed(w.text(path) ?? '', one.place, mark));
        this.acknowledged.push({ path, mark });
        await this.remote(path, one.other);
        await w.guard.capture([path]);
      }
    }
  }

  /** The host reads what it was asked about. */
  look(who: string, path: string): void {
    if (!this.reading.delete(`${who} ${path}`)) return;
    this.beliefs.set(`${who} ${path}`, this.w.text(path) ?? '');
    for (const call of this.calls)
      if (call.landed && call.event.agent === who && call.event.path === path) call.readSince = true;
  }

  async remote(path: string, place: number): Promise<void> {
    const { controller } = this.w;
    const mark = this.mark('remote');
    const { token, content } = await controller.begin(path, { agent: 'remote' });
    const next = this.changed(Buffer.from(content ?? []).toString(), place, mark);
    await controller.commit(token, { content: next });
    this.acknowledged.push({ path, mark });
  }

  async write(one: Extract<Step, { do: 'write' }>): Promise<void> {
    const [who, path] = [AGENTS[one.agent] as string, FILES[one.file] as string];
    // An agent that waits for its own call does not write the same file meanwhile.
    if (this.busy(who, path)) return;
    const key = `${who} ${path}`;
    this.look(who, path);
    if (!this.beliefs.has(key)) await this.run({ do: 'read', agent: one.agent, file: one.file });
    const belief = this.beliefs.get(key) ?? '';
    const mark = `${this.mark(who)}  `;
    const content = this.changed(belief, one.place, mark);
    await this.announce(toolCall(who, path, { content }), mark.trim(), one.obeys);
  }

  busy(who: string, path: string): boolean {
    return this.calls.some(({ event }) => event.agent === who && event.path === path);
  }

  async edit(one: Extract<Step, { do: 'edit' }>): Promise<void> {
    const [who, path] = [AGENTS[one.agent] as string, FILES[one.file] as string];
    if (this.busy(who, path)) return;
    // A host replaces only in a file that its agent has read.
    await this.run({ do: 'read', agent: one.agent, file: one.file });
    const old = (this.w.text(path) ?? '').split('\n')[one.place * 3 + 1];
    if (old === undefined || old === '') return;
    const mark = this.mark(who);
    await this.announce(toolCall(who, path, { edits: [{ old, new: mark }] }), mark, true);
  }

  async announce(event: ReturnType<typeof toolCall>, mark: string, obeys: boolean): Promise<void> {
    const verdict = await this.w.guard.before(event);
    if (verdict.do === 'stop' && obeys) return;
    this.calls.push({ event, mark, verdict, obeys, landed: false });
  }

  /** The host writes: what it was told, or what it meant to. A replacement that does not apply any more fails. */
  async land(call: Call | undefined): Promise<void> {
    if (call === undefined) return;
    const { event, verdict, obeys } = call;
    const { path, change } = event;
    const there = this.w.text(path);
    if ('edits' in change) {
      const next = applyEdits(Buffer.from(there ?? ''), change.edits);
      if (next === undefined) {
        this.calls.splice(this.calls.indexOf(call), 1);
        await this.w.guard.after({ ...event, failed: true });
        return;
      }
      this.w.put(path, Buffer.from(next).toString());
    } else if ('content' in change) {
      const told = verdict.do === 'merged' && obeys ? Buffer.from(verdict.content).toString() : String(change.content);
      this.w.put(path, told);
    }
    call.landed = true;
  }

  async report(call: Call | undefined): Promise<void> {
    if (call === undefined || !call.landed) return;
    this.calls.splice(this.calls.indexOf(call), 1);
    const { event, mark, verdict, obeys } = call;
    const told: ToolChange =
      verdict.do === 'merged' && obeys ? { content: Buffer.from(verdict.content) } : event.change;
    await this.w.guard.after({ ...event, change: told });
    this.acknowledged.push({ path: event.path, mark });
    if ('content' in event.change && call.readSince !== true)
      this.beliefs.set(`${event.agent} ${event.path}`, String(event.change.content));
  }

  /** Everything that can be had again of a file: disk, versions and kept bytes, open conflicts. */
  async reachable(path: string): Promise<string> {
    const { w } = this;
    const parts = [w.text(path) ?? ''];
    for (const { hash } of await w.guard.recoverable(path)) {
      parts.push(Buffer.from((await w.guard.recover(path, { hash })) ?? []).toString());
    }
    for (const { id, resource } of (await w.controller.conflicts({ state: 'open' })).items) {
      if (resource !== path) continue;
      parts.push(Buffer.from((await w.controller.conflictContent(id, 'proposed')) ?? []).toString());
    }
    return parts.join('\n');
  }
}

const has = (text: string, mark: string): boolean => text.split('\n').some((line) => line.trim() === mark);

async function play(options: WardOptions, work: (scene: Scene) => Promise<void>): Promise<void> {
  const w = await ward(Object.fromEntries(FILES.map((path) => [path, start(path)])), options);
  try {
    await w.guard.capture();
    await work(new Scene(w));
  } finally {
    w.remove();
  }
}

/** Plays steps of any kind; throws where an edit that was acknowledged is nowhere any more. */
export function playAnything(steps: readonly Step[], options: WardOptions = {}): Promise<void> {
  return play(options, async (scene) => {
    const { w } = scene;
    for (const one of steps) await scene.run(one);
    await w.guard.capture();
    for (const path of FILES) {
      const reachable = await scene.reachable(path);
      for (const { mark } of scene.acknowledged.filter((one) => one.path === path)) {
        expect(has(reachable, mark), `${mark} of ${path}`).toBe(true);
      }
      // The head is what lies on disk, unless that waits in a conflict.
      const waits = (await w.controller.conflicts({ state: 'open' })).items.some(({ resource }) => resource === path);
      if (waits && steps.some(({ do: kind }) => kind === 'race')) continue;
      if (steps.some(({ do: kind }) => kind === 'remote' || kind === 'race'))
        await w.guard.read({ agent: 'probe', path });
      const head = await w.controller.read(path);
      expect(Buffer.from(head?.content ?? []).toString()).toBe(w.text(path));
    }
  });
}

const APART = step.filter(({ do: kind }) => !['forget', 'command', 'human'].includes(kind));
/** With commits of others, past the disk. */
export const remoteSteps: fc.Arbitrary<Step[]> = fc.array(remoteStep, { minLength: 5, maxLength: 40 });
export const anySteps: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 5, maxLength: 40 });
export const apartSteps: fc.Arbitrary<Step[]> = fc.array(APART, { minLength: 5, maxLength: 40 });

/** Plays steps in which each agent has places of its own; throws where one edit is missing in the end, or a conflict is open. */
export function playApart(steps: readonly Step[], options: WardOptions = {}): Promise<void> {
  return play(options, async (scene) => {
    const { w } = scene;
    for (const one of steps) await scene.run(ownPlace(one));
    for (const call of [...scene.calls]) if (!call.landed) await scene.land(call);
    for (const call of [...scene.calls]) await scene.report(call);
    await w.guard.capture();
    expect((await w.controller.conflicts({ state: 'open' })).items).toEqual([]);
    for (const path of FILES) checkWhole(scene, path);
  });
}

/** Each agent has two places of its own, where nobody else writes. */
function ownPlace(one: Step): Step {
  return one.do === 'write' || one.do === 'edit' ? { ...one, place: one.agent * 2 + (one.place % 2) } : one;
}

/** No line is lost or doubled, and the newest edit of each agent is there. */
function checkWhole(scene: Scene, path: string): void {
  const text = scene.w.text(path) ?? '';
  expect(text.split('\n').length).toBe(start(path).split('\n').length);
  for (const line of start(path).split('\n')) {
    if (line.includes(' fixed ')) expect(has(text, line), line).toBe(true);
  }
  for (const who of AGENTS) {
    const newest = scene.acknowledged.filter((one) => one.path === path && one.mark.startsWith(who)).at(-1);
    if (newest !== undefined) expect(has(text, newest.mark), `${newest.mark} of ${path}\n${text}`).toBe(true);
  }
}
