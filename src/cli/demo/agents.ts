// The parent's side of the agents: starts one process each, gives orders, waits for answers.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Answer, Order } from './agent.ts';

export interface Agents {
  /** One order to one agent; rejects when the agent fails or dies. */
  tell(agent: string, order: Order): Promise<Answer>;
  tellAll(order: Order): Promise<void>;
  /** The process of each agent. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** A built agent starts as it is. From source it needs the loader that the tests and scripts run with, too. */
function entry(): { readonly file: string; readonly execArgv: string[] } {
  const built = import.meta.url.endsWith('.js');
  const file = fileURLToPath(new URL(built ? './agent.js' : './agent.ts', import.meta.url));
  if (built) return { file, execArgv: [] };
  return { file, execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] };
}

/** One process for each name; `program` is what they run. @default the agent of this package */
export function startAgents(names: readonly string[], program?: string): Agents {
  const { file, execArgv } = program === undefined ? entry() : { file: program, execArgv: [] };
  const processes = new Map<string, ChildProcess>();
  const working = new Set<ChildProcess>();
  for (const name of names) {
    const options = { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] as ['ignore', 'ignore', 'pipe', 'ipc'] };
    const child = fork(file, [name], options);
    // A signal to the group (Ctrl-C) reaches the agents too; the parent then finds them gone.
    child.on('error', () => {});
    processes.set(name, child);
  }

  function tell(name: string, order: Order): Promise<Answer> {
    const child = processes.get(name);
    if (child === undefined) return Promise.reject(new Error(`There is no agent ${name}.`));
    return new Promise((resolve, reject) => {
      const said: Buffer[] = [];
      const listen = (chunk: Buffer): void => void said.push(chunk);
      const done = (): void => {
        child.off('message', answered);
        child.off('exit', died);
        child.stderr?.off('data', listen);
      };
      const answered = (answer: Answer): void => {
        done();
        working.add(child);
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(`Agent ${name} failed: ${answer.error}`));
      };
      const died = (code: number | null): void => {
        done();
        const words = Buffer.concat(said).toString('utf8').trim().slice(-2000);
        reject(new Error(`Agent ${name} ended early (${code ?? 'signal'}). ${words}`.trim()));
      };
      child.once('message', answered);
      child.once('exit', died);
      child.stderr?.on('data', listen);
      if (child.exitCode !== null || child.signalCode !== null) died(child.exitCode);
      else child.send(order, (error) => error !== null && died(child.exitCode));
    });
  }

  return {
    tell,
    async tellAll(order) {
      await Promise.all(names.map((name) => tell(name, order)));
    },
    pids: [...processes.values()].flatMap((child) => child.pid ?? []),
    async stop() {
      await Promise.all([...processes.values()].map((child) => stopChild(child, working.has(child))));
    },
  };
}

/** One that has begun to work may have a database to close; one that has not is stopped at once. */
function stopChild(child: ChildProcess, working: boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    if (!working) child.kill('SIGKILL');
    else if (child.connected) child.disconnect();
  });
}
