import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/support/desk.ts';
import { parseAgentId, parseResourceId, parseSpace } from './resource.ts';

const bytes = (text: string): number => Buffer.byteLength(text);

describe('resource ids', () => {
  it.each([
    '../x',
    'a/../../x',
    'a/..',
    './x',
    'a/./b',
    '.',
    '..',
    '',
    '/',
    '/etc/passwd',
    'a/',
    'a//b',
    '//host/x',
    'C:\\x',
    'C:/x',
    'c:x',
    'a:b',
    '\\\\?\\C:\\',
    'a\\..\\b',
    '\ud800',
    'a\udc00b',
  ])('[P01] what points elsewhere is bad-id: %j', async (text) => {
    expect(await codeOf(() => parseResourceId(text))).toBe('bad-id');
  });

  it.each([
    '..%2fb',
    '%2e%2e/b',
    '%252e%252e',
    '%c0%ae',
    '%ED%A0%80',
    '...',
    'a/...',
    '.git',
    '..a',
    'a..',
    '~/x',
    '$HOME',
  ])('[P01] what is only spelled like it is literal text: %j', (text) => {
    expect(parseResourceId(text)).toBe(text);
  });

  it.each([undefined, null, 3, {}, ['a'], new String('a')])('[P01] what is no string is bad-id: %j', async (value) => {
    expect(await codeOf(() => parseResourceId(value))).toBe('bad-id');
  });

  it('[P07] one canonical form: composed and decomposed, and signs that are letters, are one id', () => {
    expect(parseResourceId('cafe\u0301/x')).toBe('caf\u00e9/x');
    expect(parseResourceId('\u212a')).toBe('K');
    expect(parseResourceId(parseResourceId('cafe\u0301'))).toBe(parseResourceId('cafe\u0301'));
    expect(parseAgentId('Ame\u0301lie')).toBe('Am\u00e9lie');
    expect(parseSpace('e\u0301')).toBe('\u00e9');
  });

  it('[P07] case, trailing dots and blanks, and names that a system reserves are ids like any other', () => {
    const ids = ['README', 'readme', 'a.', 'a ', 'a', 'CON', 'nul.txt', '1:b', 'ab:c'];
    expect(ids.map(parseResourceId)).toEqual(ids);
  });

  it.each([
    'x\r',
    'a\0b',
    'a\u001b[31mb',
    'a\nb',
    'a\tb',
    'a\u007f',
    'a\u0085',
    'a\u200b',
    'a\u202eb',
    'a\u2066b',
    'a\u2028b',
    '\ufeffa',
    'a\u{e0061}',
  ])('[P08] control, invisible and direction-changing characters are refused: %j', async (text) => {
    expect(await codeOf(() => parseResourceId(text))).toBe('bad-id');
    expect(await codeOf(() => parseResourceId(`x/${text}/y`))).toBe('bad-id');
    expect(await codeOf(() => parseAgentId(text))).toBe('bad-id');
    expect(await codeOf(() => parseSpace(text))).toBe('bad-id');
  });

  it('[P08] the message shows the id escaped and cut, and says what to use', () => {
    try {
      parseResourceId(`a\u001b[31m${'x'.repeat(500)}`);
      expect.unreachable();
    } catch (error) {
      const { message, details } = error as Error & { details: { next: string } };
      expect(message).toContain('\\u001b[31m');
      expect(message.length).toBeLessThan(250);
      expect(details.next).toContain('notes/plan.md');
    }
  });

  it('[P09] 1,024 bytes are an id, 1,025 are not', async () => {
    const fits = ['x'.repeat(254), 'x'.repeat(254), 'x'.repeat(254), 'x'.repeat(255), 'xxx'].join('/');
    expect(bytes(fits)).toBe(1024);
    expect(parseResourceId(fits)).toBe(fits);
    expect(await codeOf(() => parseResourceId(`${fits}y`))).toBe('bad-id');
    const wide = `${'\u00e9'.repeat(127)}/`.repeat(4);
    expect(parseResourceId(`${wide}abcd`)).toHaveLength(516);
    expect(await codeOf(() => parseResourceId(`${wide}abcde`))).toBe('bad-id');
  });

  it('[P09] 255 bytes are a segment, 256 are not', async () => {
    expect(parseResourceId(`a/${'x'.repeat(255)}`)).toHaveLength(257);
    expect(await codeOf(() => parseResourceId(`a/${'x'.repeat(256)}`))).toBe('bad-id');
    expect(await codeOf(() => parseResourceId('x'.repeat(256)))).toBe('bad-id');
    expect(await codeOf(() => parseResourceId('\u00e9'.repeat(128)))).toBe('bad-id');
  });

  it('[P09] length is looked at before anything that grows with it', async () => {
    expect(await codeOf(() => parseResourceId('a/'.repeat(10_000)))).toBe('bad-id');
    expect(await codeOf(() => parseResourceId('e\u0301'.repeat(10_000_000)))).toBe('bad-id');
  });

  it('[P09] composing may shorten an id into the limit, never push it out unseen', async () => {
    expect(bytes(parseResourceId('e\u0301'.repeat(100)))).toBe(200);
    // U+0958 has a longer canonical form: 3 bytes become 6.
    expect(await codeOf(() => parseResourceId('\u0958'.repeat(60)))).toBe('bad-id');
    expect(bytes(parseResourceId('\u0958'.repeat(42)))).toBe(252);
  });
});

describe('agents and spaces', () => {
  it('[P09] have one line of at most 255 bytes; a space has no slash', async () => {
    expect(parseAgentId('team/writer 1')).toBe('team/writer 1');
    expect(await codeOf(() => parseAgentId('x'.repeat(256)))).toBe('bad-id');
    expect(await codeOf(() => parseAgentId(''))).toBe('bad-id');
    expect(parseSpace('project-1')).toBe('project-1');
    expect(await codeOf(() => parseSpace('a/b'))).toBe('bad-id');
  });
});
