// Conflicts for tests, made over HTTP as agents make them: both read the same version, one lands, and the other one waits.

import { createController } from '../../src/controller/controller.ts';
import type { Store } from '../../src/stores/store.ts';
import type { Stage } from './stage.ts';

export interface Meeting {
  readonly resource: string;
  /** Absent: nobody made it before. */
  readonly base?: string;
  /** What A saved; null deletes it. */
  readonly a: string | null;
  readonly b: string | null;
}

/** A policy by which texts and JSON are merged and everything else waits for a person. */
export async function mergeEverything(store: Store): Promise<void> {
  const entente = createController({ store });
  const rules = [
    ['kept/**', 'keepBoth'],
    ['**/*.json', 'merge(json)'],
    ['**', 'merge(text)'],
  ] as const;
  await entente.setPolicy({ rules, default: 'escalate' }, { agent: 'ann', revision: 0 });
}

const HASH = /^[0-9a-f]{64}$/;

/** A text that is a hash stands for contents that are kept elsewhere. */
function change(text: string | null): object {
  if (text === null) return { delete: true };
  return HASH.test(text) ? { hash: text } : { content: text };
}

/** Makes a conflict. Answers its id. */
export async function meet(stage: Stage, { resource, base, a, b }: Meeting): Promise<string> {
  const begin = async (agent: string, note: string): Promise<string> =>
    (await stage.ask('POST', '/drafts', { id: resource, agent, note, announce: false })).body.token;
  const commit = (token: string, text: string | null, note: string) =>
    stage.ask('POST', '/commits', { token, note, ...change(text) });
  if (base !== undefined) await commit(await begin('writer-0', 'begins it'), base, 'begins it');
  const [first, second] = [await begin('writer-1', 'is first'), await begin('reviewer-2', 'is second')];
  await commit(first, a, 'is first');
  const { body } = await commit(second, b, 'is second');
  if (body.conflictId === undefined) throw new Error(`no conflict: ${JSON.stringify(body)}`);
  return body.conflictId;
}

/** What is stored now, and its version; undefined for what is deleted or never was. */
export async function stored(stage: Stage, id: string): Promise<{ version: number; text: string | undefined }> {
  const { body } = await stage.ask('GET', `/resource/head?content=1&id=${encodeURIComponent(id)}`);
  return { version: body.head.version, text: body.content };
}

export async function stateOf(stage: Stage, id: string): Promise<string> {
  return (await stage.ask('GET', `/conflicts/${id}`)).body.state;
}

/** Three lines that clash, three that do not, far from each other. */
export const STORY: { readonly base: string; readonly a: string; readonly b: string } = {
  base: 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n',
  a: 'ONE by A\ntwo\nthree\nfour\nfive by A\nsix\nseven\neight\nnine\n',
  b: 'ONE by B\ntwo\nthree\nfour\nfive by B\nsix\nseven\neight\nnine by B\n',
};
