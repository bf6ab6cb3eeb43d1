// `policy`: which strategy applies to which resource. The stored policy holds for all who open the space.
import { EntenteError } from '../../core/errors.ts';
import { plural } from '../../core/phrases.ts';
import { parseResourceId } from '../../core/resource.ts';
import { Policy } from '../../strategies/policy.ts';
import { describeStrategy, parsePolicyDocument, parseStrategy } from '../../strategies/policy-file.ts';
import type { PolicyDocument, StrategySpec } from '../../strategies/types.ts';
import { table } from '../shell/console.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import { fieldArgument, fieldOption } from '../shell/fields.ts';
import { cleanName, shellWord } from '../shell/text.ts';
import { readSource } from './commit.ts';
import type { Register } from './register.ts';

const DEFAULT = 'firstWriterWins';
const PAGE = 1000;

function specText(spec: StrategySpec): string {
  return typeof spec === 'string' ? spec : JSON.stringify(spec);
}

async function readPolicyFile(context: Context): Promise<PolicyDocument> {
  const name = context.args[0] ?? '-';
  const bytes = await readSource(context, name);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new EntenteError(
      'misuse',
      `The policy in ${cleanName(name)} is not usable JSON: ${(error as Error).message}`,
      {
        next: 'Write for example {"rules":[["**/*.json","merge(json)"]],"default":"escalate"}',
      },
    );
  }
  return parsePolicyDocument(value);
}

async function show(context: Context): Promise<undefined> {
  const { console } = context;
  const { controller } = await context.open();
  const policy = await controller.policy();
  if (console.json) {
    await console.object(policy);
    return undefined;
  }
  const rows = policy.rules.map(([pattern, spec], index) => [
    // People count from one; `index` of the JSON from nought.
    String(index + 1),
    cleanName(pattern),
    cleanName(specText(spec)),
  ]);
  rows.push(['', '(default)', cleanName(specText(policy.default ?? DEFAULT))]);
  await console.line(table(['RULE', 'PATTERN', 'STRATEGY'], rows, console.out));
  if (policy.revision === 0) console.talk('Nothing is stored yet. next: entente policy set FILE');
  return undefined;
}

async function explain(context: Context): Promise<undefined> {
  const { console } = context;
  const resource = context.id();
  const { controller } = await context.open();
  const { strategy, pattern, source, index, engine } = await controller.explainPolicy(resource);
  const text = describeStrategy(strategy);
  const recorded = strategy.name === 'merge' && strategy.recorded === true;
  if (console.json) {
    await console.object({
      resource,
      strategy: text,
      source,
      ...(pattern === undefined ? {} : { pattern }),
      ...(index === undefined ? {} : { index }),
      ...(engine === undefined ? {} : { engine }),
      ...(recorded ? { recorded } : {}),
    });
    return undefined;
  }
  const why =
    pattern === undefined
      ? 'no rule matches: the default'
      : `rule ${(index ?? 0) + 1} of the ${source} policy, ${JSON.stringify(cleanName(pattern))}`;
  await console.line(`${cleanName(resource)}: ${cleanName(text)} (${why})`);
  if (engine !== undefined) await console.line(`engine: ${cleanName(engine.engine)} (${cleanName(engine.why)})`);
  if (recorded) await console.line('recorded: conflicts of which each place was decided before are settled as it was');
  return undefined;
}

interface Tested {
  readonly resource: string;
  readonly strategy: string;
  readonly index?: number;
  readonly pattern?: string;
}

/** Every resource of the store, for a policy that is tested without naming any. */
async function allResources(context: Context): Promise<readonly string[]> {
  const { controller } = await context.open();
  const all: string[] = [];
  let after: string | undefined;
  do {
    const page = await controller.list('', { limit: PAGE, ...(after === undefined ? {} : { after }) });
    all.push(...page.items.map((head) => head.resource));
    after = page.next;
  } while (after !== undefined);
  return all;
}

async function test(context: Context): Promise<undefined> {
  const { console } = context;
  const document = await readPolicyFile(context);
  const policy = new Policy(document.rules.map(([pattern, spec]) => [pattern, parseStrategy(spec)]));
  const given = context.args.slice(1).map(parseResourceId);
  const ids = given.length > 0 ? given : await allResources(context);
  const items: Tested[] = ids.map((resource) => {
    const match = policy.match(resource);
    if (match === undefined) return { resource, strategy: specText(document.default ?? DEFAULT) };
    return { resource, strategy: describeStrategy(match.strategy), index: match.index, pattern: match.pattern };
  });
  if (console.json) await console.object({ ok: true, rules: document.rules.length, items });
  else if (items.length > 0) {
    const rows = items.map((one) => [
      cleanName(one.resource),
      one.index === undefined ? 'default' : String(one.index + 1),
      cleanName(one.pattern ?? ''),
      cleanName(one.strategy),
    ]);
    await console.line(table(['RESOURCE', 'RULE', 'PATTERN', 'STRATEGY'], rows, console.out));
  }
  console.talk(
    `The policy is sound: ${plural(document.rules.length, 'rule')}. next: entente policy set ${shellWord(context.args[0] ?? 'FILE')}`,
  );
  return undefined;
}

async function set(context: Context): Promise<ExitCode> {
  const { console } = context;
  const document = await readPolicyFile(context);
  const { agent, controller } = await context.open();
  const before = await controller.policy();
  const outcome = await controller.setPolicy(document, {
    agent,
    revision: context.count('revision', before.revision, 0),
  });
  if (outcome.status === 'conflict') {
    const now = await controller.policy();
    const next = ['entente policy show'];
    if (console.json) await console.object({ status: 'conflict', saved: false, revision: now.revision, next });
    else console.alert(`The policy was changed meanwhile (revision ${now.revision}): not saved.\nnext: ${next[0]}`);
    return exitCodes.conflict;
  }
  if (outcome.status === 'unknown') {
    if (console.json)
      await console.object({ status: 'unknown', commitId: outcome.commitId, next: ['entente policy show'] });
    else console.alert('The store did not say whether it was saved.\nnext: entente policy show');
    return exitCodes.unreachable;
  }
  const now = await controller.policy();
  if (console.json) await console.object({ status: 'stored', revision: now.revision, rules: now.rules.length });
  else
    await console.line(
      `stored ${plural(now.rules.length, 'rule')}, default ${cleanName(specText(now.default ?? DEFAULT))}`,
    );
  console.talk('next: entente policy explain ID');
  return exitCodes.ok;
}

export const registerPolicy: Register = (program, run) => {
  const policy = program.command('policy').description('which strategy decides the conflicts of which resource');
  policy.command('show', { isDefault: true }).description('the stored policy').action(run(show));
  policy
    .command('explain')
    .description('the rule that applies to a resource, where it comes from, and the engine a merge would use')
    .addArgument(fieldArgument('<id>', 'the resource', 'id'))
    .action(run(explain));
  policy
    .command('test')
    .description('check a policy file; show which rule each ID (or every resource) would get')
    .argument('<file>', 'JSON: {"rules":[[pattern, strategy], …],"default":strategy}; "-": stdin')
    .addArgument(fieldArgument('[ids...]', 'resources, there or not', 'id'))
    .action(run(test));
  policy
    .command('set')
    .description('store a policy file for all who open the space')
    .argument('<file>', 'as for test')
    .addOption(fieldOption('--revision <n>', 'only if the stored policy still has this revision', 'revision'))
    .action(run(set));
};
