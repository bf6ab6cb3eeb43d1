// The ten tests of the module that this project grew from, said again against this surface.
import { describe, expect, it } from 'vitest';
import { createController } from '../../src/controller/controller.ts';
import { isSuccess, versionOf } from '../../src/core/outcome.ts';
import { isStale } from '../../src/core/token.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { firstWriterWins } from '../../src/strategies/first-writer-wins.ts';
import { lastWriterWins } from '../../src/strategies/last-writer-wins.ts';
import { as } from '../support/desk.ts';

const controllerOf = (options: Partial<Parameters<typeof createController>[0]> = {}) =>
  createController({ store: createMemoryStore(), ...options });

describe('the seed, said again', () => {
  it('[SD1] a commit on what never was succeeds as version 1', async () => {
    const entente = controllerOf();
    const { token } = await entente.begin('file.txt', { agent: 'agent-1' });
    expect(token.version).toBe(0);
    const outcome = await entente.commit(token, { hash: 'hash123' });
    expect(isSuccess(outcome)).toBe(true);
    expect(versionOf(outcome)).toBe(1);
  });

  it('[SD2] the second of two writers gets a conflict that names both versions and the holder', async () => {
    const entente = controllerOf();
    const one = await entente.begin('file.txt', { agent: 'agent-1' });
    const two = await entente.begin('file.txt', { agent: 'agent-2' });
    expect(isSuccess(await entente.commit(one.token, { hash: 'hash1' }))).toBe(true);
    const { packet, saved } = as(await entente.commit(two.token, { hash: 'hash2' }), 'conflict');
    expect(saved).toBe(false);
    expect(packet.expected.version).toBe(0);
    expect(packet.actual?.version).toBe(1);
    expect(packet.actual?.agent).toBe('agent-1');
  });

  it('[SD3] versions and hashes are tracked over commits', async () => {
    const entente = controllerOf();
    const one = await entente.begin('file.txt', { agent: 'agent-1' });
    await entente.commit(one.token, { hash: 'hash1' });
    const two = await entente.begin('file.txt', { agent: 'agent-1' });
    expect(two.token.version).toBe(1);
    await entente.commit(two.token, { hash: 'hash2' });
    expect(await entente.getVersion('file.txt')).toMatchObject({ version: 2, hash: 'hash2', agent: 'agent-1' });
  });

  it('[SD4] with lastWriterWins the later commit succeeds', async () => {
    const entente = controllerOf({ default: lastWriterWins() });
    const one = await entente.begin('file.txt', { agent: 'agent-1' });
    const two = await entente.begin('file.txt', { agent: 'agent-2' });
    await entente.commit(one.token, { hash: 'hash1' });
    const outcome = await entente.commitOrResolve(two.token, { hash: 'hash2' });
    expect(isSuccess(outcome)).toBe(true);
    expect(await entente.getVersion('file.txt')).toMatchObject({ version: 2, hash: 'hash2' });
  });

  it('[SD5] with firstWriterWins the later commit is rejected, and the reason names the holder', async () => {
    const entente = controllerOf({ default: firstWriterWins() });
    const one = await entente.begin('file.txt', { agent: 'agent-1' });
    const two = await entente.begin('file.txt', { agent: 'agent-2' });
    await entente.commit(one.token, { hash: 'hash1' });
    const outcome = as(await entente.commitOrResolve(two.token, { hash: 'hash2' }), 'rejected');
    expect(outcome.reason).toContain('agent-1');
    expect(await entente.getVersion('file.txt')).toMatchObject({ version: 1, hash: 'hash1' });
  });

  it('[SD6] hasChanged compares with a version', async () => {
    const entente = controllerOf();
    expect(await entente.hasChanged('file.txt', 0)).toBe(false);
    const { token } = await entente.begin('file.txt', { agent: 'agent-1' });
    await entente.commit(token, { hash: 'hash1' });
    expect(await entente.hasChanged('file.txt', 0)).toBe(true);
    expect(await entente.hasChanged('file.txt', 1)).toBe(false);
  });

  it('[SD7] a conflict that was settled is in the history', async () => {
    const entente = controllerOf();
    const one = await entente.begin('file.txt', { agent: 'agent-1' });
    const two = await entente.begin('file.txt', { agent: 'agent-2' });
    await entente.commit(one.token, { hash: 'hash1' });
    await entente.commitOrResolve(two.token, { hash: 'hash2' });
    const history = await entente.conflictHistory();
    expect(history).toHaveLength(1);
    expect(history[0]?.conflict.conflictingAgent).toBe('agent-2');
  });

  it('[SD8] statistics count resources and conflicts', async () => {
    const entente = controllerOf();
    for (let index = 0; index < 5; index += 1) {
      const { token } = await entente.begin(`file${index}.txt`, { agent: 'agent-1' });
      await entente.commit(token, { hash: `hash${index}` });
    }
    expect(await entente.stats()).toMatchObject({ totalResources: 5, totalConflicts: 0 });
  });

  it('[SD9] a token is stale when it is older than the age asked for', async () => {
    const now = 1_000_000;
    const entente = controllerOf({ clock: () => now - 120_000 });
    const { token } = await entente.begin('test', { agent: 'agent-1' });
    expect(isStale(token, 60_000, now)).toBe(true);
    expect(isStale(token, 180_000, now)).toBe(false);
  });

  it('[SD10] a strategy that is registered for a resource applies to it', async () => {
    const entente = controllerOf();
    entente.registerStrategy('special.txt', lastWriterWins());
    const one = await entente.begin('special.txt', { agent: 'agent-1' });
    const two = await entente.begin('special.txt', { agent: 'agent-2' });
    await entente.commit(one.token, { hash: 'hash1' });
    expect(isSuccess(await entente.commitOrResolve(two.token, { hash: 'hash2' }))).toBe(true);
  });
});
