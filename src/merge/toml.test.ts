// TOML: what is written where, what falls back to lines, and hostile documents.
import { describe, expect, it } from 'vitest';
import { mergeContents } from './merge.ts';
import { resolveConflict } from './resolve-region.ts';
import type { MergeResult } from './types.ts';

const text = (content: Uint8Array | null): string => Buffer.from(content ?? []).toString();

function merge(base: string, current: string, proposed: string): MergeResult {
  return mergeContents({ base, current, proposed, path: 'Cargo.toml' });
}

function woven(base: string, current: string, proposed: string): string {
  const result = merge(base, current, proposed);
  if (result.status !== 'clean') throw new Error(JSON.stringify(result));
  expect(result.stats.engine).toBe('toml');
  return text(result.content);
}

const config = `# A package.
[package]
name = "demo"
version = "0.1.0" # next: 0.2.0
authors = [
  "a",
  "b", # second
]

[dependencies]
serde = { version = "1", features = ["derive"] }
tokio.version = "1"

# Two binaries.
[[bin]]
name = "one"

[[bin]]
name = "two"
`;

describe('TOML by structure', () => {
  it('[TM8] changes neighbours, which lines could not, and keeps every other byte', () => {
    const current = config.replace('"demo"', '"prod"');
    const proposed = config.replace('"0.1.0"', "'''0.2.0'''").replace('["derive"]', '["derive", "rc"]');
    expect(woven(config, current, proposed)).toBe(proposed.replace('"demo"', '"prod"'));
  });

  it('[TM8] takes rows, tables and elements in with their comments', () => {
    const current = config.replace('"demo"', '"prod"');
    const proposed = config
      .replace('[dependencies]\n', '[dependencies]\n# For logs.\nlog = "0.4" # small\n')
      .replace('# Two binaries', '# Of tests.\n[dev-dependencies]\nproptest = "1"\n\n# Two binaries')
      .replace('"a",\n', '"a",\n  "x",\n')
      .replace('tokio.version = "1"', 'tokio.version = "1"\ntokio.features = ["full"]')
      .concat('\n[[bin]]\nname = "three"\n');
    const result = woven(config, current, proposed);
    expect(result).toContain('[dependencies]\n# For logs.\nlog = "0.4" # small\nserde');
    for (const part of ['# For logs.\nlog = "0.4" # small\n', '# Of tests.\n[dev-dependencies]\nproptest = "1"\n']) {
      expect(result).toContain(part);
    }
    expect(result).toContain('tokio.version = "1"\ntokio.features = ["full"]\n');
    expect(result.endsWith('\n[[bin]]\nname = "three"\n')).toBe(true);
  });

  it('[TM8] takes rows and tables away with their lines and comments', () => {
    const gone = config.replace('\n# Two binaries.\n[[bin]]\nname = "one"\n', '').replace('tokio.version = "1"\n', '');
    const result = woven(config, config.replace('"demo"', '"prod"'), gone);
    expect(result).toBe(gone.replace('"demo"', '"prod"'));
  });

  it('[TM8] puts an element in front of all others, and moves elements with their lines', () => {
    const [one, two, rest] = ['[[bin]]\nname = "one"\n', '[[bin]]\nname = "two"\n', '[last]\nx = 1\n'];
    const base = `a = 1\n${one}${two}${rest}`;
    const first = `a = 1\n[[bin]]\nname = "zero"\n${one}${two}${rest}`;
    expect(woven(base, base.replace('x = 1', 'x = 2'), first)).toBe(first.replace('x = 1', 'x = 2'));
    const keyed = base.replaceAll('name', 'id');
    const moved = `a = 1\n${two}${one}${rest}`.replaceAll('name', 'id');
    expect(woven(keyed, keyed.replace('x = 1', 'x = 2'), moved)).toBe(moved.replace('x = 1', 'x = 2'));
    expect(woven(keyed, keyed.replace('"two"', '"two"\ny = 1'), moved)).toBe(moved.replace('"two"', '"two"\ny = 1'));
  });

  it('[TM8] makes a row of an array of tables that gets a value, and a table of the last row', () => {
    const base = 'a = 1\n[[bin]]\nx = 1\n[[bin]]\nx = 2\n[last]\nx = 1\n';
    const current = base.replace('a = 1', 'a = 2');
    const rowed = 'a = 1\nbin = [{ x = 1 }, "two"]\n[last]\nx = 1\n';
    expect(woven(base, current, rowed)).toBe(rowed.replace('a = 1', 'a = 2'));
    expect(woven('a = 1\n\nb = 1\n', 'a = 2\n\nb = 1\n', 'a = 1\n\n[b]\nx = 1\n')).toBe('a = 2\n\n[b]\nx = 1\n');
  });

  it('[TM9] tells conflicts by pointer, their sides as they are written, and settles them', () => {
    const result = merge(
      config,
      config.replace('"0.1.0"', '"0.1.1"'),
      config.replace('"0.1.0"', '"0.2.0"').replace('"a"', '"A"'),
    );
    if (result.status !== 'conflict') throw new Error(result.status);
    const [conflict] = result.conflicts;
    expect(conflict?.at).toEqual({ pointer: '/package/version' });
    expect(text(conflict?.proposed ?? null)).toBe('"0.2.0"');
    const own = resolveConflict(result, conflict?.id ?? '', { content: '{ major = 1, at = 2024-05-01, of = 1.0 }' });
    expect(own.status === 'clean' && text(own.content)).toContain(
      'version = { major = 1, at = 2024-05-01, of = 1e0 } # next',
    );
  });

  it('[TM10] integers, floats, dates and strings are different values, however alike they look', () => {
    const base = 'a = 1\n\nb = 2024-05-01\n\nc = 1.0\n';
    const proposed = 'a = 1.0\n\nb = "2024-05-01"\n\nc = 1.00\n';
    expect(woven(base, `${base}d = 1\n`, proposed)).toBe('a = 1.0\n\nb = "2024-05-01"\n\nc = 1.0\nd = 1\n');
    expect(
      woven('a = 9007199254740993\nb = 1\n', 'a = 9007199254740993\nb = 2\n', 'a = 9007199254740995\nb = 1\n'),
    ).toBe('a = 9007199254740995\nb = 2\n');
  });

  it('[TM8] keeps line ends, the byte order mark and the end of the file as they are merged', () => {
    const base = '\ufeff[a]\r\nx = 1\r\n';
    expect(woven(base, base.replace('x = 1', 'x = 2'), '[a]\nx = 1\n[b]\ny = 1')).toBe(
      '\ufeff[a]\r\nx = 2\r\n[b]\r\ny = 1',
    );
    // The lines of a string are what it says.
    const [rows, text] = ['[a]\r\nx = 1\r\n', 'y = """\none # two\n"""\n'];
    const added = `${rows.replaceAll('\r', '')}${text}`;
    expect(woven(rows.replaceAll('\r', ''), rows, added.replace('1', '2'))).toBe(
      `${rows.replace('1', '2')}${text.slice(0, -1)}\r\n`,
    );
  });

  it('[TM8] keeps comments in brackets at their elements', () => {
    const list = 'list = [\n  # first\n  "a",\n  "b", # bee\n]\n';
    const [changed, bare] = [list.replace('"b"', '"b2"'), list.replace(', # bee', ',')];
    for (const [base, mine, other, wanted] of [
      [
        list,
        list.replace('"a"', '"a2"'),
        list.replace(']', '  "c",\n]'),
        list.replace('"a"', '"a2"').replace(']', '  "c",\n]'),
      ],
      [list, changed, list.replace('  #', '  "z",\n  #'), changed.replace('  #', '  "z",\n  #')],
      [bare, bare.replace(']', '  "c",\n]'), list, list.replace(']', '  "c",\n]')],
    ] as const) {
      expect(woven(base, mine, other)).toBe(wanted);
      expect(woven(base, other, mine)).toBe(wanted);
    }
  });
});

describe('TOML by lines', () => {
  it('[TM11] what is no TOML is merged as text; lines that make none of what was some are a conflict', () => {
    const bad = 'a = 1\nb == 2\nc = 3\n';
    const result = merge(bad, bad.replace('a = 1', 'a = 2'), bad.replace('c = 3', 'c = 4'));
    expect(result.status).toBe('clean');
    expect(result.status === 'clean' && result.notes[0]?.message).toMatch(/no TOML/);
    expect(result.status === 'clean' && result.stats.engine).toBe('text');
  });
});

describe('large TOML', () => {
  it('[TM15] one value that is most of a large document is merged by lines, and a conflict where those are clean', () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `  "x${i}",\n`).join('');
    const base = `a = 1\nlist = [\n${list}]\nb = 1\n`;
    const clean = merge(base, base.replace('a = 1', 'a = 2'), base.replace('b = 1', 'b = 2'));
    expect(clean.status === 'conflict' && clean.conflicts[0]?.reason).toMatch(/too large to be read/);
    const lines = merge(base, base.replace('a = 1', 'a = 2'), base.replace('a = 1', 'a = 3'));
    expect(lines.status === 'conflict' && lines.notes[0]?.message).toMatch(/cannot be cut/);
  });
});

describe('hostile TOML', () => {
  it('[TM12] deep nesting, endless names, cut documents and names of prototypes are told or merged, never thrown', () => {
    const deep = [
      `x = ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      `${'a.'.repeat(20_000)}b = 1`,
      `[${'a.'.repeat(20_000)}b]`,
      `x = ${'{a='.repeat(5000)}`,
    ];
    for (const base of [...deep, 'a = "cut', '[a', '[[a]]\n[a]', 'a = 1\na = 2', 'a = 1\rb = 2', '= 1', '\u0000']) {
      const result = merge(`${base}\n`, `y = 1\n${base}\n`, `${base}\nz = 1\n`);
      expect(['clean', 'conflict'], base.slice(0, 20)).toContain(result.status);
    }
    const base = '__proto__ = 1\n[constructor.prototype]\nx = 1\n';
    expect(woven(base, base.replace('= 1\n[', '= 2\n['), `${base}y = 1\n`)).toBe(
      `${base.replace('= 1\n[', '= 2\n[')}y = 1\n`,
    );
    const invalid = Buffer.from([0x61, 0x3d, 0x22, 0xff, 0x22, 0x0a]);
    expect(mergeContents({ base: 'a=1\n', current: invalid, proposed: 'a=2\n', path: 'a.toml' }).status).toBe(
      'conflict',
    );
  });
});
