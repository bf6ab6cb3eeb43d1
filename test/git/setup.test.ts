// `entente init --git`: what it writes into a repository, what it asks, and that it takes exactly that away again.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ran, type RunOptions, runIn } from '../support/command-line.ts';
import { hasGit, openRepository, type Repository } from '../support/git.ts';

const there = hasGit('entente init --git');
let repository: Repository;
beforeEach(() => {
  repository = openRepository();
});
afterEach(() => repository.close());

const init = (argv: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  runIn(repository.folder, ['init', '--git', ...argv], options);
const attributes = (): string => repository.read('.gitattributes');
const config = (): string => readFileSync(join(repository.folder, '.git', 'config'), 'utf8');
const files = (): readonly string[] => [
  config(),
  existsSync(join(repository.folder, '.gitattributes')) ? attributes() : '',
];
const driver = (): string => repository.tryGit('config', 'merge.entente.driver').out;

describe.runIf(there)('init --git', () => {
  it('[GI20] writes attributes and config, and says before what it writes', async () => {
    const { code, err, out } = await init();
    expect([code, out]).toEqual([0, 'git merges these files with entente now.\n']);
    expect(repository.git('check-attr', 'merge', 'a/b.json', 'c.png')).toBe(
      'a/b.json: merge: entente\nc.png: merge: unspecified\n',
    );
    expect(driver()).toMatch(/^\S.* merge-driver .*%O %A %B %P/);
    for (const told of [
      '+ *.json merge=entente',
      '+ merge.entente.driver = ',
      join(repository.folder, '.gitattributes'),
    ]) {
      expect(err).toContain(told);
    }
  });

  it('[GI20] needs no store and makes none', async () => {
    await init();
    expect(existsSync(join(repository.folder, '.entente'))).toBe(false);
  });

  it('[GI21] repeated it changes nothing, not even the patterns that were chosen', async () => {
    await init(['--pattern', '*.json', '--pattern', 'docs/*.txt']);
    const before = files();
    const again = await init(['--json']);
    expect([again.code, again.json()]).toEqual([
      0,
      expect.objectContaining({ status: 'exists', patterns: ['*.json', 'docs/*.txt'] }),
    ]);
    expect(files()).toEqual(before);
    await init(['--pattern', '*.yaml', '-q']);
    expect(attributes().match(/^\S+ merge=entente$/gm)).toEqual(['*.yaml merge=entente']);
    expect(attributes().match(/entente: begin/g)).toHaveLength(1);
  });

  it('[GI20] what stays as it is has no heading', async () => {
    await init(['--pattern', '*.md', '-q']);
    const { err } = await init(['--pattern', '*.yaml']);
    expect(err).toContain('+ *.yaml merge=entente');
    expect(err).not.toContain('git config');
    const other = await init(['--command', 'npx entente']);
    expect(other.err).toContain('git config --local\n  - merge.entente.driver');
    expect(other.err).not.toContain(join(repository.folder, '.gitattributes'));
  });

  it('[GI20] a pattern may have letters of any script', async () => {
    const patterns = ['à*.json', '日本/*.md'];
    await init(['--pattern', 'à*.json', '--pattern', '日本/*.md', '-q']);
    expect(repository.git('-c', 'core.quotePath=false', 'check-attr', 'merge', 'à1.json', '日本/a.md')).toBe(
      'à1.json: merge: entente\n日本/a.md: merge: entente\n',
    );
    const again = await init(['--pattern', 'à*.json', '--pattern', '日本/*.md', '--json']);
    expect(again.json()).toMatchObject({ status: 'exists', patterns });
  });

  it('[GI21] other patterns leave what others put into the block where it is, and tell just what changes', async () => {
    await init(['--pattern', '*.json', '--pattern', '*.md', '-q']);
    const mine = '# mine\n*.z -text\n*.toml merge=entente text\n';
    repository.write('.gitattributes', attributes().replace('*.md', `${mine}*.md`));
    const before = attributes();
    const { err } = await init(['--pattern', '*.yaml', '--pattern', '*.md']);
    expect(attributes()).toBe(before.replace('*.json', '*.yaml'));
    expect(err.match(/^ {2}[-+] .*/gm)).toEqual(['  - *.json merge=entente', '  + *.yaml merge=entente']);
    expect((await init(['--json'])).json()).toMatchObject({ status: 'exists', patterns: ['*.yaml', '*.md'] });
  });

  it.each([
    ['\n', undefined, '*.z -text\n# mine\n'],
    ['\r\n', '\ufeff*.png binary\r\n', '\ufeff*.z -text\r\n# mine\r\n*.png binary\r\n'],
  ])('[GI22] --remove leaves what others put into the block, and the file with it: %j', async (eol, content, left) => {
    if (content !== undefined) repository.write('.gitattributes', content);
    await init(['-q']);
    repository.write(
      '.gitattributes',
      attributes().replace('# entente: end', `*.z -text${eol}# mine${eol}# entente: end`),
    );
    const { err } = await init(['--remove']);
    expect(err).toContain('  - *.json merge=entente');
    expect(err).not.toMatch(/mine|\.z|\(goes\)/);
    expect(attributes()).toBe(left);
    expect((await init(['--remove', '--json'])).json()).toMatchObject({ status: 'absent' });
  });

  it.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['lines of others', '*.png binary\n*.json merge=union\n'],
    ['CRLF', '*.png binary\r\n*.md text\r\n'],
    ['a byte order mark and no newline at the end', '\ufeff*.png binary'],
  ])('[GI22] --remove gives back what was there: %s', async (_, content) => {
    if (content !== undefined) repository.write('.gitattributes', content);
    const before = files();
    await init(['-q']);
    expect(files()).not.toEqual(before);
    expect((await init(['--remove', '--json'])).json()).toMatchObject({ status: 'removed' });
    expect(files()).toEqual(before);
    expect(existsSync(join(repository.folder, '.gitattributes'))).toBe(content !== undefined);
    expect((await init(['--remove', '--json'])).json()).toMatchObject({ status: 'absent' });
  });

  it('[GI21] [GI22] of two blocks, which a merge of branches can leave, one is kept, and --remove takes both', async () => {
    const block = (pattern: string): string =>
      `# entente: begin\n${pattern} merge=entente\n*.bin -diff\n# entente: end\n`;
    const two = `${block('*.json')}*.png binary\n${block('*.yaml')}`;
    repository.write('.gitattributes', two);
    expect((await init(['--json'])).json()).toMatchObject({ patterns: ['*.json', '*.yaml'] });
    expect(attributes()).toBe(two);
    await init(['--pattern', '*.toml', '-q']);
    expect(attributes()).toBe(`${block('*.toml')}*.png binary\n*.bin -diff\n`);
    repository.write('.gitattributes', two);
    await init(['--remove', '-q']);
    expect(attributes()).toBe('*.bin -diff\n*.png binary\n*.bin -diff\n');
  });

  it('[GI22] --remove leaves what others wrote since, and a driver of theirs', async () => {
    await init(['-q']);
    repository.write('.gitattributes', `${attributes()}*.csv text\n`);
    repository.git('config', 'merge.entente.driver', 'entente merge-file -q %A %O %B');
    repository.git('config', 'merge.entente.recursive', 'text');
    await init(['--remove', '-q']);
    expect(attributes()).toBe('*.csv text\n');
    expect([driver().trim(), repository.git('config', 'merge.entente.recursive').trim()]).toEqual([
      'entente merge-file -q %A %O %B',
      'text',
    ]);
  });

  it('[GI23] lines that its owner wrote win over ours', async () => {
    repository.write('.gitattributes', '*.lock.json -merge\n');
    await init(['-q']);
    expect(repository.git('check-attr', 'merge', 'x.lock.json', 'x.json')).toBe(
      'x.lock.json: merge: unset\nx.json: merge: entente\n',
    );
  });

  it('[GI24] at a terminal it asks, and anything but yes writes nothing', async () => {
    const before = files();
    for (const stdin of ['n\n', '\n', '']) {
      const { code, out, err } = await init([], { stdinTerminal: true, stdin });
      expect([code, out]).toEqual([9, 'Nothing was written.\n']);
      expect(err).toContain('Write this? [y/N]');
      expect(files()).toEqual(before);
    }
    expect((await init([], { stdinTerminal: true, stdin: 'yes\n' })).code).toBe(0);
    expect(attributes()).toContain('merge=entente');
    expect((await init(['--remove', '-q'], { stdinTerminal: true, stdin: 'n\n' })).code).toBe(9);
    expect((await init(['--remove', '--yes'], { stdinTerminal: true, stdin: 'n\n' })).code).toBe(0);
    expect((await init(['--no-input'], { stdinTerminal: true })).code).toBe(0);
  });

  it('[GI26] --dry-run shows what would be, and neither writes nor takes away nor asks', async () => {
    const before = files();
    const { code, err, out } = await init(['--dry-run', '-q'], { stdinTerminal: true, stdin: 'y\n' });
    expect([code, out, files()]).toEqual([0, '', before]);
    expect(err).toContain('+ *.json merge=entente');
    expect(err).not.toContain('[y/N]');
    expect((await init(['--dry-run', '--json'])).json()).toMatchObject({ status: 'planned' });
    expect(existsSync(join(repository.folder, '.gitattributes'))).toBe(false);
    await init(['-q']);
    const written = files();
    expect((await init(['--dry-run', '--json'])).json()).toMatchObject({ status: 'exists' });
    const removing = await init(['--remove', '--dry-run']);
    expect([removing.code, removing.out]).toEqual([0, 'Nothing was taken away: that is what would be.\n']);
    expect(removing.err).toContain('- *.json merge=entente');
    expect(files()).toEqual(written);
  });

  it('[GI25] a block that somebody cut, a link, and an odd pattern are errors, and nothing is written', async () => {
    const untouched = config();
    repository.write('.gitattributes', '# entente: begin\n*.json merge=entente\n');
    expect((await init(['--json'])).json()).toMatchObject({ error: { code: 'misuse' } });
    repository.write('.gitattributes', '');
    expect((await init(['--pattern', 'a b'])).code).toBe(7);
    expect((await init(['--pattern', '!x'])).code).toBe(7);
    expect((await init(['--pattern', '*.json', '--pattern', '[attr]x'])).code).toBe(7);
    const ofFolder = await init(['--pattern', 'docs/']);
    expect([ofFolder.code, ofFolder.err]).toEqual([7, expect.stringContaining("--pattern 'docs/**'")]);
    expect(config()).toBe(untouched);
    mkdirSync(join(repository.folder, 'sub'));
    const inside = await runIn(join(repository.folder, 'sub'), ['init', '--git', '--json']);
    expect(inside.json()).toMatchObject({ attributes: join(repository.folder, '.gitattributes') });
    await init(['--remove', '-q']);
    repository.git('rm', '-q', '--cached', '-f', '--ignore-unmatch', '.gitattributes');
  });

  it.each(['', '  '])('[GI25] a --command without words is refused, with what to do: %j', async (words) => {
    const before = files();
    const { code, err } = await init(['--command', words]);
    expect([code, err, files()]).toEqual([
      2,
      expect.stringContaining("next: entente init --git --command 'npx"),
      before,
    ]);
  });

  it('[GI25] a .gitattributes that is a link is not written through', async () => {
    repository.write('elsewhere', 'x text\n');
    symlinkSync('elsewhere', join(repository.folder, '.gitattributes'));
    const before = config();
    for (const more of [[], ['--dry-run'], ['--remove']]) {
      const { code, err } = await init(more);
      expect([code, config()]).toEqual([2, before]);
      expect(err).toContain('.gitattributes is a symbolic link');
      expect(err).toContain('next: Put a plain file in its place');
    }
    expect(repository.read('elsewhere')).toBe('x text\n');
  });

  it('[GI25] outside a repository, and without git, it says so', async () => {
    const outside = await runIn('/', ['init', '--git']);
    expect([outside.code, outside.err]).toEqual([3, expect.stringContaining('next: git init')]);
    const without = await init([], { env: { PATH: '/nowhere' } });
    expect([without.code, without.err]).toEqual([3, expect.stringContaining('There is no git')]);
    for (const lone of [['--remove'], ['--pattern', 'x'], ['--command', 'x']]) {
      expect((await runIn(repository.folder, ['init', ...lone])).code).toBe(2);
    }
  });
});
