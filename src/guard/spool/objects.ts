// Bytes by their hash, as files: what a write replaces, and what was announced, lies here before the write is allowed.
// Loaded by the fast path too, so it loads next to nothing itself.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { hashOf } from '../../core/hash.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_WRONLY } = fs.constants;

export interface Objects {
  /** Keeps the bytes, on disk before it answers; their hash. */
  keep(bytes: Uint8Array): string;
  has(hash: string): boolean;
  /** Undefined for what is not kept, and for what is kept and damaged. */
  get(hash: string): Uint8Array | undefined;
}

/** Bytes that were kept longer ago than this are made young again: what is old and loose is trimmed. */
const RENEWED_MS = 12 * 60 * 60 * 1000;

/** False where the file has gone meanwhile. */
function renewed(file: string): boolean {
  try {
    const now = Date.now();
    if (now - fs.statSync(file).mtimeMs > RENEWED_MS) fs.utimesSync(file, now / 1000, now / 1000);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

export function createObjects(folder: string): Objects {
  const fileOf = (hash: string): string => path.join(folder, hash.slice(0, 2), hash.slice(2));
  const read = (hash: string): Uint8Array | undefined => {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    try {
      const handle = fs.openSync(fileOf(hash), O_RDONLY | O_NOFOLLOW);
      try {
        return fs.readFileSync(handle);
      } finally {
        fs.closeSync(handle);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const get = (hash: string): Uint8Array | undefined => {
    const bytes = read(hash);
    return bytes !== undefined && hashOf(bytes) === hash ? bytes : undefined;
  };
  return {
    has: (hash) => get(hash) !== undefined,
    get,
    keep: (bytes) => {
      const hash = hashOf(bytes);
      const file = fileOf(hash);
      if (get(hash) !== undefined && renewed(file)) return hash;
      fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${randomBytes(6).toString('hex')}`;
      const handle = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        fs.writeFileSync(handle, bytes);
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.renameSync(temporary, file);
      return hash;
    },
  };
}
