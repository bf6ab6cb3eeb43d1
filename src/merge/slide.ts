// Where equal lines let a group of changed lines stand in several places, the choice decides which changes of two
// sides touch. The rule: up as far as it goes (joining groups that it meets), then down; the lowest place at which the
// other text has changes too, else the lowest of all.
import { equalLine, type Lines } from './lines.ts';
import type { Watch } from './watch.ts';

/** A group of changed lines, and the changed lines of the other text that stand in the same gap (maybe none). */
interface Group {
  start: number;
  end: number;
  otherStart: number;
  otherEnd: number;
}

/** Moves the groups of `marks`; the other text's marks stay as they are. */
export function slideChanges(
  lines: Lines,
  marks: Uint8Array,
  other: Lines,
  otherMarks: Uint8Array,
  watch: Watch,
): void {
  const count = lines.count;
  const otherCount = other.count;
  let at = 0;
  let otherAt = 0;

  const endOfGap = (from: number): number => {
    let end = from;
    while (end < otherCount && otherMarks[end] === 1) end += 1;
    return end;
  };
  const up = (group: Group): boolean => {
    if (group.start === 0 || !equalLine(lines, group.start - 1, lines, group.end - 1)) return false;
    group.start -= 1;
    group.end -= 1;
    marks[group.start] = 1;
    marks[group.end] = 0;
    while (group.start > 0 && marks[group.start - 1] === 1) group.start -= 1;
    group.otherEnd = group.otherStart - 1;
    group.otherStart = group.otherEnd;
    while (group.otherStart > 0 && otherMarks[group.otherStart - 1] === 1) group.otherStart -= 1;
    return true;
  };
  const down = (group: Group): boolean => {
    if (group.end === count || !equalLine(lines, group.start, lines, group.end)) return false;
    marks[group.start] = 0;
    marks[group.end] = 1;
    group.start += 1;
    group.end += 1;
    while (group.end < count && marks[group.end] === 1) group.end += 1;
    group.otherStart = group.otherEnd + 1;
    group.otherEnd = endOfGap(group.otherStart);
    return true;
  };

  for (;;) {
    const start = marks.indexOf(1, at);
    if (start < 0) return;
    otherAt = skipUnchanged(otherMarks, otherAt, start - at);
    const group: Group = { start, end: start, otherStart: otherAt, otherEnd: endOfGap(otherAt) };
    while (group.end < count && marks[group.end] === 1) group.end += 1;
    settle(group, up, down, watch);
    at = group.end;
    otherAt = group.otherEnd;
  }
}

/** Past `count` unchanged lines, and past the changed ones before each of them. */
function skipUnchanged(marks: Uint8Array, from: number, count: number): number {
  let at = from;
  for (let left = count; left > 0; at++) if (marks[at] !== 1) left -= 1;
  return at;
}

function settle(group: Group, up: (group: Group) => boolean, down: (group: Group) => boolean, watch: Watch): void {
  let lowestLevel = -1;
  let size = 0;
  do {
    size = group.end - group.start;
    lowestLevel = -1;
    while (up(group)) watch(1);
    if (group.otherEnd > group.otherStart) lowestLevel = group.end;
    while (down(group)) {
      watch(1);
      if (group.otherEnd > group.otherStart) lowestLevel = group.end;
    }
  } while (size !== group.end - group.start);
  if (lowestLevel < 0) return;
  while (group.end > lowestLevel) up(group);
}
