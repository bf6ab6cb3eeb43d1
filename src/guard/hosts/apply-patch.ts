// The patch format of `apply_patch`, as replacements in the files that it names. Lines are looked for as the tool does:
// forward from the last place, exactly. What is found in a looser way is left to the tool: `opaque`.
import type { ToolChange, ToolEdit } from '../types.ts';
import { type HostWrite, inFolder, type Look } from './event.ts';

interface Section {
  readonly verb: 'Add' | 'Update' | 'Delete';
  readonly path: string;
  to?: string;
  readonly lines: string[];
}

const HEAD = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const MOVE = /^\*\*\* Move to: (.+)$/;
const MARK = /^\*\*\* (?:Begin Patch|End Patch|End of File)/;

function sections(patch: string): readonly Section[] {
  const found: Section[] = [];
  for (const line of patch.split(/\r?\n/)) {
    const head = HEAD.exec(line);
    const last = found.at(-1);
    if (head !== null) found.push({ verb: head[1] as Section['verb'], path: (head[2] ?? '').trim(), lines: [] });
    else if (last === undefined || MARK.test(line)) continue;
    else {
      const to = MOVE.exec(line)?.[1];
      if (to === undefined) last.lines.push(line);
      else last.to = to.trim();
    }
  }
  return found;
}

interface Hunk {
  readonly anchors: readonly string[];
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** `@@ anchor` lines open a hunk; several in a row are one hunk with several anchors. */
function hunks(lines: readonly string[]): readonly Hunk[] {
  const found = [{ anchors: [] as string[], from: [] as string[], to: [] as string[] }];
  for (const line of lines) {
    const last = found.at(-1);
    if (line.startsWith('@@')) {
      const anchor = line.slice(2).trim();
      const anchors = anchor === '' ? [] : [anchor];
      if (last?.from.length === 0 && last.to.length === 0) last.anchors.push(...anchors);
      else found.push({ anchors, from: [], to: [] });
      continue;
    }
    if (!line.startsWith('+')) last?.from.push(line.slice(1));
    if (!line.startsWith('-')) last?.to.push(line.slice(1));
  }
  return found.filter(({ from, to }) => from.length > 0 || to.length > 0);
}

function find(lines: readonly string[], wanted: readonly string[], start: number): number {
  for (let at = start; at + wanted.length <= lines.length; at += 1) {
    if (wanted.every((line, index) => lines[at + index] === line)) return at;
  }
  return -1;
}

/** The hunk as one replacement whose old text occurs once; undefined where there is none. */
function editOf(lines: readonly string[], { from, to }: Hunk, at: number): ToolEdit | undefined {
  const text = lines.join('\n');
  for (let above = 0; above <= Math.min(at, 40); above += 1) {
    const before = lines.slice(at - above, at);
    // With the line's end: `x` is no replacement for `x = 1`.
    const old = `${[...before, ...from].join('\n')}\n`;
    const first = `${text}\n`.indexOf(old);
    if (first >= 0 && `${text}\n`.indexOf(old, first + 1) < 0) {
      return { old, new: `${[...before, ...to].join('\n')}${before.length + to.length === 0 ? '' : '\n'}` };
    }
  }
  return undefined;
}

function updates(section: Section, text: string | undefined): ToolChange {
  if (text === undefined || text.includes('\r') || !text.endsWith('\n')) return { opaque: true };
  let lines: readonly string[] = text.slice(0, -1).split('\n');
  const edits: ToolEdit[] = [];
  let from = 0;
  for (const hunk of hunks(section.lines)) {
    for (const anchor of hunk.anchors) from = lines.findIndex((line, at) => at >= from && line.trim() === anchor) + 1;
    if (hunk.from.length === 0) return { opaque: true };
    const at = find(lines, hunk.from, from);
    const edit = at < 0 ? undefined : editOf(lines, hunk, at);
    if (edit === undefined) return { opaque: true };
    edits.push(edit);
    lines = [...lines.slice(0, at), ...hunk.to, ...lines.slice(at + hunk.from.length)];
    from = at + hunk.to.length;
  }
  return edits.length === 0 ? { opaque: true } : { edits };
}

/** After the tool the old text is gone: what was replaced is known by the call before, and what lies there is its doing. */
export function patchWrites(
  patch: string,
  cwd: string | undefined,
  phase: 'before' | 'after',
  look: Look,
): readonly HostWrite[] {
  return sections(patch).flatMap((section): HostWrite[] => {
    const path = inFolder(cwd, section.path);
    if (section.verb === 'Delete') return [{ path, change: { delete: true } }];
    if (section.verb === 'Add') {
      return [{ path, change: { content: section.lines.map((line) => `${line.slice(1)}\n`).join('') } }];
    }
    if (section.to !== undefined) {
      return [
        { path, change: { delete: true } },
        { path: inFolder(cwd, section.to), change: { opaque: true } },
      ];
    }
    return [{ path, change: phase === 'before' ? updates(section, look(path)) : { opaque: true } }];
  });
}
