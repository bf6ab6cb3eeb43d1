// Both stay: the stored version at its id, the later change beside it under a name of its own (rule C5).
import { EntenteError } from '../core/errors.ts';
import type { Facts, Verdict } from './facts.ts';
import type { KeepBoth } from './types.ts';

/** `suffixes`: a label for the side that stays, and the suffix of the copy. @default the agents' names */
export function keepBoth(options: { readonly suffixes?: readonly [string, string] } = {}): KeepBoth {
  const { suffixes } = options;
  if (suffixes === undefined) return { name: 'keepBoth' };
  if (!Array.isArray(suffixes) || suffixes.length !== 2 || !suffixes.every(isSuffix)) {
    throw new EntenteError('misuse', 'keepBoth() takes two suffixes of 1 to 64 letters, digits, ".", "_" or "-".');
  }
  return { name: 'keepBoth', suffixes: [suffixes[0], suffixes[1]] };
}

/** True for what may stand in the name of a copy. */
export function isSuffix(value: unknown): boolean {
  return typeof value === 'string' && /^[\p{L}\p{N}._-]{1,64}$/u.test(value);
}

export function decideKeepBoth(facts: Facts, strategy: KeepBoth): Verdict {
  if (facts.kind === 'deleted-modified') return { type: 'handBack', reason: 'deleted-modified' };
  return { type: 'keepBoth', suffixes: strategy.suffixes ?? [safeSuffix(facts.holder), safeSuffix(facts.agent)] };
}

/** An agent's name as part of a file name. */
export function safeSuffix(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '');
  // By code point: half a character is no text.
  return safe === '' ? 'copy' : [...safe].slice(0, 64).join('');
}

/** `<dir>/<stem>.<suffix><ext>`: the last extension stays last; a dot-file has none. */
export function copyId(resource: string, suffix: string): string {
  const slash = resource.lastIndexOf('/');
  const directory = resource.slice(0, slash + 1);
  const file = resource.slice(slash + 1);
  const dot = file.lastIndexOf('.');
  if (dot <= 0) return `${directory}${file}.${suffix}`;
  return `${directory}${file.slice(0, dot)}.${suffix}${file.slice(dot)}`;
}
