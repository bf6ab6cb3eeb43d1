// Which terminal session a call comes from. Two terminals of one person carry the same agent name; a token that one of
// them saved must not be taken for the other's read, or its stale copy would pass for a fresh one.
import { readFile } from 'node:fs/promises';

/** Fields after the command name in `/proc/PID/stat`: 3 is the session id, 19 the start time of the process. */
async function statFields(pid: number | 'self'): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** A name for the session; `any` where the machine tells none. `ENTENTE_SESSION` names one by hand. */
export async function currentSession(env: { readonly [name: string]: string | undefined }): Promise<string> {
  const named = env['ENTENTE_SESSION'];
  if (named !== undefined && named !== '') return `named:${named}`;
  const session = Number((await statFields('self'))?.[3]);
  if (!Number.isSafeInteger(session) || session <= 0) return 'any';
  const started = (await statFields(session))?.[19];
  return started === undefined ? 'any' : `session:${session}:${started}`;
}

/** False once the session's first process is gone: a read that it left behind is abandoned. */
export async function isSessionAlive(session: string): Promise<boolean> {
  if (session.startsWith('named:')) return true;
  const [kind, pid, started] = session.split(':');
  if (kind !== 'session') return false;
  return (await statFields(Number(pid)))?.[19] === started;
}
