import { describe, expect, it } from 'vitest';
import {
  type ConflictStyle,
  hasMarkers,
  type MergeResult,
  mergeContents,
  renderConflicts,
  resolveConflict,
} from './index.ts';

const merge = (base: string | null, current: string | null, proposed: string | null): MergeResult =>
  mergeContents({ base, current, proposed });
const render = (result: MergeResult, style?: ConflictStyle): string =>
  Buffer.from(renderConflicts(result, style)).toString();

describe('rendering', () => {
  it('[MT7] the styles differ in what leaves the conflict', () => {
    const result = merge('s\nx\ne\n', 's\na\n1\nm\nn\no\np\n2\nz\ne\n', 's\na\n3\nm\nn\no\np\n4\nz\ne\n');
    expect(render(result)).toBe(
      's\na\n<<<<<<< current\n1\nm\nn\no\np\n2\n||||||| base\nx\n=======\n3\nm\nn\no\np\n4\n>>>>>>> proposed\nz\ne\n',
    );
    expect(render(result, 'merge')).toBe(
      's\na\n<<<<<<< current\n1\n=======\n3\n>>>>>>> proposed\nm\nn\no\np\n<<<<<<< current\n2\n=======\n4\n>>>>>>> proposed\nz\ne\n',
    );
    expect(render(result, 'diff3').startsWith('s\n<<<<<<< current\na\n1\n')).toBe(true);
  });

  it('[MT8] markers take the ending of their neighbours and stand on lines of their own', () => {
    expect(render(merge('a\r\nb\r\n', 'a\r\nB', 'a\r\nC'), 'merge')).toBe(
      'a\r\n<<<<<<< current\r\nB\r\n=======\r\nC\r\n>>>>>>> proposed\r\n',
    );
    expect(render(merge('a', 'b', 'c'), 'merge')).toBe('<<<<<<< current\nb\n=======\nc\n>>>>>>> proposed\n');
  });

  it('[MT9] markers grow beyond a line that looks like one, and a note says so', () => {
    const result = merge('t\n<<<<<<<< x\n', 't\na\n', 't\nb\n');
    expect(result).toMatchObject({ notes: [{ code: 'longer-markers' }] });
    expect(render(result, 'merge')).toBe('t\n<<<<<<<<< current\na\n=========\nb\n>>>>>>>>> proposed\n');
    expect(merge('t\nx\n', 't\na\n', 't\nb\n')).toMatchObject({ notes: [] });
  });

  it('[MT7] whole values, settled conflicts and clean results render as text', () => {
    expect(render(merge(null, 'a\nsame\n', 'b\nsame\n'))).toBe(
      '<<<<<<< current\na\n||||||| base\n=======\nb\n>>>>>>> proposed\nsame\n',
    );
    expect(render(merge('a\n', null, 'b\n'), 'merge')).toBe('<<<<<<< current\n=======\nb\n>>>>>>> proposed\n');
    expect(render(merge('a\n', 'a\n', 'b\n'))).toBe('b\n');
    const two = merge('a\nk\nk2\nk3\nk4\nb\n', 'A\nk\nk2\nk3\nk4\nB\n', 'x\nk\nk2\nk3\nk4\ny\n');
    const [first] = two.status === 'conflict' ? two.conflicts : [];
    const half = resolveConflict(two, first?.id ?? '', { use: 'both' });
    expect(render(half, 'merge')).toBe('A\nx\nk\nk2\nk3\nk4\n<<<<<<< current\nB\n=======\ny\n>>>>>>> proposed\n');
  });

  it('[MT10] a binary conflict cannot be rendered', () => {
    expect(() => render(merge('a\0', 'b\0', 'c\0'))).toThrow(expect.objectContaining({ code: 'misuse' }));
  });
});

describe('settling', () => {
  const clash = merge('a\nk\n', 'b\nk\n', 'c\nk\n');
  const id = clash.status === 'conflict' ? (clash.conflicts[0]?.id ?? '') : '';
  const contentOf = (result: MergeResult): string | null =>
    result.status === 'clean' && result.content !== null ? Buffer.from(result.content).toString() : null;

  it('[MT13] each decision gives its text, and the result settled is left as it was', () => {
    const decided = (use: 'base' | 'current' | 'proposed' | 'both'): string | null =>
      contentOf(resolveConflict(clash, id, { use }));
    expect(['base', 'current', 'proposed', 'both'].map((use) => decided(use as 'base'))).toEqual([
      'a\nk\n',
      'b\nk\n',
      'c\nk\n',
      'b\nc\nk\n',
    ]);
    expect(contentOf(resolveConflict(clash, id, { content: 'new' }))).toBe('new\nk\n');
    expect(clash.status).toBe('conflict');
  });

  it('[MT13] an unknown id is not-found, and so is one that is settled', () => {
    expect(() => resolveConflict(clash, 'nope', { use: 'base' })).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
    const clean = resolveConflict(clash, id, { use: 'base' });
    expect(() => resolveConflict(clean, id, { use: 'base' })).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('[MT13] whole values are settled whole, a deletion included', () => {
    const deleted = merge('a\n', null, 'b\n');
    const whole = deleted.status === 'conflict' ? (deleted.conflicts[0]?.id ?? '') : '';
    expect(resolveConflict(deleted, whole, { use: 'current' })).toMatchObject({ status: 'clean', content: null });
    expect(contentOf(resolveConflict(deleted, whole, { use: 'proposed' }))).toBe('b\n');
    expect(contentOf(resolveConflict(deleted, whole, { use: 'both' }))).toBe('b\n');
    const binary = merge('a\0', 'b\0', 'c\0');
    const other = binary.status === 'conflict' ? (binary.conflicts[0]?.id ?? '') : '';
    expect(contentOf(resolveConflict(binary, other, { use: 'proposed' }))).toBe('c\0');
    expect(() => resolveConflict(binary, other, { use: 'both' })).toThrow(expect.objectContaining({ code: 'misuse' }));
  });

  it('[T05] a resolution with our markers in it is refused unless they are meant', () => {
    const content = Buffer.from(renderConflicts(clash));
    expect(() => resolveConflict(clash, id, { content })).toThrow(expect.objectContaining({ code: 'markers-left' }));
    expect(contentOf(resolveConflict(clash, id, { content, allowMarkers: true }))).toContain('<<<<<<< current');
  });

  it('[T05] markers that the texts held already, and underlined headings, are not ours', () => {
    const input = { base: Buffer.from('<<<<<<< x\n'), current: null, proposed: null };
    expect(hasMarkers('<<<<<<< x\nfine\n', input)).toBe(false);
    expect(hasMarkers('<<<<<<< y\n', input)).toBe(true);
    expect(hasMarkers('Title\n=======\n')).toBe(false);
    expect(hasMarkers('>>>>>>> proposed\r\n')).toBe(true);
    expect(hasMarkers('<<<<<<<no\n<<<<<< six\n')).toBe(false);
  });
});
