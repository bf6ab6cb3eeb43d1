// `demo`: hands over to the demo's own folder, which is loaded only when it is asked for.
import type { Context } from '../shell/context.ts';
import { cleanText } from '../shell/text.ts';
import type { Register } from './register.ts';

async function demo(context: Context): Promise<undefined> {
  const { console, signal } = context;
  const { runDemo } = await import('../demo/demo.ts');
  const dir = context.text('dir');
  await runDemo(
    {
      ...(context.text('seed') === undefined ? {} : { seed: context.count('seed', 0, 0) }),
      ...(dir === undefined ? {} : { dir: context.path(dir) }),
      json: console.json,
    },
    {
      // Its lines come with colours of its own; with `--json` the one line is the object.
      line: (text) => (console.json ? console.data(`${text}\n`) : console.line(cleanDemo(text))),
      colors: console.out,
      signal,
    },
  );
  return undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
const STYLE = /(\u001b\[\d{1,2}m)/;

/** Keeps the colours and nothing else that would act on a terminal. */
function cleanDemo(text: string): string {
  return text
    .split(STYLE)
    .map((part) => (STYLE.test(part) ? part : cleanText(part)))
    .join('');
}

export const registerDemo: Register = (program, run) => {
  program
    .command('demo')
    .description('several processes change the same files: first plainly, then through entente')
    .option('--dir <dir>', 'work on a copy of your own text files')
    .option('--seed <n>', 'the same seed gives the same numbers')
    .action(run(demo));
};
