// Shell commands and other tools that may change any file: before one, all is taken that no version holds; after it, what
// moved is its agent's.
import { captureAll, type InTurn } from './captures.ts';
import type { Ground } from './ground.ts';
import type { Stamps } from './spool/stamps.ts';
import type { CommandEvent, Verdict } from './types.ts';

const SILENCE: Verdict = { do: 'nothing' };

export async function beforeCommand(
  ground: Ground,
  stamps: Stamps,
  inTurn: InTurn,
  event: CommandEvent,
): Promise<Verdict> {
  await captureAll(ground, stamps, inTurn);
  const { agent, call, command } = event;
  ground.desk.began({ agent, call, at: ground.clock(), ...(command === undefined ? {} : { command }) });
  return SILENCE;
}

export async function afterCommand(
  ground: Ground,
  stamps: Stamps,
  inTurn: InTurn,
  event: CommandEvent,
): Promise<Verdict> {
  const { agent, call, command } = event;
  const note = command === undefined ? {} : { note: command.slice(0, 500) };
  await captureAll(ground, stamps, inTurn, { author: agent, ...note });
  ground.desk.ended(agent, call);
  return SILENCE;
}
