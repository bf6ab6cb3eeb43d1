// Random source code in three languages: functions and classes with members, every name and every line of a body written
// once, and edits of it such as people make: a class cut in two, a member moved, a function renamed. What a text declares,
// and where, can be read off its lines again, so that what became of it is known without a parser.
import type { Triple } from './merges.ts';
import type { Random } from './random.ts';

interface Item {
  readonly name: string;
  readonly body: readonly string[];
}

interface Owner {
  readonly name: string;
  readonly members: readonly Item[];
}

type Top = Item | Owner;

interface Maker {
  readonly random: Random;
  readonly tag: string;
  count: number;
}

/** Something that a text declares: its name, what it is a member of, the marks of its body. */
export interface Found {
  readonly name: string;
  readonly owner: string;
  readonly marks: readonly string[];
}

const isOwner = (top: Top): top is Owner => 'members' in top;

interface Writer {
  readonly function: (item: Item) => readonly string[];
  readonly member: (item: Item) => readonly string[];
  readonly open: (owner: Owner) => string;
  readonly close: readonly string[];
  readonly head: readonly string[];
  readonly gap: readonly string[];
}

const writers: { readonly [path: string]: Writer } = {
  'a.ts': {
    head: [],
    gap: [''],
    function: ({ name, body }) => [`function ${name}() {`, ...body.map((mark) => `  log('${mark}');`), '}'],
    member: ({ name, body }) => [`  ${name}() {`, ...body.map((mark) => `    log('${mark}');`), '  }'],
    open: ({ name }) => `class ${name} {`,
    close: ['}'],
  },
  'a.py': {
    head: [],
    gap: ['', ''],
    function: ({ name, body }) => [`def ${name}():`, ...body.map((mark) => `    log('${mark}')`)],
    member: ({ name, body }) => [`    def ${name}(self):`, ...body.map((mark) => `        log('${mark}')`)],
    open: ({ name }) => `class ${name}:`,
    close: [],
  },
  'a.go': {
    head: ['package a', ''],
    gap: [''],
    function: ({ name, body }) => [`func ${name}() {`, ...body.map((mark) => `\tlog("${mark}")`), '}'],
    member: ({ name, body }) => [`\t${name} int // '${body.join("' '")}'`],
    open: ({ name }) => `type ${name} struct {`,
    close: ['}'],
  },
};

export const classPaths: readonly string[] = Object.keys(writers);

function write(path: string, tops: readonly Top[], isLoose: boolean): string {
  const writer = writers[path] as Writer;
  const lines = tops.flatMap((top) => {
    if (!isOwner(top)) return [...writer.function(top), ...writer.gap];
    const members = top.members.flatMap((item, i) => [...(i > 0 && isLoose ? [''] : []), ...writer.member(item)]);
    return [writer.open(top), ...members, ...writer.close, ...writer.gap];
  });
  return `${[...writer.head, ...lines].join('\n')}\n`;
}

const OPEN = /^(?:class|type) (\w+)/;
const FUNCTION = /^(?:function|def|func) (\w+)/;
const MEMBER = /^(?: {4}def | {2}|\t)(m\w+)\b/;
const MARK = /'(\w+)'|"(\w+)"/g;

/** What a text declares, in its order. */
export function declaredInLines(text: string): readonly Found[] {
  const found: { name: string; owner: string; marks: string[] }[] = [];
  let owner = '';
  for (const line of text.split('\n')) {
    const opened = OPEN.exec(line)?.[1];
    const top = FUNCTION.exec(line)?.[1];
    const member = MEMBER.exec(line)?.[1];
    if (opened !== undefined) owner = opened;
    else if (top !== undefined || line === '}') owner = '';
    const name = opened ?? top ?? member;
    if (name !== undefined) found.push({ name, owner: opened === undefined ? owner : '', marks: [] });
    for (const [, one, other] of line.matchAll(MARK)) found.at(-1)?.marks.push(one ?? other ?? '');
  }
  return found;
}

const next = (maker: Maker, sort: string): string => `${sort}${maker.tag}${maker.count++}`;

function newItem(maker: Maker, sort: 'f' | 'm'): Item {
  const body = Array.from({ length: 1 + maker.random.below(3) }, () => next(maker, 's'));
  return { name: next(maker, sort), body };
}

function newOwner(maker: Maker): Owner {
  const members = Array.from({ length: 1 + maker.random.below(4) }, () => newItem(maker, 'm'));
  return { name: next(maker, 'K'), members };
}

function editedBody(maker: Maker, item: Item): Item {
  const { random } = maker;
  const body = [...item.body];
  const at = random.below(body.length + 1);
  const isGone = random.chance(0.4);
  body.splice(at, isGone ? 1 : 0, ...(random.chance(0.8) ? [next(maker, 's')] : []));
  return body.length === 0 ? item : { ...item, body };
}

function moved<T>(random: Random, list: readonly T[]): readonly T[] {
  const rest = [...list];
  const taken = rest.splice(random.below(rest.length), 1);
  rest.splice(random.below(rest.length + 1), 0, ...taken);
  return rest;
}

function editedList(maker: Maker, list: readonly Item[], sort: 'f' | 'm'): readonly Item[] {
  const { random } = maker;
  const at = random.below(list.length + 1);
  const item = list[at];
  const choice = random.below(8);
  if (item === undefined || choice < 2) return list.toSpliced(at, 0, newItem(maker, sort));
  if (choice === 2) return list.length > 1 ? list.toSpliced(at, 1) : list;
  if (choice === 3) return list.with(at, { ...item, name: next(maker, sort) });
  if (choice === 4) return moved(random, list);
  return list.with(at, editedBody(maker, item));
}

/** One edit of a class: cut in two, named anew, a member of it moved to another, or its list of members changed. */
function editedOwner(maker: Maker, tops: readonly Top[], at: number, owner: Owner): readonly Top[] {
  const { random } = maker;
  const { members } = owner;
  const choice = random.below(6);
  if (choice === 0 && members.length > 1) {
    const cut = 1 + random.below(members.length - 1);
    const second = { name: next(maker, 'K'), members: members.slice(cut) };
    return tops.toSpliced(at, 1, { ...owner, members: members.slice(0, cut) }, second);
  }
  if (choice === 1) return tops.with(at, { ...owner, name: next(maker, 'K') });
  const others = tops.flatMap((top, i) => (isOwner(top) && i !== at ? [i] : []));
  const place = random.below(members.length);
  if (choice === 2 && others.length > 0 && members.length > 1) {
    const to = random.pick(others);
    const other = tops[to] as Owner;
    const target = { ...other, members: other.members.toSpliced(random.below(9), 0, members[place] as Item) };
    return tops.with(at, { ...owner, members: members.toSpliced(place, 1) }).with(to, target);
  }
  return tops.with(at, { ...owner, members: editedList(maker, members, 'm') });
}

function edited(maker: Maker, tops: readonly Top[]): readonly Top[] {
  const { random } = maker;
  const at = random.below(tops.length + 1);
  const top = tops[at];
  const choice = random.below(8);
  if (top === undefined || choice === 0) {
    return tops.toSpliced(at, 0, random.chance(0.3) ? newOwner(maker) : newItem(maker, 'f'));
  }
  if (choice === 1) return tops.length > 1 ? tops.toSpliced(at, 1) : tops;
  if (choice === 2) return moved(random, tops);
  if (isOwner(top)) return editedOwner(maker, tops, at, top);
  return tops.with(at, choice === 3 ? { ...top, name: next(maker, 'f') } : editedBody(maker, top));
}

/** Three texts of one language; all have blank lines between members, or none has. */
export function classTriple(random: Random, path: string): Triple {
  const shared: Maker = { random, tag: 'b', count: 0 };
  const count = 2 + random.below(4);
  const base: readonly Top[] = Array.from({ length: count }, () =>
    random.chance(0.5) ? newOwner(shared) : newItem(shared, 'f'),
  );
  const isLoose = random.chance(0.5);
  const side = (tag: string): string => {
    const maker: Maker = { random, tag, count: 0 };
    let tops = base;
    for (let i = 1 + random.below(2); i > 0; i--) tops = edited(maker, tops);
    return write(path, tops, isLoose);
  };
  return { base: write(path, base, isLoose), current: side('c'), proposed: side('p') };
}
