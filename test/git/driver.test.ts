// The merge driver under the real git: merge, rebase, cherry-pick, and what git does with each exit code.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLine, runIn } from '../support/command-line.ts';
import { gitVersion, hasGit, openRepository, type Repository } from '../support/git.ts';

const there = hasGit('the merge driver');
const json = (values: object): string => `${JSON.stringify(values, null, 2)}\n`;
const base = { name: 'x', version: 1, tags: ['a', 'b'], by: { who: 'ann', when: 1 } };

let repository: Repository;
beforeEach(async () => {
  repository = openRepository();
  const { code } = await runIn(repository.folder, ['init', '--git', '--yes', '-q', '--command', commandLine]);
  expect(code).toBe(0);
});
afterEach(() => repository.close());

/** `main` and `side` with one commit each after a common one; `main` is checked out. */
function diverge(name: string, before: string | undefined, current: string, proposed: string): void {
  repository.commit('base', before === undefined ? {} : { [name]: before });
  repository.git('checkout', '-q', '-b', 'side');
  repository.commit('what side says', { [name]: proposed });
  repository.git('checkout', '-q', 'main');
  repository.commit('what main says', { [name]: current });
}

const merged = json({ ...base, version: 2, tags: ['a', 'b', 'c'], by: { who: 'ann', when: 2 } });
/** Line by line these clash: the two changes touch. */
function divergeInJson(): void {
  const current = json({ ...base, version: 2, by: { who: 'ann', when: 2 } });
  diverge('x.json', json(base), current, json({ ...base, tags: ['a', 'b', 'c'] }));
}

describe.runIf(there)('entente as a merge driver of git', () => {
  it('[GI1] git merge: JSON is merged by structure where lines would clash', () => {
    diverge('x.json', '{ "a": 1, "b": 1 }\n', '{ "a": 2, "b": 1 }\n', '{ "a": 1, "b": 3 }\n');
    repository.git('merge', '-q', '-m', 'merge', 'side');
    expect(repository.read('x.json')).toBe('{ "a": 2, "b": 3 }\n');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('[GI1] git rebase: each commit goes through the driver', () => {
    divergeInJson();
    repository.git('checkout', '-q', 'side');
    repository.git('rebase', '-q', 'main');
    expect(repository.read('x.json')).toBe(merged);
    expect(repository.git('log', '--format=%s').trim().split('\n').slice(0, 2)).toEqual([
      'what side says',
      'what main says',
    ]);
  });

  it('[GI1] git cherry-pick: the one commit goes through the driver', () => {
    divergeInJson();
    repository.git('cherry-pick', 'side');
    expect(repository.read('x.json')).toBe(merged);
  });

  it('[GI2] a clash of one value is marked at its line alone, and git calls the file unmerged', () => {
    const current = json({ ...base, version: 2, name: 'y' });
    diverge('x.json', json(base), current, json({ ...base, version: 3, tags: ['a'] }));
    const { code, out, err } = repository.tryGit('merge', 'side');
    expect([code, out]).toEqual([1, expect.stringContaining('CONFLICT (content): Merge conflict in x.json')]);
    expect(err).toContain('entente: 1 conflict in x.json');
    expect(repository.git('status', '--porcelain')).toBe('UU x.json\n');
    const text = repository.read('x.json');
    expect(text).toMatch(
      /^\{\n {2}"name": "y",\n<{7} .+\n {2}"version": 2,\n\|{7} .+\n {2}"version": 1,\n={7}\n {2}"version": 3,\n>{7} .+\n/,
    );
    expect(text).toContain('"tags": [\n    "a"\n  ]');
  });

  it('[GI2] rebase and cherry-pick stop at a clash and go on when it is settled', () => {
    diverge('x.json', '{"a":1}\n', '{"a":2}\n', '{"a":3}\n');
    expect(repository.tryGit('cherry-pick', 'side').code).toBe(1);
    expect(repository.read('x.json')).toContain('<<<<<<< ');
    repository.git('cherry-pick', '--abort');
    repository.git('checkout', '-q', 'side');
    expect(repository.tryGit('rebase', 'main').code).toBe(1);
    repository.write('x.json', '{"a":4}\n');
    repository.git('add', 'x.json');
    repository.git('-c', 'core.editor=true', 'rebase', '--continue');
    expect(repository.read('x.json')).toBe('{"a":4}\n');
  });

  it('[GI3] two sides that add the same file have no base: objects are joined, other values clash', () => {
    diverge('new.json', undefined, '{\n  "a": 1\n}\n', '{\n  "b": 2\n}\n');
    repository.git('merge', '-q', '-m', 'merge', 'side');
    expect(JSON.parse(repository.read('new.json'))).toEqual({ a: 1, b: 2 });
  });

  it('[GI4] the style is that of merge.conflictStyle, the length that of the attribute', () => {
    diverge('x.json', '{"a":1}\n', '{"a":2}\n', '{"a":3}\n');
    repository.git('config', 'merge.conflictStyle', 'merge');
    repository.tryGit('merge', 'side');
    expect(repository.read('x.json')).toMatch(/^<{7} .+\n\{"a":2\}\n={7}\n\{"a":3\}\n>{7} .+\n$/);
    repository.git('merge', '--abort');
    repository.git('config', 'merge.conflictStyle', 'diff3');
    repository.write('.gitattributes', `${repository.read('.gitattributes')}*.json conflict-marker-size=12\n`);
    repository.git('commit', '-qam', 'longer');
    repository.tryGit('merge', 'side');
    expect(repository.read('x.json')).toMatch(
      /^<{12} .+\n\{"a":2\}\n\|{12} .+\n\{"a":1\}\n={12}\n\{"a":3\}\n>{12} .+\n$/,
    );
  });

  it('[GI5] a side that is no JSON is a conflict with both sides in it, never a merge', () => {
    diverge('x.json', '{"a":1,\n"b":1,\n"c":1}\n', '{"a":2,\n"b":1,\n"c":1}\n', '{"a":1,\n"b":1,\n"c":\n');
    const { code, err } = repository.tryGit('merge', 'side');
    expect([code, repository.git('status', '--porcelain')]).toEqual([1, 'UU x.json\n']);
    expect(err).toContain('syntax in proposed');
    expect(repository.read('x.json')).toMatch(
      /^<{7} .+\n\{"a":2,\n"b":1,\n"c":1\}\n={7}\n\{"a":1,\n"b":1,\n"c":\n>{7} .+\n$/,
    );
  });

  it('[GI5] a file that is no text stays as current has it, unmerged', () => {
    diverge('x.json', '{"a":1}\0', '{"a":2}\0', '{"a":3}\0');
    const { code, err } = repository.tryGit('merge', 'side');
    expect([code, repository.git('status', '--porcelain')]).toEqual([1, 'UU x.json\n']);
    expect([repository.read('x.json'), err]).toEqual(['{"a":2}\0', expect.stringContaining('is no text')]);
  });

  it('[GI6] where entente is not to be found, or breaks, git stops instead of taking it for a merge or a conflict', () => {
    divergeInJson();
    const driver = repository.git('config', 'merge.entente.driver').trim();
    // Before 2.42 git took any failure for a conflict. Then the file is unmerged, with current's text.
    const knowsErrors = gitVersion() >= 2042;
    for (const instead of ['no-such-program', `${commandLine} merge-driver --bogus`, 'sh -c "exit 2"']) {
      repository.git('config', 'merge.entente.driver', driver.replace(`${commandLine} merge-driver`, instead));
      const current = repository.read('x.json');
      const { code, out } = repository.tryGit('merge', 'side');
      expect([instead, code > 0, out.includes('CONFLICT')]).toEqual([instead, true, !knowsErrors]);
      expect(repository.git('status', '--porcelain', 'x.json')).toBe(knowsErrors ? '' : 'UU x.json\n');
      expect(repository.read('x.json')).toBe(current);
      repository.git('reset', '-q', '--hard');
    }
  });
});

describe.runIf(there)('markers that git left', () => {
  const current = '{ "a": 2, "b": 1 }\n';
  beforeEach(() => {
    repository.git('config', '--remove-section', 'merge.entente');
    diverge('x.json', '{ "a": 1, "b": 1 }\n', current, '{ "a": 1, "b": 3 }\n');
  });

  it.each(['diff3', 'zdiff3'])('[GI10] resolve-markers settles what git left in style %s', async (style) => {
    expect(repository.tryGit('-c', `merge.conflictStyle=${style}`, 'merge', 'side').code).toBe(1);
    const { code, json: answer } = await runIn(repository.folder, ['resolve-markers', '--json', 'x.json']);
    expect([code, answer()]).toEqual([0, expect.objectContaining({ status: 'clean', engine: 'json', before: 1 })]);
    expect(repository.read('x.json')).toBe('{ "a": 2, "b": 3 }\n');
  });

  it('[GI11] markers without a base are refused, and the command that is named writes them with one', async () => {
    repository.tryGit('merge', 'side');
    const before = repository.read('x.json');
    const { code, err } = await runIn(repository.folder, ['resolve-markers', 'x.json']);
    expect([code, repository.read('x.json')]).toEqual([7, before]);
    const [, next = ''] = /^next: .*?(git checkout .+)$/m.exec(err) ?? [];
    repository.git(...next.split(' ').slice(1));
    expect((await runIn(repository.folder, ['resolve-markers', 'x.json'])).code).toBe(0);
    expect(repository.read('x.json')).toBe('{ "a": 2, "b": 3 }\n');
  });
});
