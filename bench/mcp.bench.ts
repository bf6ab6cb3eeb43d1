// What it costs a model to repair a change that clashed: what it has to read of the answer, against reading the resource
// again, in characters. One line of many clashes. A token of a model is about four characters.
import { callerOf, openMcp } from '../test/support/mcp.ts';
import type { Row } from './rows.ts';

const LINE = 'a line of sixty-four characters, as long as lines of prose are.\n';

/** A text of about so many characters whose middle line says this. */
function textOf(characters: number, middle: string): string {
  const lines = Math.round(characters / LINE.length);
  const all = Array.from({ length: lines }, (_, at) => `${at} ${LINE}`);
  all[Math.floor(lines / 2)] = `${middle}\n`;
  return all.join('');
}

async function repair(kilobytes: number): Promise<readonly Row[]> {
  const desk = openMcp();
  const [ann, bob] = [await desk.as('ann'), callerOf(await desk.connect(desk.session('bob')))];
  const id = 'notes/plan.md';
  const size = kilobytes * 1024;
  const save = async (call: typeof ann, token: string, content: string) => call('entente_commit', { token, content });
  await save(ann, (await ann('entente_read', { id })).data.token, textOf(size, 'base'));
  const stale = (await ann('entente_read', { id })).data.token;
  await save(bob, (await bob('entente_read', { id })).data.token, textOf(size, 'as bob says'));
  const clash = await save(ann, stale, textOf(size, 'as ann says'));
  if (clash.data.outcome !== 'conflict') throw new Error(`it ended as ${clash.data.outcome}`);
  await desk.close();
  const again = textOf(size, 'as bob says').length;
  const row = (what: string, ours: number, bar: number | undefined): Row => ({
    what: `${what} of a clash in ${kilobytes} KB, against reading it again`,
    ours: `${ours} characters`,
    baseline: `${again} characters`,
    ratio: ours / again,
    bar: bar === undefined ? 'none' : `≤ ${bar} ×`,
    ok: bar === undefined || ours / again <= bar,
  });
  const all = clash.result.content.reduce((sum, block) => sum + (block.type === 'text' ? block.text.length : 0), 0);
  // Where the resource is shorter than a token and three lines, reading it again is as good.
  const [text, both] = kilobytes >= 10 ? [0.2, 0.4] : [undefined, undefined];
  return [row('MCP: the text', clash.text.length, text), row('MCP: the text and the same as JSON', all, both)];
}

export async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const kilobytes of [1, 10, 50, 200]) rows.push(...(await repair(kilobytes)));
  return rows;
}
