// `ID@VERSION`: an argument that names a version of a resource.
import { EntenteError } from '../../core/errors.ts';
import { parseResourceId, type ResourceId } from '../../core/resource.ts';
import { idWord } from '../shell/text.ts';

export interface Target {
  readonly resource: ResourceId;
  readonly version?: number;
}

/** Splits at the last `@` that digits follow; write `ID@VERSION` once more for an id that ends so itself. */
export function parseTarget(text: string | undefined): Target {
  const match = /^(.+)@(\d{1,15})$/s.exec(text ?? '');
  if (match === null) return { resource: parseResourceId(text) };
  const resource = parseResourceId(match[1]);
  const version = Number(match[2]);
  if (version > 0) return { resource, version };
  throw new EntenteError('misuse', 'Version 0 is nothing: versions are 1, 2, 3 …', {
    next: `entente log ${idWord(resource)}`,
  });
}

/** A version number as an argument: `3` or `v3`. */
export function parseVersion(text: string): number {
  const digits = /^v?(\d{1,15})$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new EntenteError('misuse', `${JSON.stringify(text.slice(0, 40))} is no version: versions are 1, 2, 3 …`, {
    next: 'entente log ID',
  });
}
