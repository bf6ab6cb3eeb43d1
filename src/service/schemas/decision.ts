// Decisions on a conflict as JSON.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { Decision } from '../../core/resolution.ts';
import { decodeContent } from '../../core/wire.ts';
import { encodingField, type Optional, optional } from './fields.ts';

export interface WireDecision {
  readonly use?: 'current' | 'proposed' | 'base' | 'both' | 'recorded';
  readonly content?: string;
  readonly encoding?: 'utf8' | 'base64';
  /** The content holds conflict markers on purpose. */
  readonly allowMarkers?: boolean;
  readonly abort?: true;
}

export const decisionShape: {
  readonly [name in keyof WireDecision]-?: Optional<Exclude<WireDecision[name], undefined>>;
} = {
  use: optional(z.enum(['current', 'proposed', 'base', 'both', 'recorded'])),
  content: optional(z.string()),
  encoding: optional(encodingField),
  allowMarkers: optional(z.boolean()),
  abort: optional(z.literal(true)),
};

/** The decision of a body; `misuse` unless it is exactly one. */
export function decisionOf({ use, content, encoding, allowMarkers, abort }: WireDecision): Decision {
  const given = [use, content, abort].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new EntenteError('misuse', 'A decision is exactly one of use, content and abort.', {
      next: 'Send for example {"use": "current"} or {"content": "…"}.',
    });
  }
  if (use !== undefined) return { use };
  if (content === undefined) return { abort: true };
  return {
    content: decodeContent({ content, ...(encoding === undefined ? {} : { encoding }) }),
    ...(allowMarkers === undefined ? {} : { allowMarkers }),
  };
}
