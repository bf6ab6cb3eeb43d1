// What an agent of a field case can do: the controller's own calls, in this process or in another one.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Controller } from '../../src/controller/types.ts';
import type { Order, Reply } from './agent.ts';
import type { PolicyName } from './policies.ts';

const methods = [
  'begin',
  'commit',
  'commitOrResolve',
  'read',
  'history',
  'conflict',
  'conflictContent',
  'conflicts',
  'resolve',
  'log',
  'stats',
] as const;
export type Method = (typeof methods)[number];
export type Hands = Pick<Controller, Method>;

export interface RemoteAgent {
  readonly hands: Hands;
  /** A store by its path; with a key, a server by its address. */
  open(place: string, policy: PolicyName, key?: string): Promise<void>;
  stop(): void;
}

/** Starts a process; contents and tokens go to it and come back as plain data. */
export function startAgent(): RemoteAgent {
  const file = fileURLToPath(new URL('./agent.ts', import.meta.url));
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as ['ignore', 'inherit', 'inherit', 'ipc'];
  const child = fork(file, { execArgv: ['--import', 'tsx'], serialization: 'advanced', stdio });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    else asked?.resolve(reply.value);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the agent ended with ${code}`));
  });

  function ask(
    order: { open: string; policy: PolicyName; key?: string } | { call: Method; args: unknown[] },
  ): Promise<unknown> {
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send(child, { id, ...order }, reject);
    });
  }
  const calls = methods.map((call) => [call, (...args: unknown[]) => ask({ call, args })] as const);
  return {
    hands: Object.fromEntries(calls) as unknown as Hands,
    async open(place, policy, key) {
      await ask({ open: place, policy, ...(key === undefined ? {} : { key }) });
    },
    stop: () => child.disconnect(),
  };
}

function send(child: ChildProcess, order: Order, reject: (error: Error) => void): void {
  child.send(order, (error) => {
    if (error !== null) reject(error);
  });
}
