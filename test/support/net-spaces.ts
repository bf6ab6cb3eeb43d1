// A network of its own for each of a few processes of this machine: namespaces on one bridge. A link that is set down cuts a
// process off from all others, which neither it nor they are told. Needs root and Debian's iproute2.
import { spawnSync } from 'node:child_process';

const INSTALL = 'apt-get install --no-install-recommends iproute2';

export interface NetSpaces {
  /** An address in each namespace that this machine and the other ones reach. */
  readonly addresses: readonly string[];
  /** What goes before a command that is to run in a namespace. */
  command(index: number): readonly string[];
  /** Cuts a namespace off, and joins it again. */
  cut(index: number): void;
  join(index: number): void;
  remove(): void;
}

/** Undefined where this machine does not let us; why is told. In CI iproute2 has to be there. */
export function openNetSpaces(count: number, tell: (why: string) => void): NetSpaces | undefined {
  if (spawnSync('ip', ['-V']).status !== 0) {
    if (process.env['CI'] !== undefined) throw new Error(`iproute2 is not installed: ${INSTALL}`);
    tell(`iproute2 is not installed: ${INSTALL}`);
    return undefined;
  }
  const spaces = createNetSpaces(count);
  try {
    spaces.make();
    return spaces;
  } catch (error) {
    spaces.remove();
    tell((error as Error).message);
    return undefined;
  }
}

function createNetSpaces(count: number): NetSpaces & { make(): void } {
  // Names of interfaces have 15 characters at most.
  const own = process.pid % 100_000;
  const bridge = `entb${own}`;
  const net = `10.213.${own % 250}`;
  const link = (index: number): string => `entv${own}-${index}`;
  const name = (index: number): string => `entente-${own}-${index}`;
  const indexes = Array.from({ length: count }, (_, index) => index);

  function run(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`no right to make network namespaces (ip ${args.join(' ')}: ${stderr.trim()})`);
  }

  function remove(): void {
    process.removeListener('exit', remove);
    // What is not there need not be removed.
    for (const index of indexes) spawnSync('ip', ['link', 'del', link(index)]);
    for (const index of indexes) spawnSync('ip', ['netns', 'del', name(index)]);
    spawnSync('ip', ['link', 'del', bridge]);
  }

  return {
    addresses: indexes.map((index) => `${net}.${index + 1}`),
    command: (index) => ['ip', 'netns', 'exec', name(index)],
    cut: (index) => run('link', 'set', link(index), 'down'),
    join: (index) => run('link', 'set', link(index), 'up'),
    remove,
    make() {
      process.once('exit', remove);
      run('link', 'add', bridge, 'type', 'bridge');
      run('addr', 'add', `${net}.254/24`, 'dev', bridge);
      run('link', 'set', bridge, 'up');
      for (const index of indexes) {
        run('netns', 'add', name(index));
        run('link', 'add', link(index), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name(index));
        run('link', 'set', link(index), 'master', bridge, 'up');
        run('-n', name(index), 'addr', 'add', `${net}.${index + 1}/24`, 'dev', 'eth0');
        run('-n', name(index), 'link', 'set', 'eth0', 'up');
        run('-n', name(index), 'link', 'set', 'lo', 'up');
      }
    },
  };
}
