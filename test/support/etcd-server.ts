// An etcd of its own for a test: Debian's `etcd-server`, one node or a few on free ports of this machine, with its data
// in a folder that goes with it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetSpaces } from './net-spaces.ts';

const INSTALL = 'apt-get install --no-install-recommends etcd-server';

/** Longer than a busy machine takes: a node that was not heard of by then will not be. */
const START_MS = 60_000;

export interface EtcdNode {
  /** `http://127.0.0.1:PORT` of its clients. */
  readonly url: string;
  readonly pid: number;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** Stops it without ending it, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same files. */
  start(): Promise<void>;
}

export interface EtcdCluster {
  readonly nodes: readonly EtcdNode[];
  /** Where its data are, a folder for each node. */
  readonly folder: string;
  /** `etcd://…` of all nodes, or `etcds://…`. */
  readonly url: string;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

export interface EtcdOptions {
  /** @default 1 */
  readonly nodes?: number;
  /** Flushes to the disk before it answers: for what is about durability. @default false */
  readonly fsync?: boolean;
  /** Clients speak TLS, with a certificate that each node makes for itself. @default false */
  readonly tls?: boolean;
  /** A network for each node, which can be cut off. @default all on the loopback of this machine */
  readonly spaces?: NetSpaces | undefined;
  /** Further arguments of each node. */
  readonly flags?: readonly string[];
}

/** Whether tests that need etcd can run. Where it is missing, CI fails and everybody else is told what to install. */
export function etcdIsInstalled(): boolean {
  if (spawnSync('etcd', ['--version']).status === 0) return true;
  if (process.env['CI'] !== undefined) throw new Error(`etcd is not installed: ${INSTALL}`);
  process.stderr.write(`etcd is not installed, so its tests are skipped: ${INSTALL}\n`);
  return false;
}

/** A running cluster that answers. */
export async function startEtcd({
  nodes: count = 1,
  fsync = false,
  tls = false,
  spaces,
  flags = [],
}: EtcdOptions = {}): Promise<EtcdCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'entente-etcd-'));
  const ports = await freePorts(count * 2);
  const members = Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    client: `${tls ? 'https' : 'http'}://${spaces?.addresses[index] ?? '127.0.0.1'}:${ports[index * 2]}`,
    peer: `http://${spaces?.addresses[index] ?? '127.0.0.1'}:${ports[index * 2 + 1]}`,
    command: spaces?.command(index) ?? [],
  }));
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const nodes = members.map(({ name, client, peer, command }) => {
    const each = [
      ...['--name', name, '--data-dir', join(folder, name), '--initial-cluster', cluster],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--heartbeat-interval', '50', '--election-timeout', '500', '--log-level', 'error', '--logger', 'zap'],
      ...(tls ? ['--auto-tls'] : []),
      ...(fsync ? [] : ['--unsafe-no-fsync']),
      ...flags,
    ];
    return createNode(client, [...command, 'etcd', ...each]);
  });
  await Promise.all(nodes.map((node) => node.start()));
  const onExit = (): void => {
    for (const node of nodes) void node.kill();
  };
  process.once('exit', onExit);
  return {
    nodes,
    folder,
    url: `${tls ? 'etcds' : 'etcd'}://${members.map(({ client }) => new URL(client).host).join(',')}`,
    async remove() {
      process.removeListener('exit', onExit);
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createNode(url: string, [command = '', ...args]: readonly string[]): EtcdNode {
  let child: ChildProcess | undefined;
  return {
    url,
    get pid() {
      return child?.pid ?? 0;
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async start() {
      let said = '';
      const started = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      child = started;
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-8192);
      });
      for (const began = Date.now(); !(await isHealthy(url)); ) {
        if (started.exitCode !== null) throw new Error(`etcd ended with ${started.exitCode}: ${said}`);
        if (Date.now() - began > START_MS) throw new Error(`etcd does not answer at ${url}: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Over TLS nobody is trusted here: that it takes connections has to do. */
async function isHealthy(url: string): Promise<boolean> {
  if (url.startsWith('https:')) return takesConnections(Number(new URL(url).port));
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
    return ((await response.json()) as { readonly health?: unknown }).health === 'true';
  } catch {
    return false;
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** All open at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to be had');
    return address.port;
  });
  for (const server of servers) server.close();
  await Promise.all(servers.map((server) => once(server, 'close')));
  return ports;
}

/** A call of the gateway that the store has no use for. Throws where no answer comes within `ms`. */
export async function askEtcd(
  url: string,
  path: string,
  body: object,
  token?: string,
  ms: number = 60_000,
): Promise<Record<string, unknown>> {
  const headers = token === undefined ? {} : { authorization: token };
  const signal = AbortSignal.timeout(ms);
  const response = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body), headers, signal });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}
