// What a guard leaves alone: the state of other tools and of entente itself, secrets, what git ignores, and the guard's
// own temporary files.
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { isOwnName } from './folder.ts';
import { isOwnFile } from './own-output.ts';

/** Folded as file systems fold names: letter case, and trailing dots and blanks. */
function foldSegment(segment: string): string {
  return segment.toLowerCase().replace(/[. ]+$/, '');
}

const RESERVED = ['.git', '.hg', '.svn', '.jj', '.entente', '.env'];
/** Without git to say what is ignored: what is made anew by a command, and large. */
const MADE = ['node_modules', 'dist', 'build', 'target', '.venv', '__pycache__', '.cache'];

/** An id that no guard touches, whatever git says of it. */
export function isReserved(id: string): boolean {
  return id.split('/').some((segment) => {
    const folded = foldSegment(segment);
    return RESERVED.includes(folded) || folded.startsWith('.env.') || isOwnName(segment);
  });
}

/** A file that another tool makes and takes away while it works (editors, compilers). */
export function isMade(id: string): boolean {
  return id.split('/').some((segment) => MADE.includes(foldSegment(segment)));
}

export interface Ignored {
  /** Those of the ids that are left alone. */
  among(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The rules may have changed. */
  forget(): void;
}

/** Asks git, once for each id until `forget`. Where there is no repository or no git, a short list stands in. */
export function createIgnored(root: string): Ignored {
  const known = new Map<string, boolean>();
  return {
    forget: () => known.clear(),
    among: async (ids) => {
      const asked = [...new Set(ids)].filter((id) => !known.has(id) && !isReserved(id));
      if (asked.length > 0) {
        const ignored = await checkIgnore(root, asked);
        for (const id of asked) {
          const left = ignored === undefined ? isMade(id) : ignored.has(id);
          known.set(id, left || isOwnFile(path.join(root, id)));
        }
      }
      return new Set(ids.filter((id) => isReserved(id) || known.get(id) === true));
    },
  };
}

/** Undefined where git cannot tell. Files that are tracked are not ignored, whatever the rules say. */
function checkIgnore(root: string, ids: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  return new Promise((resolve) => {
    const child = spawn('git', ['check-ignore', '-z', '--stdin'], { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', () => resolve(undefined));
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // 0: some are ignored, 1: none is, 128: no repository.
    child.on('close', (code) => {
      if (code !== 0 && code !== 1) resolve(undefined);
      else
        resolve(
          new Set(
            Buffer.concat(chunks)
              .toString('utf8')
              .split('\0')
              .filter((id) => id !== ''),
          ),
        );
    });
    child.stdin.on('error', () => {});
    child.stdin.end(ids.map((id) => `${id}\0`).join(''));
  });
}
