// The code of what a call throws.
import { isEntenteError } from '../../src/core/errors.ts';

/** Undefined where it throws nothing; what is thrown without a code goes on. */
export function errorCodeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (isEntenteError(error)) return error.code;
    throw error;
  }
  return undefined;
}
