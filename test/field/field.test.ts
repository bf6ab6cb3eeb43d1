// What happened to people who let several agents write, as sequences with the right outcome: two agents on a store in
// memory, on one file, as two processes on one file, and as two processes at one server.
import { afterAll, describe, it } from 'vitest';
import { differentKeys, longThought, toolsAtOnce, twoStates } from './documents.ts';
import { fencedOut, notesInALoop, sentAgain } from './promises.ts';
import { checklist, outsideWork, staleCopy, wholeDocument } from './texts.ts';
import { createWorld, worlds } from './worlds.ts';

describe.each(worlds)('two agents (%s)', (name) => {
  const world = createWorld(name);
  afterAll(() => world.close());

  it('[FC1] three tools of one answer write one memory at once: all entries, and valid JSON at every version', () =>
    toolsAtOnce(world));

  it('[FC2] a copy of long ago, written back whole, is a conflict that says what came between; merged, it adds only its own', () =>
    staleCopy(world));

  it('[FC3] three who write the whole document with one line more: each line once, in the order of the versions', () =>
    wholeDocument(world));

  it('[FC4] twenty who tick their row of one list: each tick is in it, or kept with both texts', () =>
    checklist(world, false));

  it('[FC4] twenty who tick their row of one list, where neighbours may merge: twenty ticks', () =>
    checklist(world, true));

  it('[FC6] what was acknowledged is there, also for agents that start anew for every note', () => notesInALoop(world));

  it('[FC7] a merge that breaks a rule of the document is vetoed: a person or the policy decides, never both', () =>
    twoStates(world));

  it('[FC8] different keys of one object, set at once in fifty rounds: both, and what was deleted stays deleted', () =>
    differentKeys(world));

  it('[FC11] a consolidation that took long keeps what was added meanwhile, and clashes only where both changed', () =>
    longThought(world));

  it('[FC13] work from outside is captured as a version of its own, and work on the version before is merged with it', () =>
    outsideWork(world));

  it('[FC14] a call that is sent twice is done once and answered alike; the same id for something else is an error', () =>
    sentAgain(world));

  it('[FC14] who lost the lease is fenced out, even where the last writer wins', () => fencedOut(world));
});
