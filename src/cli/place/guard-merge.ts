// Merges for a guard, by the policy of a path: what it asks before a write, and where it brings a change onto a version.
import type { Controller } from '../../controller/types.ts';
import { isEntenteError } from '../../core/errors.ts';
import type { MergeAt } from '../../guard/ground.ts';
import { mergeContents, prepareGrammar } from '../../merge/index.ts';

/** As the controller's own. */
const BUDGET = { bytes: 2 * 1024 * 1024, lines: 50_000, ms: 500 };

export function mergeBy(controller: Controller): MergeAt {
  return async (path, sides) => {
    const { strategy } = await controller.explainPolicy(path);
    if (strategy.name !== 'merge') return undefined;
    const { engine, options } = strategy;
    await prepareGrammar(path);
    try {
      const result = mergeContents({ ...sides, path, options: { ...options, engine, budget: BUDGET } });
      return result.status === 'clean' ? result.content : undefined;
    } catch (error) {
      // An engine that is registered elsewhere: the controller has it, or keeps the change as a conflict.
      if (isEntenteError(error) && error.code === 'misuse') return undefined;
      throw error;
    }
  };
}
