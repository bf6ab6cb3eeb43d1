// Names that are no strings: `16` and `0x10` are one name, as `true` and `True` are, and a mirror knows names by their
// spelling only. Sides that spell one differently are no matter of structure.
import type { Mirror } from './mirror.ts';

/** Whether no name is a string in one of the documents and none in another, or is spelled in two ways. */
export function haveSameNames(mirrors: readonly (Mirror | undefined)[]): boolean {
  const spellings = new Map<string, string>();
  for (const name of mirrors.flatMap((mirror) => [...(mirror?.names.odd ?? [])])) {
    if (mirrors.some((mirror) => mirror?.names.quoted.has(name) === true)) return false;
    const value = meaningOf(name);
    if ((spellings.get(value) ?? name) !== name) return false;
    spellings.set(value, name);
  }
  return true;
}

/** Longer ones are taken as they are spelled: to read a very long number takes long. */
const LONGEST = 400;

/** The value that a plain scalar stands for in the core schema of YAML 1.2, the same for all its spellings. */
function meaningOf(name: string): string {
  if (/^(?:~|null)?$/i.test(name)) return 'null';
  const plain = name.toLowerCase().replace(/^\+/, '');
  if (plain.length > LONGEST) return plain;
  const [, sign = '', digits = ''] = /^(-?)(.*)$/.exec(plain) ?? [];
  if (/^0[xo][0-9a-f]+$/.test(digits) || /^\d+$/.test(digits)) return `${sign}${BigInt(digits)}`.replace(/^-0$/, '0');
  const number = /^[0-9.e+-]+$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(number)) return plain;
  return `${sign}${Number.isInteger(number) ? BigInt(number) : number}`.replace(/^-0$/, '0');
}
