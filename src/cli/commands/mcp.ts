// `mcp`: the server of the Model Context Protocol on stdin and stdout, for the host of an agent to start. It works on the
// store itself; where that is behind a server, it passes the messages on to that server's `/mcp`.
import * as os from 'node:os';
import { Writable } from 'node:stream';
import { type AgentId, parseAgentId, type Space } from '../../core/resource.ts';
import { type Capability, type Grant, type Principal, parseGrant } from '../../service/principal.ts';
import { merge } from '../../strategies/merge.ts';
import { retry } from '../../strategies/retry.ts';
import { serverKey } from '../place/server-key.ts';
import { wayTo } from '../place/socket.ts';
import type { Context } from '../shell/context.ts';
import { type ExitCode, exitCodes } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import { cleanText } from '../shell/text.ts';
import { packageVersion } from '../shell/version.ts';
import { collect, type Register } from './register.ts';

/** What an agent may do on the store of its own machine, unless it is said. */
const OWN: readonly Capability[] = ['read', 'commit', 'resolve'];
/** What whoever sits at the client may decide, also on what was written for them. */
const PERSONS: readonly Capability[] = ['read', 'commit', 'resolve', 'resolve-own'];
/** A conflict is handed back so often before it goes to a person. */
const ATTEMPTS = 3;

function grantsOf(capabilities: readonly Capability[], space: Space): readonly Grant[] {
  return capabilities.map((capability) => ({ capability, space, pattern: '**' }));
}

/** The agent that the server was started for: it holds no key, since it could open the store itself. */
function principalOf(context: Context, agent: AgentId, space: Space): Principal {
  const given = context.list('grant').map(parseGrant);
  return { id: `local-${agent}`, name: agent, grants: given.length === 0 ? grantsOf(OWN, space) : given };
}

function personOf(space: Space): Principal {
  let name = parseAgentId('person');
  try {
    name = parseAgentId(os.userInfo().username);
  } catch {
    // A name that no account has is no reason not to ask.
  }
  return { id: 'local-person', name, grants: grantsOf(PERSONS, space) };
}

/**
 * The stream for messages. All else that writes to the process's stdout from now on (a stray `console.log`, also of a
 * package) goes to stderr: one foreign line would end the connection.
 */
function takeStdout({ stdout, stderr }: Io): Writable {
  const own = process.stdout;
  const write = own.write.bind(own) as (chunk: Uint8Array, done: (error?: Error | null) => void) => boolean;
  own.write = stderr.write.bind(stderr) as typeof own.write;
  if (stdout !== own) return stdout;
  return new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      write(chunk, done);
    },
  });
}

/** Says at once, where a person looks, that the server is not there: hosts show nothing of what they get no answer to. */
async function isReached({ console }: Context, url: string, way: ReturnType<typeof wayTo>): Promise<boolean> {
  const { fetch: ask = fetch } = way;
  try {
    await ask(`${way.url}/healthz`, { redirect: 'error' });
    return true;
  } catch {
    console.alert(`error [store-unavailable] The server ${url} is not reachable.\nnext: entente serve`);
    return false;
  }
}

async function mcp(context: Context): Promise<ExitCode> {
  const { io, console, signal } = context;
  const location = await context.location();
  // Behind a server the key says who writes, to the server.
  const opened = await context.open({ asks: false });
  const { agent, space } = opened;
  const output = takeStdout(io);
  if (location.store.kind === 'server') {
    const { url } = location.store;
    const key = await serverKey(io.env, io.cwd, url, location.home);
    const { bridgeMcp } = await import('../../mcp/bridge.ts');
    // Only where it is said: another name than the key's needs a right.
    const named = context.text('agent') ?? (io.env['ENTENTE_AGENT'] || undefined);
    const way = wayTo(url);
    const reached = isReached(context, url, way);
    const answered = await bridgeMcp({
      ...{ ...way, key, space, input: io.stdin, output, signal },
      ...(named === undefined ? {} : { agent }),
    });
    return (await reached) || answered ? exitCodes.ok : exitCodes.unreachable;
  }
  const [{ createService }, { createSession }, { serveMcp }] = await Promise.all([
    import('../../service/service.ts'),
    import('../../mcp/session.ts'),
    import('../../mcp/stdio.ts'),
  ]);
  const service = createService({
    store: opened.store(),
    controller: {
      // Where no policy says more: what can be merged is, and the rest is handed back before a person is asked.
      default: merge('auto', { otherwise: retry({ maxAttempts: ATTEMPTS }) }),
      onWarning: (message) => console.alert(`warning: ${cleanText(message)}`),
    },
  });
  const session = createSession({
    ...{ service, space, local: true, principal: principalOf(context, agent, space), person: personOf(space) },
    onFault: (error) => console.alert(`mcp: ${cleanText(error instanceof Error ? error.message : String(error))}`),
  });
  await serveMcp({ session, version: packageVersion(), input: io.stdin, output, signal });
  return exitCodes.ok;
}

export const registerMcp: Register = (program, run) => {
  program
    .command('mcp')
    .description('the server of the Model Context Protocol on stdin and stdout: for the host of an agent to start')
    .option('--stdio', 'on stdin and stdout: the default, and the only way; over HTTP it is `entente serve`')
    .option('--grant <grant>', 'what the agent may do (repeatable; default: read, commit and resolve)', collect)
    .action(run(mcp));
};
