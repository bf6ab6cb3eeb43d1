// `show` and `diff`: what a version holds, and what changed between two of them.
import type { Controller } from '../../controller/types.ts';
import { EntenteError } from '../../core/errors.ts';
import type { ResourceId } from '../../core/resource.ts';
import type { Head } from '../../core/version.ts';
import { parseTarget, parseVersion, type Target } from '../place/target.ts';
import type { Context } from '../shell/context.ts';
import { cleanName, idWord } from '../shell/text.ts';
import { unifiedDiff } from '../show/diff.ts';
import { explainVersion } from '../show/explain.ts';
import { contentJson } from '../show/json.ts';
import { explanationJson, explanationLines } from '../show/receipt.ts';
import type { Register } from './register.ts';

export interface Found {
  readonly head: Head;
  readonly content?: Uint8Array;
}

/** A version with its content; `not-found` where there is none. */
export async function readTarget(controller: Controller, { resource, version }: Target): Promise<Found> {
  const found = await controller.read(resource, version === undefined ? {} : { version });
  if (found !== undefined) return found;
  const which = version === undefined ? cleanName(resource) : `${cleanName(resource)} version ${version}`;
  throw new EntenteError('not-found', `There is no ${which}.`, {
    next: version === undefined ? 'entente status' : `entente log ${idWord(resource)}`,
  });
}

async function show(context: Context): Promise<undefined> {
  const { console } = context;
  const target = parseTarget(context.args[0]);
  const opened = await context.open();
  const { head, content } = await readTarget(opened.controller, target);
  if (context.flag('receipt')) {
    const explanation = await explainVersion(opened, head, content);
    if (console.json) await console.object(explanationJson(explanation));
    else for (const line of explanationLines(explanation, console)) await console.line(line);
    return undefined;
  }
  if (console.json) {
    await console.object({ ...head, ...(content === undefined ? {} : contentJson(content)) });
    return undefined;
  }
  if (head.deleted && target.version === undefined) {
    throw new EntenteError(
      'not-found',
      `${cleanName(head.resource)} was deleted by ${cleanName(head.agent)} (v${head.version}).`,
      {
        next: `entente undo ${idWord(head.resource)}`,
      },
    );
  }
  if (content !== undefined) await console.data(content);
  else if (!head.deleted) {
    throw new EntenteError(
      'no-content',
      `${cleanName(head.resource)} v${head.version} is hash-only: ${cleanName(head.hash)}.`,
      {
        next: `entente show ${idWord(head.resource)} --json`,
      },
    );
  }
  console.talk(
    `${cleanName(head.resource)} v${head.version} by ${cleanName(head.agent)}${head.deleted ? ', a deletion' : ''}`,
  );
  return undefined;
}

async function sideOf(controller: Controller, resource: ResourceId, version: number): Promise<Found | undefined> {
  return version === 0 ? undefined : readTarget(controller, { resource, version });
}

async function diff(context: Context): Promise<undefined> {
  const { console } = context;
  const resource = context.id();
  const { controller } = await context.open();
  const [, from, to] = context.args;
  const now = await readTarget(controller, { resource });
  const second = to === undefined ? now.head.version : parseVersion(to);
  const first = from === undefined ? Math.max(0, second - 1) : parseVersion(from);
  const sides = [await sideOf(controller, resource, first), await sideOf(controller, resource, second)];
  const [a, b] = sides.map((found, index) => {
    const version = index === 0 ? first : second;
    if (found !== undefined && !found.head.deleted && found.content === undefined) {
      throw new EntenteError(
        'no-content',
        `${cleanName(resource)} v${version} is hash-only: there is nothing to compare.`,
        {
          next: `entente log ${idWord(resource)}`,
        },
      );
    }
    return { label: `${cleanName(resource)}@${version}`, content: found?.content ?? new Uint8Array() };
  });
  if (a === undefined || b === undefined) return undefined;
  const lines = unifiedDiff(a, b, console.out, context.io.stdout.isTTY === true);
  if (console.json)
    await console.object({
      resource,
      from: first,
      to: second,
      same: lines.length === 0,
      diff: lines.map((line) => `${line}\n`).join(''),
    });
  else if (lines.length > 0) await console.data(`${lines.join('\n')}\n`);
  else console.talk('The two are the same.');
  return undefined;
}

export const registerShow: Register = (program, run) => {
  program
    .command('show')
    .description('the content of a resource or of one of its versions, to stdout')
    .argument('<id[@version]>', 'the resource')
    .option('--receipt', 'instead: why a merged version is as it is, region by region')
    .action(run(show));
};

export const registerDiff: Register = (program, run) => {
  program
    .command('diff')
    .description('what changed: last version by default, or between V1 and V2 (or now)')
    .argument('<id>', 'the resource')
    .argument('[v1]', 'the older version; 0: nothing')
    .argument('[v2]', 'the newer version; the current one unless given')
    .action(run(diff));
};
