// Why a resource would be treated as it would be: the rule that applies, and for merges the engine it comes to.
import { parseResourceId, type ResourceId } from '../core/resource.ts';
import { hasContent } from '../core/version.ts';
import { chooseEngine, type EngineChoice } from '../merge/choose.ts';
import type { Merge } from '../strategies/types.ts';
import type { Context } from './context.ts';
import { matchPolicy } from './policy.ts';
import type { PolicyMatch } from './types.ts';

export async function explainPolicy(context: Context, resource: string): Promise<PolicyMatch> {
  const id = parseResourceId(resource);
  const match = await matchPolicy(context, id);
  if (match.strategy.name !== 'merge') return match;
  return { ...match, engine: await engineFor(context, id, match.strategy) };
}

async function engineFor(context: Context, id: ResourceId, { engine }: Merge): Promise<EngineChoice> {
  if (engine !== 'auto') {
    const own = context.engines.has(engine) ? ', and it is registered here' : '';
    return { engine, by: 'policy', why: `the rule names it${own}` };
  }
  const declared = chooseEngine({ base: null, current: null, proposed: null, path: id });
  if (declared.by !== 'default') return declared;
  // What the path leaves open is told by what is stored now; a merge would look at all three sides.
  const [head] = (await context.store.read(context.space, [id])).heads;
  if (head === undefined || !hasContent(head)) return declared;
  const content = (await context.store.content(head.hash)) ?? null;
  const { mediaType } = head;
  const sides = { base: null, current: content, proposed: content, path: id };
  return chooseEngine(mediaType === undefined ? sides : { ...sides, mediaType });
}
