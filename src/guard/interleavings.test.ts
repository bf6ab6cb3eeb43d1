// Random interleavings: agents, people and formatters on a few files, hosts that drop answers, posts in any order or
// never; and guards that are broken on purpose, which the same checker has to find out.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardFaults } from '../../test/support/guard-faults.ts';
import { anySteps, apartSteps, playAnything, playApart, remoteSteps } from '../../test/support/guard-scene.ts';
import { isLong, LAW_TIMEOUT } from '../../test/support/law-runs.ts';

const RUNS = isLong ? 2000 : 20;

describe('interleavings', { timeout: LAW_TIMEOUT }, () => {
  it('[GD16] each edit that was acknowledged is on disk, in an open conflict or readable as a version, whatever hosts do', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, (steps) => playAnything(steps)),
      { numRuns: RUNS },
    );
  });

  it('[GD38] the same with commits of others that come in between, before and after what lies on disk is seen', async () => {
    await fc.assert(
      fc.asyncProperty(remoteSteps, (steps) => playAnything(steps)),
      { numRuns: RUNS },
    );
  });

  it('[GD17] edits of places that no other touches are all on disk in the end, and no conflict is opened', async () => {
    await fc.assert(
      fc.asyncProperty(apartSteps, (steps) => playApart(steps)),
      { numRuns: RUNS },
    );
  });

  it('[GD17] a formatter that comes between a write and its report opens no conflict, whoever looks first', async () => {
    await playApart([
      { do: 'read', agent: 0, file: 0 },
      { do: 'write', agent: 0, file: 0, place: 0, obeys: false },
      { do: 'land', which: 0 },
      { do: 'formatter', file: 0 },
      { do: 'read', agent: 0, file: 0 },
    ]);
  });

  it('[GD17] a formatter that takes the blanks which an announced replacement names, and a stale file that brings them back, open no conflict', async () => {
    await playApart([
      { do: 'write', agent: 0, file: 0, place: 1, obeys: false },
      { do: 'land', which: 0 },
      { do: 'report', which: 0 },
      { do: 'write', agent: 1, file: 0, place: 0, obeys: false },
      { do: 'edit', agent: 0, file: 0, place: 1 },
      { do: 'formatter', file: 0 },
      { do: 'read', agent: 0, file: 0 },
    ]);
  });

  it('[GD17] a formatter that takes blanks from what an agent wrote does not stop the agent from writing that place again', async () => {
    await playApart([
      { do: 'write', agent: 0, file: 0, place: 0, obeys: false },
      { do: 'land', which: 0 },
      { do: 'formatter', file: 0 },
      { do: 'report', which: 0 },
      { do: 'write', agent: 0, file: 0, place: 0, obeys: false },
    ]);
  });

  it.each(Object.entries(guardFaults))('[GD32] the checker finds a guard that %s', async (_name, { breaks, wound }) => {
    const [steps, play] = breaks === 'edits' ? [apartSteps, playApart] : [anySteps, playAnything];
    const found = await fc.check(
      fc.asyncProperty(steps, (some) => play(some, wound())),
      { seed: 1, numRuns: 300, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
