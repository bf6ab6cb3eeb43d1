// Mutual exclusion of processes by a file that names its owner. One that is gone, or is another process by now, holds
// nothing: its file is moved away by whoever meets it, and only if it is still the one that was judged.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EntenteError } from '../../core/errors.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants;

export interface LockOptions {
  readonly sleep: (ms: number) => Promise<void>;
}

/** How often the lock is tried, with `PAUSE_MS` between: about half a minute, then it is a fault. */
const TRIES = 6000;
const PAUSE_MS = 5;

/** When a process began, so that its number, given to another one, is no owner. Empty where the machine does not say. */
function startOf(pid: number | 'self'): string | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(owner: string): boolean {
  const [pid = '', start = ''] = owner.split(' ');
  // Not written yet: its owner is between two steps.
  if (!/^\d+$/.test(pid)) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(Number(pid));
  return start === '-' || now === undefined || now === start;
}

function readOwner(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the file with its owner in it, in one step: a link to a file that is whole. */
function tryTake(file: string, owner: string): boolean {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = fs.openSync(own, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    fs.writeSync(handle, owner);
  } finally {
    fs.closeSync(handle);
  }
  try {
    fs.linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(own, { force: true });
  }
}

/** Moves a dead owner's file away. If somebody else had done so and taken the lock, theirs is put back. */
function breakDead(file: string, owner: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readOwner(aside) !== owner) {
    try {
      fs.linkSync(aside, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  fs.rmSync(aside, { force: true });
}

export function createLock(file: string, { sleep }: LockOptions): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const owner = `${process.pid} ${startOf('self') ?? '-'} ${randomBytes(6).toString('hex')}`;
    for (let tries = 0; !tryTake(file, owner); tries += 1) {
      const other = readOwner(file);
      if (other !== undefined && !isAlive(other)) {
        breakDead(file, other);
        continue;
      }
      if (tries === TRIES) throw locked(file);
      await sleep(PAUSE_MS);
    }
    try {
      return await work();
    } finally {
      if (readOwner(file) === owner) fs.rmSync(file, { force: true });
    }
  };
}

function locked(file: string): EntenteError {
  return new EntenteError('store-locked', `Another process holds the guard's lock ${file}.`, {
    next: 'Try again; if no entente runs on this machine, remove that file.',
  });
}
