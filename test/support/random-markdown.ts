// Random Markdown and edits of it. Every line is written once in all three texts, so that what became of it can be told.
import type { Triple } from './merges.ts';
import type { Random } from './random.ts';

type Block = readonly string[];

interface Maker {
  readonly random: Random;
  readonly tag: string;
  count: number;
}

function words(maker: Maker): string {
  maker.count += 1;
  const { random, tag, count } = maker;
  return `${random.pick(['oak', 'elm', 'ash', 'yew'])} ${tag}${count} ${random.pick(['grows', 'falls', 'é', '<<<<<<< x'])}`;
}

function block(maker: Maker): Block {
  const { random } = maker;
  const list = (size: number, make: (i: number) => readonly string[]): Block =>
    Array.from({ length: 1 + random.below(size) }, (_, i) => make(i)).flat();
  switch (random.below(8)) {
    case 0:
      return [`${'#'.repeat(1 + random.below(3))} ${words(maker)}`];
    case 1:
      return list(4, (i) => [`${i + 1}. ${words(maker)}`]);
    case 2:
      return list(4, () => [`- ${words(maker)}`, ...(random.chance(0.4) ? [`  - ${words(maker)}`] : [])]);
    case 3:
      return ['```js', ...list(3, () => [words(maker)]), '```'];
    case 4:
      return [`| ${words(maker)} |`, '|---|', ...list(2, () => [`| ${words(maker)} |`])];
    case 5:
      return [`- ${words(maker)}`, '', `  ${words(maker)}`];
    default:
      return list(3, () => [words(maker)]);
  }
}

/** How a side may enclose what stands in a text: in code, or out of sight. */
const WRAPS = [
  ['```', '```'],
  ['~~~', '~~~'],
  ['<!--', '-->'],
] as const;

function wrapped(random: Random, blocks: readonly Block[]): Block[] {
  const from = random.below(blocks.length + 1);
  const to = from + random.below(blocks.length - from + 1);
  const [open, close] = random.pick(WRAPS);
  return [...blocks.slice(0, from), [open], ...blocks.slice(from, to), [close], ...blocks.slice(to)];
}

function edited(maker: Maker, blocks: readonly Block[], wraps: boolean): Block[] {
  const { random } = maker;
  const next = wraps && random.chance(0.5) ? wrapped(random, blocks) : [...blocks];
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(next.length + 1);
    const old = next[at];
    if (old === undefined || random.chance(0.2)) next.splice(at, 0, block(maker));
    else if (random.chance(0.15)) next.splice(at, 1);
    else next[at] = editedBlock(maker, old);
  }
  return next;
}

/** Changes, removes or adds one line of a block; fences and separators are left. */
function editedBlock(maker: Maker, old: Block): Block {
  const { random } = maker;
  const at = random.below(old.length);
  const line = old[at] ?? '';
  if (!/[a-z]\d/.test(line)) return old;
  const start = /^[^a-z]*/.exec(line)?.[0] ?? '';
  const lines = [...old];
  const choice = random.below(6);
  if (choice === 0) lines.splice(at, 1);
  else if (choice === 1) lines.splice(at + random.below(2), 0, `${start}${words(maker)}`);
  else lines[at] = `${line} ${maker.tag}${maker.count++}`;
  return lines;
}

function write(random: Random, blocks: readonly Block[], gaps: readonly boolean[]): string {
  const ended = random.chance(0.95);
  const lines = blocks.flatMap((lines, i) => (gaps[i % gaps.length] === true ? [...lines, ''] : lines));
  return lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
}

/**
 * Three texts; blocks have a blank line between them or touch, at the same places on all sides. `wraps`: sides may enclose
 * blocks in a fence or a comment.
 */
export function markdownTriple(random: Random, { wraps = false }: { readonly wraps?: boolean } = {}): Triple {
  const maker = (tag: string): Maker => ({ random, tag, count: 0 });
  const shared = maker('b');
  const base = Array.from({ length: 1 + random.below(6) }, () => block(shared));
  const gaps = Array.from({ length: 5 }, () => random.chance(0.6));
  return {
    base: write(random, base, gaps),
    current: write(random, edited(maker('c'), base, wraps), gaps),
    proposed: write(random, edited(maker('p'), base, wraps), gaps),
  };
}
