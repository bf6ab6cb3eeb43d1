// L12: the layers themselves are put to the test. Each planted bug has to be found by the layer that is there for it, and
// the same hunts without a bug have to find nothing.
import { Absent, type Layer, Violation } from '../frame.ts';
import { cleanHunt, planted } from '../planted.ts';

export interface Hunted {
  readonly id: string;
  readonly bug: string;
  readonly seam: string;
  readonly layer: string;
  readonly found: boolean;
  /** What the layer said. */
  readonly said: string;
}

/** What the last run of this layer came to, for the table. */
export const hunted: Hunted[] = [];

export const oracle: Layer = {
  id: 'L12',
  title: 'planted bugs, each to be found by a layer',
  async run(context) {
    hunted.length = 0;
    await cleanHunt(context);
    for (const { hunt, ...bug } of planted) {
      let said = '';
      let found = false;
      try {
        await hunt(context);
      } catch (error) {
        said = error instanceof Error ? error.message : String(error);
        // A hunt that breaks for another reason has found nothing.
        found = error instanceof Violation;
        if (error instanceof Absent) said = `not hunted: ${said}`;
      }
      context.tally.operations += 1;
      hunted.push({ ...bug, found, said });
    }
    const missed = hunted.filter(({ found }) => !found);
    context.note(`${hunted.length - missed.length} of ${hunted.length} found`);
    if (missed.length > 0) {
      throw new Violation(`not found: ${missed.map(({ id, said }) => `${id} (${said || 'ended well'})`).join('; ')}`);
    }
  },
};
