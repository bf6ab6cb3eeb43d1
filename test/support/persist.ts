// Reads that go on while nobody answers: what a test asks of a server that is being killed.
import { isEntenteError } from '../../src/core/errors.ts';

/** Asks again while nobody answers. */
export async function persist<T>(ask: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isEntenteError(error) || error.code !== 'store-unavailable') throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
