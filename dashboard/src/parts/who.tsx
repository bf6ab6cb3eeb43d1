// Agents, and the letters of the two sides of a conflict. A letter goes with its colour, so that neither is needed alone.
import type { JSX } from 'preact';
import { Plain } from './plain.tsx';

export function Agent({ name }: { readonly name: string | undefined }): JSX.Element {
  return <span class="agent">{name === undefined || name === '' ? <i>somebody</i> : <Plain text={name} />}</span>;
}

export type Letter = 'A' | 'B';

export function SideLetter({ of }: { readonly of: Letter }): JSX.Element {
  return <span class={`letter side-${of.toLowerCase()}`}>{of}</span>;
}
