// What a power cut would leave of a SQLite file. The system calls of a process that commits are traced with all that they
// write; from them come the bytes of each file as they were on the disk at any moment: what its last sync had seen, and
// of what was written after that nothing, or whatever the disk happened to have done. Names of files count as kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Acknowledged, traceOf } from './killed.ts';

type Step =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'gone'; readonly file: string }
  | { readonly kind: 'told'; readonly ack: Acknowledged };

const CALLS = 'pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,unlink,unlinkat,write';

/** Everything in hexadecimal: bytes as they are, whatever they are. */
const hex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');

/** A path that strace shows beside a descriptor: in hexadecimal like all texts, or as it is, depending on its version. */
const pathOf = (text: string): string => (text.startsWith('\\x') ? hex(text).toString() : text);

/** A call that was told in two halves, because another thread's came in between, as one line. */
function* callsOf(lines: readonly string[]): Generator<string> {
  const begun = new Map<string, string>();
  const UNFINISHED = '<unfinished ...>';
  for (const line of lines) {
    const [, thread = '', said = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    // What is told counts from when it goes out, what is written or synced from when that is done.
    if (!said.endsWith(UNFINISHED)) {
      const rest = said.startsWith('<... ') ? said.slice(said.indexOf('resumed>') + 'resumed>'.length) : undefined;
      const call = rest === undefined ? said : `${begun.get(thread) ?? ''}${rest}`;
      begun.delete(thread);
      if (rest === undefined || !call.startsWith('write(1<')) yield call;
    } else if (said.startsWith('write(1<')) {
      begun.set(thread, said);
      yield said;
    } else begun.set(thread, said.slice(0, -UNFINISHED.length));
  }
}

/** The steps of a trace, for the files beside `path`. Throws on what the model does not know. */
function stepsOf(lines: readonly string[], path: string): readonly Step[] {
  const steps: Step[] = [];
  for (const call of callsOf(lines)) {
    const step = toldBy(call) ?? removedBy(call, path) ?? changeBy(call, path);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function toldBy(call: string): Step | undefined {
  const text = /^write\(1<[^>]*>, "([^"]*)"/.exec(call)?.[1];
  const line = text === undefined ? '' : hex(text).toString();
  return line.startsWith('{') ? { kind: 'told', ack: JSON.parse(line) as Acknowledged } : undefined;
}

function removedBy(call: string, path: string): Step | undefined {
  const text = /^unlink(?:at)?\((?:[^,"]*, )?"([^"]*)".* = 0$/.exec(call)?.[1];
  const file = text === undefined ? '' : pathOf(text);
  return file.startsWith(path) ? { kind: 'gone', file: basename(file) } : undefined;
}

function changeBy(call: string, path: string): Step | undefined {
  const [, name = '', shown = '', rest = ''] = /^(\w+)\(\d+<([^>]*)>(.*)$/.exec(call) ?? [];
  const full = pathOf(shown);
  // The index that processes share is in memory, and made anew after a crash. A call that was ended with its process has
  // no result.
  if (!full.startsWith(path) || full.endsWith('-shm') || / = (-\d+ E|\?)/.test(rest)) return undefined;
  const file = basename(full);
  if (name === 'fsync' || name === 'fdatasync') return { kind: 'sync', file };
  if (name === 'ftruncate') return { kind: 'cut', file, size: Number(/^, (\d+)/.exec(rest)?.[1]) };
  if (name !== 'pwrite64') throw new Error(`a call that the model does not know: ${name}`);
  const [, text = '', more = '', size, offset] = /^, "([^"]*)"(\.{3})?, (\d+), (\d+)\) += \d+/.exec(rest) ?? [];
  const bytes = hex(text);
  if (more !== '' || bytes.length !== Number(size))
    throw new Error(`a write that is not traced whole: ${rest.slice(-80)}`);
  return { kind: 'write', file, offset: Number(offset), bytes };
}

type Change = Extract<Step, { readonly kind: 'write' | 'cut' }>;

function changed(before: Buffer, change: Change): Buffer {
  const size = change.kind === 'cut' ? change.size : Math.max(before.length, change.offset + change.bytes.length);
  // Grown by doubling: copied whole at each write, a long trace would take for ever.
  const room = size <= before.buffer.byteLength - before.byteOffset ? before.buffer : new ArrayBuffer(size * 2);
  const after = Buffer.from(room, room === before.buffer ? before.byteOffset : 0, size);
  if (room !== before.buffer) before.copy(after);
  else if (size > before.length) after.fill(0, before.length);
  if (change.kind === 'write') change.bytes.copy(after, change.offset);
  return after;
}

/** A file on a disk: what it certainly has, and what was written since. */
interface Disk {
  synced: Buffer;
  since: Change[];
}

export interface PowerCut {
  /** The folder with what is left. */
  readonly folder: string;
  /** What had been acknowledged by then. */
  readonly told: readonly Acknowledged[];
}

export interface PowerCutOptions {
  readonly acknowledgements: number;
  readonly cuts: number;
  /** A whole number below `most`. */
  readonly below: (most: number) => number;
  /** Whether the disk had done a write that no sync had asked for yet. */
  readonly hadDone: () => boolean;
  /** Of the child; for a planted bug. */
  readonly mode?: string;
}

/** Traces a child on `path` until it has told so many commits; then `check` looks at what each of the cuts leaves. */
export async function cutPower(
  path: string,
  { acknowledgements, cuts, below, hadDone, mode }: PowerCutOptions,
  check: (cut: PowerCut) => Promise<void>,
): Promise<void> {
  const flags = ['-xx', '-s', '4000000', '-e', `trace=${CALLS}`];
  const steps = stepsOf(await traceOf(path, acknowledgements, { mode, flags }), path);
  const first = steps.findIndex(({ kind }) => kind === 'told');
  if (first < 0) throw new Error('no acknowledgement was seen in the trace');
  const points = Array.from({ length: cuts }, () => first + 1 + below(steps.length - first)).sort((a, b) => a - b);
  const disks = new Map<string, Disk>();
  const told: Acknowledged[] = [];
  let next = 0;
  for (const [index, point] of points.entries()) {
    for (; next < point; next += 1) apply(steps[next] as Step);
    const folder = `${path}-cut-${index}`;
    mkdirSync(folder);
    for (const [file, { synced, since }] of disks) {
      // Every second time nothing that was not synced is there, else some of it.
      const done = index % 2 === 0 ? [] : since.filter(hadDone);
      const left = Buffer.alloc(synced.length);
      synced.copy(left);
      writeFileSync(join(folder, file), done.reduce(changed, left));
    }
    await check({ folder, told: [...told] });
  }

  function apply(step: Step): void {
    if (step.kind === 'told') {
      told.push(step.ack);
      return;
    }
    if (step.kind === 'gone') {
      disks.delete(step.file);
      return;
    }
    const disk = disks.get(step.file) ?? { synced: Buffer.alloc(0), since: [] };
    disks.set(step.file, disk);
    if (step.kind !== 'sync') disk.since.push(step);
    else {
      disk.synced = disk.since.reduce(changed, disk.synced);
      disk.since = [];
    }
  }
}
