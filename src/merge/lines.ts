// Texts as lines without decoding: bytes and the offsets at which their lines begin. Only `\n` ends a line and it
// belongs to the line; a last line without it is another line. Comparing goes by bytes, long equal stretches natively.

/** A text seen as lines: line `i` is `bytes[starts[i], starts[i + 1])`. */
export interface Lines {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly count: number;
}

const NEWLINE = 10;

/** The offset at which line `i` begins; `i = count` gives the end of the text. */
export function startOf(lines: Lines, i: number): number {
  return lines.starts[i] ?? 0;
}

/** Splits on `\n` only; the search for the next one is native. */
export function splitLines(content: Uint8Array): Lines {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const size = bytes.length;
  let starts = new Int32Array(Math.max(16, size >> 4));
  let count = 0;
  for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, newline + 1)) {
    count += 1;
    if (count + 1 >= starts.length) starts = widened(starts);
    starts[count] = newline + 1;
  }
  if ((starts[count] ?? 0) < size) {
    count += 1;
    starts[count] = size;
  }
  return { bytes, starts: starts.subarray(0, count + 1), count };
}

function widened(starts: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(starts.length * 2);
  wider.set(starts);
  return wider;
}

/** The lines `[from, to)` as a text of their own, sharing the bytes. */
export function subLines(lines: Lines, from: number, to: number): Lines {
  return { bytes: lines.bytes, starts: lines.starts.subarray(from, to + 1), count: to - from };
}

/** The bytes of the lines `[from, to)`, sharing memory with the text. */
export function bytesOfLines(lines: Lines, from: number, to: number): Uint8Array {
  const start = startOf(lines, from);
  const { buffer, byteOffset } = lines.bytes;
  return new Uint8Array(buffer, byteOffset + start, startOf(lines, to) - start);
}

const NATIVE_FROM = 128;

function equalBytes(a: Buffer, aAt: number, b: Buffer, bAt: number, size: number): boolean {
  if (size >= NATIVE_FROM) return a.compare(b, bAt, bAt + size, aAt, aAt + size) === 0;
  for (let i = 0; i < size; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Whether line `i` of `a` and line `j` of `b` are the same bytes. */
export function equalLine(a: Lines, i: number, b: Lines, j: number): boolean {
  const aAt = startOf(a, i);
  const bAt = startOf(b, j);
  const size = startOf(a, i + 1) - aAt;
  return size === startOf(b, j + 1) - bAt && equalBytes(a.bytes, aAt, b.bytes, bAt, size);
}

/** Whether two runs of lines are the same bytes. */
export function equalRuns(a: Lines, aFrom: number, aTo: number, b: Lines, bFrom: number, bTo: number): boolean {
  const aAt = startOf(a, aFrom);
  const bAt = startOf(b, bFrom);
  const size = startOf(a, aTo) - aAt;
  return aTo - aFrom === bTo - bFrom && size === startOf(b, bTo) - bAt && equalBytes(a.bytes, aAt, b.bytes, bAt, size);
}

const CHUNK = 512;
const MAX_CHUNK = 65_536;

/** How many bytes two stretches share from their beginnings, by native comparison of growing, then shrinking chunks. */
function sharedHead(a: Buffer, aAt: number, b: Buffer, bAt: number, size: number): number {
  let done = 0;
  let chunk = CHUNK;
  while (chunk >= 16 && done < size) {
    const step = Math.min(chunk, size - done);
    if (equalBytes(a, aAt + done, b, bAt + done, step)) {
      done += step;
      if (chunk >= CHUNK && chunk < MAX_CHUNK) chunk *= 2;
    } else {
      size = done + step;
      chunk = Math.min(step, chunk) >> 1;
    }
  }
  while (done < size && a[aAt + done] === b[bAt + done]) done += 1;
  return done;
}

function sharedTail(a: Buffer, aEnd: number, b: Buffer, bEnd: number, size: number): number {
  let done = 0;
  let chunk = CHUNK;
  while (chunk >= 16 && done < size) {
    const step = Math.min(chunk, size - done);
    if (equalBytes(a, aEnd - done - step, b, bEnd - done - step, step)) {
      done += step;
      if (chunk >= CHUNK && chunk < MAX_CHUNK) chunk *= 2;
    } else {
      size = done + step;
      chunk = Math.min(step, chunk) >> 1;
    }
  }
  while (done < size && a[aEnd - done - 1] === b[bEnd - done - 1]) done += 1;
  return done;
}

/** The last line of `lines` that begins at or before `offset`. */
function lineAtOffset(lines: Lines, offset: number, from: number): number {
  let low = from;
  let high = lines.count;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOf(lines, middle) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many lines are equal from line `i` of `a` and line `j` of `b` on. */
export function equalForward(a: Lines, i: number, b: Lines, j: number): number {
  const limit = Math.min(a.count - i, b.count - j);
  let near = 0;
  while (near < limit && near < 8 && equalLine(a, i + near, b, j + near)) near += 1;
  if (near < 8 || near === limit) return near;
  const aAt = startOf(a, i);
  const bAt = startOf(b, j);
  const size = Math.min(startOf(a, a.count) - aAt, startOf(b, b.count) - bAt);
  const shared = sharedHead(a.bytes, aAt, b.bytes, bAt, size);
  let run = Math.min(lineAtOffset(a, aAt + shared, i) - i, limit);
  while (run > near && startOf(a, i + run) - aAt !== startOf(b, j + run) - bAt) run -= 1;
  return run;
}

/** How many lines are equal at the ends of `a` and `b`, at most `limit`. */
export function equalBackward(a: Lines, b: Lines, limit: number): number {
  const aEnd = startOf(a, a.count);
  const bEnd = startOf(b, b.count);
  const size = Math.min(aEnd - startOf(a, a.count - limit), bEnd - startOf(b, b.count - limit));
  const shared = sharedTail(a.bytes, aEnd, b.bytes, bEnd, size);
  let first = lineAtOffset(a, aEnd - shared, 0);
  if (startOf(a, first) < aEnd - shared) first += 1;
  let run = Math.min(a.count - first, limit);
  while (run > 0 && aEnd - startOf(a, a.count - run) !== bEnd - startOf(b, b.count - run)) run -= 1;
  return run;
}
