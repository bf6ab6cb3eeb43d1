import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NOTE_LENGTH, type Verdict } from '../types.ts';
import { joinVerdicts, shortNote } from './answer.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { cursor } from './cursor.ts';
import type { Fields, Host, HostEvent, Look, Tools } from './event.ts';
import { opencode } from './opencode.ts';
import { readTools } from './tools.ts';

function fixture(name: string): Fields {
  return JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/hooks/${name}.json`, import.meta.url), 'utf8'),
  ) as Fields;
}

const nothingThere: Look = () => undefined;

function parse(host: Host, name: string, look: Look = nothingThere, tools: Tools = {}): HostEvent {
  return host.parse(fixture(`${host.name}/${name}`), look, tools);
}

function printed(host: Host, name: string, verdict: Verdict): unknown {
  const body = fixture(`${host.name}/${name}`);
  const text = host.print(body, host.parse(body, nothingThere, {}), verdict);
  return text === '' ? undefined : JSON.parse(text);
}

const agent = 'claude-code:2f0e8d7ac913';
const call = 'toolu_01A09q90qw90lq917835lq9';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Claude Code', () => {
  it('[HK1] a call of Write, Edit or MultiEdit is a write of that file, before the tool and after it', () => {
    const content = '# Plan\n\none\n';
    const writes = [{ path: '/w/app/notes/plan.md', change: { content } }];
    expect(parse(claudeCode, 'pre-write')).toEqual({ kind: 'before', agent, call, writes });
    expect(parse(claudeCode, 'post-write')).toEqual({ kind: 'after', agent, call, writes });
    const edit = { path: '/w/app/src/a.ts', change: { edits: [{ old: 'const a = 1;', new: 'const a = 2;' }] } };
    expect(parse(claudeCode, 'pre-edit')).toEqual({ kind: 'before', agent, call, writes: [edit] });
    expect(parse(claudeCode, 'post-edit')).toEqual({ kind: 'after', agent, call, writes: [edit] });
    expect(parse(claudeCode, 'pre-multiedit')).toMatchObject({
      writes: [
        {
          change: {
            edits: [
              { old: 'a', new: 'b', all: true },
              { old: 'c', new: 'd' },
            ],
          },
        },
      ],
    });
  });

  it('[HK1] an edit with an empty old text makes the file; one among others is left to the tool', () => {
    const body = fixture('claude-code/pre-edit');
    const made = { ...body, tool_input: { file_path: '/w/app/new.ts', old_string: '', new_string: 'x\n' } };
    expect(claudeCode.parse(made, nothingThere, {})).toMatchObject({ writes: [{ change: { content: 'x\n' } }] });
    const edits = [
      { old_string: '', new_string: 'a' },
      { old_string: 'a', new_string: 'b' },
    ];
    const mixed = { ...body, tool_name: 'MultiEdit', tool_input: { file_path: '/w/app/new.ts', edits } };
    expect(claudeCode.parse(mixed, nothingThere, {})).toMatchObject({ writes: [{ change: { opaque: true } }] });
  });

  it('[HK1] a call that the host says has failed is told as failed', () => {
    expect(parse(claudeCode, 'fail-edit')).toMatchObject({ kind: 'after', call, failed: true });
  });

  it('[HK2] Read is a sight, taken before the tool reads; Bash is a command; the rest is silence', () => {
    const read = { kind: 'read', agent, path: '/w/app/src/a.ts' };
    expect(parse(claudeCode, 'pre-read')).toEqual({ ...read, lines: { from: 1, to: 40 } });
    const part = (input: object): unknown => {
      const tool_input = { file_path: '/w/app/src/a.ts', ...input };
      return claudeCode.parse({ ...fixture('claude-code/pre-read'), tool_input }, nothingThere, {});
    };
    expect(part({ offset: 10, limit: 5 })).toEqual({ ...read, lines: { from: 10, to: 14 } });
    for (const whole of [{}, { offset: 10 }, { limit: -1 }, { limit: '5' }]) expect(part(whole)).toEqual(read);
    const after = { ...fixture('claude-code/pre-read'), hook_event_name: 'PostToolUse' };
    expect(claudeCode.parse(after, nothingThere, {})).toEqual({ kind: 'other' });
    expect(parse(claudeCode, 'pre-bash')).toEqual({ kind: 'beforeCommand', agent, call, command: 'npm test' });
    expect(parse(claudeCode, 'post-bash')).toEqual({ kind: 'afterCommand', agent, call, command: 'npm test' });
    expect(parse(claudeCode, 'session-start')).toEqual({ kind: 'session', agent });
    expect(parse(claudeCode, 'user-prompt')).toEqual({ kind: 'other' });
    expect(claudeCode.parse({}, nothingThere, {})).toEqual({ kind: 'other' });
    expect(claudeCode.parse({ hook_event_name: 'toString' }, nothingThere, {})).toEqual({ kind: 'other' });
  });

  it('[HK3] an agent is its session, and a subagent one of its own within it', () => {
    expect(parse(claudeCode, 'subagent-write')).toMatchObject({ agent: `${agent}/Explore:agent-a7d31f0c2e91` });
  });

  it('[HK4] nothing is printed where there is nothing to say', () => {
    for (const name of ['pre-write', 'post-write', 'pre-read', 'pre-bash', 'session-start']) {
      expect(printed(claudeCode, name, { do: 'nothing' })).toBeUndefined();
    }
  });

  it('[HK5] a merged Write goes on with the complete input and a note, and takes no question from the user', () => {
    const merged: Verdict = { do: 'merged', content: bytes('# Plan\n\none\ntwo é\n'), note: 'merged with b' };
    expect(printed(claudeCode, 'pre-write', merged)).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        updatedInput: { file_path: '/w/app/notes/plan.md', content: '# Plan\n\none\ntwo é\n' },
        additionalContext: 'merged with b',
      },
    });
    expect(printed(claudeCode, 'subagent-write', merged)).toMatchObject({
      hookSpecificOutput: { permissionDecision: 'allow', updatedInput: { file_path: '/w/app/notes/plan.md' } },
    });
  });

  it('[HK6] a replacement is never rewritten: it goes on with the note', () => {
    const merged: Verdict = { do: 'merged', content: bytes('x'), note: 'moved' };
    for (const name of ['pre-edit', 'pre-multiedit', 'pre-notebook', 'post-write']) {
      expect(Object.keys((printed(claudeCode, name, merged) as Fields)['hookSpecificOutput'] as Fields)).toEqual([
        'hookEventName',
        'additionalContext',
      ]);
    }
  });

  it('[HK7] a stop is the decision in JSON with the packet: deny before the tool, block after it', () => {
    const stop: Verdict = { do: 'stop', note: 'CONFLICT on notes/plan.md …' };
    expect(printed(claudeCode, 'pre-write', stop)).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: 'CONFLICT on notes/plan.md …',
      },
    });
    expect(printed(claudeCode, 'post-write', stop)).toEqual({
      decision: 'block',
      reason: 'CONFLICT on notes/plan.md …',
    });
  });
});

describe('NotebookEdit', () => {
  const book = (source: string): string =>
    `${JSON.stringify({ cells: [{ cell_type: 'code', id: 'c1', metadata: {}, execution_count: 3, outputs: [{ x: 1 }], source }], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;

  it('[HK8] is the whole notebook with that cell changed, so that a stale cell clashes with what another made of it', () => {
    const event = parse(claudeCode, 'pre-notebook', () => book('print(1)'));
    const cell = { cell_type: 'code', id: 'c1', metadata: {}, execution_count: null, outputs: [], source: 'print(2)' };
    const content = `${JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
    expect(event).toMatchObject({ kind: 'before', writes: [{ path: '/w/app/n.ipynb', change: { content } }] });
  });

  it('[HK8] after the call is what lies there where it shows the change; what cannot be told is left to the tool', () => {
    const after = { ...fixture('claude-code/pre-notebook'), hook_event_name: 'PostToolUse' };
    const change = (text: string | undefined, body: Fields = after): unknown =>
      (claudeCode.parse(body, () => text, {}) as Extract<HostEvent, { kind: 'before' | 'after' }>).writes[0]?.change;
    expect(change(book('print(2)'))).toEqual({ content: book('print(2)') });
    expect(change(undefined)).toEqual({ opaque: true });
    expect(change('no notebook')).toEqual({ opaque: true });
    const insert = {
      ...after,
      hook_event_name: 'PreToolUse',
      tool_input: { notebook_path: '/n.ipynb', new_source: 'x', edit_mode: 'insert' },
    };
    expect(change(book('print(1)'), insert)).toEqual({ opaque: true });
  });
});

describe('tools that a host does not come with', () => {
  it('[HK9] are understood by the list of the user, as commands where it says no more', () => {
    const listed = readTools({
      'mcp__filesystem__write*': { write: 'path', content: 'content' },
      mcp__db__run: 'command',
      bad: 7,
    });
    expect(Object.keys(listed)).toEqual(['mcp__filesystem__write*', 'mcp__db__run']);
    expect(parse(claudeCode, 'pre-mcp', nothingThere, listed)).toMatchObject({
      kind: 'before',
      writes: [{ path: '/w/app/notes/x.md', change: { content: 'x\n' } }],
    });
    const asCommand = readTools(['mcp__filesystem__write_file']);
    expect(parse(claudeCode, 'pre-mcp', nothingThere, asCommand)).toMatchObject({ kind: 'beforeCommand' });
    expect(parse(claudeCode, 'pre-mcp')).toEqual({ kind: 'other' });
  });
});

describe('Codex', () => {
  it('[HK10] a patch is a set of replacements, each with so much context that it is found once', () => {
    const text =
      'function one() {\n  const x = 1;\n  return x;\n}\nexport function two()\n  const x = 1;\n  return x;\n';
    expect(parse(codex, 'pre-patch', (path) => (path === '/w/app/src/a.ts' ? text : undefined))).toEqual({
      kind: 'before',
      agent: 'codex:5f2c9d0e41aa',
      call: 'call_Xk2',
      writes: [
        {
          path: '/w/app/src/a.ts',
          change: {
            edits: [
              {
                old: 'export function two()\n  const x = 1;\n  return x;\n',
                new: 'export function two()\n  const x = 1;\n  return x + 1;\n',
              },
            ],
          },
        },
        { path: '/w/app/notes/new.md', change: { content: 'hello\nthere\n' } },
        { path: '/w/app/old.txt', change: { delete: true } },
      ],
    });
  });

  it('[HK10] what the patch tool would find in a looser way is left to it, and a failed patch is told as failed', () => {
    expect(parse(codex, 'pre-patch', () => 'something else\n')).toMatchObject({
      writes: [{ change: { opaque: true } }, {}, {}],
    });
    const failed = {
      ...fixture('codex/post-patch'),
      tool_response: 'apply_patch verification failed: Failed to find expected lines',
    };
    expect(codex.parse(failed, nothingThere, {})).toMatchObject({ kind: 'after', failed: true });
    expect(parse(codex, 'post-patch')).not.toHaveProperty('failed');
    expect(parse(codex, 'pre-bash')).toMatchObject({ kind: 'beforeCommand', command: 'cargo fmt' });
    expect(parse(codex, 'session-start')).toMatchObject({ kind: 'session' });
  });

  it('[HK10] it is told nothing but what Codex takes: a denial with its reason, or more context', () => {
    expect(printed(codex, 'pre-patch', { do: 'merged', content: bytes('x'), note: 'moved' })).toEqual({
      hookSpecificOutput: { hookEventName: 'PreToolUse', additionalContext: 'moved' },
    });
    expect(printed(codex, 'pre-patch', { do: 'stop', note: 'CONFLICT' })).toEqual({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: 'CONFLICT',
      },
    });
    expect(printed(codex, 'pre-patch', { do: 'nothing' })).toBeUndefined();
  });
});

describe('opencode', () => {
  it('[HK11] the two events of a tool are its call before and after', () => {
    const writes = [{ path: '/w/app/notes/plan.md', change: { content: 'one\n' } }];
    const agent = 'opencode:feQ8sT2vWxYz';
    expect(parse(opencode, 'before-write')).toEqual({ kind: 'before', agent, call: 'call_00_9d', writes });
    expect(parse(opencode, 'after-write')).toMatchObject({ kind: 'after', call: 'call_00_9d', writes });
    expect(parse(opencode, 'before-edit')).toMatchObject({
      writes: [{ change: { edits: [{ old: 'a', new: 'b', all: true }] } }],
    });
    expect(parse(opencode, 'before-bash')).toMatchObject({ kind: 'beforeCommand', command: 'npm test' });
    expect(parse(opencode, 'before-patch', () => 'const a = 1;\n')).toMatchObject({
      writes: [{ path: '/w/app/src/a.ts', change: { edits: [{ old: 'const a = 1;\n', new: 'const a = 2;\n' }] } }],
    });
    // The names of its second generation, which tells of tools that failed too.
    const second = { sessionID: 'ses_1', callID: 'c', directory: '/w/app', event: 'tool.execute.after', failed: true };
    const edit = { tool: 'edit', args: { path: 'notes/plan.md', oldString: 'a', newString: 'b' } };
    expect(opencode.parse({ ...second, ...edit }, nothingThere, {})).toMatchObject({
      ...{
        kind: 'after',
        failed: true,
        writes: [{ path: '/w/app/notes/plan.md', change: { edits: [{ old: 'a', new: 'b' }] } }],
      },
    });
    const shell = { tool: 'shell', args: { command: 'npm test' } };
    expect(opencode.parse({ ...second, ...shell }, nothingThere, {})).toMatchObject({ kind: 'afterCommand' });
  });

  it('[HK11] the plugin is told the complete arguments, what to throw, or what to add', () => {
    expect(printed(opencode, 'before-write', { do: 'merged', content: bytes('two\n'), note: 'merged' })).toEqual({
      note: 'merged',
      args: { filePath: '/w/app/notes/plan.md', content: 'two\n' },
    });
    expect(printed(opencode, 'before-write', { do: 'stop', note: 'CONFLICT' })).toEqual({ stop: 'CONFLICT' });
    expect(printed(opencode, 'after-write', { do: 'stop', note: 'CONFLICT' })).toEqual({ note: 'CONFLICT' });
    expect(printed(opencode, 'after-write', { do: 'nothing' })).toBeUndefined();
  });
});

describe('Cursor', () => {
  it('[HK12] an edit is told afterwards, as replacements where the disk shows them', () => {
    const edits = [{ old: 'const a = 1;', new: 'const a = 2;' }];
    expect(parse(cursor, 'after-file-edit', () => 'const a = 2;\n')).toMatchObject({
      kind: 'after',
      writes: [{ change: { edits } }],
    });
    expect(parse(cursor, 'after-file-edit', () => 'other\n')).toMatchObject({ writes: [{ change: { opaque: true } }] });
    expect(parse(cursor, 'before-read-file')).toMatchObject({ kind: 'read', path: '/w/app/src/a.ts' });
    const [before, after] = [parse(cursor, 'before-shell'), parse(cursor, 'after-shell')];
    expect(before).toMatchObject({ kind: 'beforeCommand', command: 'npm run format' });
    expect(after).toEqual({ ...before, kind: 'afterCommand' });
  });

  it('[HK12] it is answered with JSON always, and without a permission where there is nothing to stop', () => {
    expect(printed(cursor, 'before-shell', { do: 'nothing' })).toEqual({});
    expect(printed(cursor, 'before-shell', { do: 'note', note: 'moved' })).not.toHaveProperty('permission');
    expect(printed(cursor, 'before-shell', { do: 'stop', note: 'CONFLICT' })).toMatchObject({ permission: 'deny' });
  });
});

describe('every host', () => {
  it('[HK13] a failure of entente is said, and stops a tool only where the user chose so', () => {
    const before = { 'claude-code': 'pre-write', codex: 'pre-patch', cursor: 'before-shell', opencode: 'before-write' };
    for (const host of [claudeCode, codex, cursor, opencode]) {
      const body = fixture(`${host.name}/${before[host.name]}`);
      expect(host.fail(body, 'entente could not', 'open')).toContain('entente could not');
      expect(host.fail(body, 'entente could not', 'open')).not.toMatch(/deny|"stop"/);
      expect(host.fail(body, 'entente could not', 'block')).toMatch(/"deny"|"stop"/);
    }
  });

  it('[HK14] a note has 200 tokens at most, counted as four characters each', () => {
    expect(shortNote('x'.repeat(5000)).length / 4).toBeLessThanOrEqual(200);
    expect(shortNote('x'.repeat(NOTE_LENGTH))).toHaveLength(NOTE_LENGTH);
  });

  it('[HK15] the verdicts on the files of one call are one: one file that must not be written stops the call', () => {
    const stop: Verdict = { do: 'stop', note: 'CONFLICT' };
    expect(joinVerdicts([])).toEqual({ do: 'nothing' });
    expect(joinVerdicts([{ do: 'nothing' }, stop])).toBe(stop);
    expect(joinVerdicts([{ do: 'note', note: 'a' }, stop])).toEqual({ do: 'stop', note: 'a\nCONFLICT' });
    expect(
      joinVerdicts([
        { do: 'note', note: 'a' },
        { do: 'note', note: 'b' },
      ]),
    ).toEqual({ do: 'note', note: 'a\nb' });
  });
});
