// Random change logs and logs of records, and edits of them such as people and programs make. Each entry and each record is
// known by a mark of its own, so that what became of it can be told.
import type { Triple } from './merges.ts';
import type { Random } from './random.ts';

interface Section {
  readonly title: string;
  readonly entries: readonly string[];
}

interface Release {
  readonly title: string;
  readonly sections: readonly Section[];
}

interface Maker {
  readonly random: Random;
  readonly tag: string;
  count: number;
}

const TITLES = ['### Added', '### Changed', '### Fixed'];

const entry = (maker: Maker): string => `${maker.random.pick(['log', 'merge', 'read'])} ${maker.tag}${maker.count++}`;

function newSection(maker: Maker): Section {
  const entries = Array.from({ length: 1 + maker.random.below(3) }, () => entry(maker));
  return { title: maker.random.pick(TITLES), entries };
}

function newRelease(maker: Maker, title: string): Release {
  const { random } = maker;
  const sections = random.chance(0.3)
    ? [{ title: '', entries: [entry(maker), entry(maker)] }]
    : Array.from({ length: 1 + random.below(2) }, () => newSection(maker));
  return { title, sections };
}

function writeLog(releases: readonly Release[], isLoose: boolean): string {
  const lines = releases.flatMap(({ title, sections }) => [
    title,
    '',
    ...sections.flatMap((section) => [
      ...(section.title === '' ? [] : [section.title, ...(isLoose ? [''] : [])]),
      ...section.entries.map((each) => `- ${each}`),
      '',
    ]),
  ]);
  return ['# Changes', '', ...lines].join('\n');
}

function editedSection(maker: Maker, section: Section): Section {
  const { random } = maker;
  const entries = [...section.entries];
  const at = random.pick([0, entries.length, random.below(entries.length + 1)]);
  const choice = random.below(8);
  if (choice === 0 && entries.length > 1) entries.splice(at, 1);
  else if (choice === 1 && at < entries.length) entries[at] = `${entries[at]} anew`;
  else entries.splice(at, 0, ...Array.from({ length: 1 + random.below(2) }, () => entry(maker)));
  return { ...section, entries };
}

function editedRelease(maker: Maker, release: Release): Release {
  const { random } = maker;
  const { sections } = release;
  const at = random.below(sections.length + 1);
  const section = sections[at];
  if (section === undefined || random.chance(0.15))
    return { ...release, sections: sections.toSpliced(at, 0, newSection(maker)) };
  if (random.chance(0.1)) return { ...release, sections: sections.toSpliced(at, 1) };
  return { ...release, sections: sections.with(at, editedSection(maker, section)) };
}

function editedLog(maker: Maker, releases: readonly Release[]): readonly Release[] {
  const { random, tag } = maker;
  const [first, ...rest] = releases as [Release, ...Release[]];
  const choice = random.below(8);
  // A release: what was not released yet gets a name, with or without a new place for what comes next.
  if (choice === 0) return [{ ...first, title: `## 9.${tag}` }, ...rest];
  if (choice === 1) return [newRelease(maker, '## Unreleased'), { ...first, title: `## 9.${tag}` }, ...rest];
  if (choice === 2) return [first, newRelease(maker, `## 8.${tag}`), ...rest];
  const at = random.chance(0.7) ? 0 : random.below(releases.length);
  return releases.with(at, editedRelease(maker, releases[at] as Release));
}

/** Three change logs: entries come and go under their headings, and releases are made. */
export function changelogTriple(random: Random): Triple {
  const shared: Maker = { random, tag: 'b', count: 0 };
  const titles = ['## Unreleased', '## 2.0.0', '## 1.0.0'].slice(0, 1 + random.below(3));
  const base = titles.map((title) => newRelease(shared, title));
  const isLoose = random.chance(0.5);
  const side = (tag: string): string => {
    const maker: Maker = { random, tag, count: 0 };
    let releases: readonly Release[] = base;
    for (let i = 1 + random.below(2); i > 0; i--) releases = editedLog(maker, releases);
    return writeLog(releases, isLoose);
  };
  return { base: writeLog(base, isLoose), current: side('c'), proposed: side('p') };
}

/** A record by its identity: names and values of its other members, as JSON. */
export interface LoggedRecord {
  readonly id: string;
  readonly members: Readonly<Record<string, number>>;
}

const NAMES = ['a', 'b', 'c', '__proto__', 'd'];

const newRecord = (maker: Maker): LoggedRecord => ({
  id: `${maker.tag}${maker.count++}`,
  members: Object.fromEntries(NAMES.filter(() => maker.random.chance(0.4)).map((name) => [name, maker.count++])),
});

function editedMembers(maker: Maker, record: LoggedRecord): LoggedRecord {
  const { random, tag } = maker;
  const name = random.pick(NAMES);
  const rest = Object.entries(record.members).filter(([each]) => each !== name);
  if (random.chance(0.3)) return { ...record, members: Object.fromEntries(rest) };
  const at = random.below(rest.length + 1);
  const value = 1_000 * (tag === 'c' ? 1 : 2) + maker.count++;
  return { ...record, members: Object.fromEntries(rest.toSpliced(at, 0, [name, random.chance(0.1) ? 7 : value])) };
}

function editedRecords(maker: Maker, records: readonly LoggedRecord[]): readonly LoggedRecord[] {
  const { random } = maker;
  const at = random.below(records.length + 1);
  const record = records[at];
  const choice = random.below(9);
  if (record === undefined || choice < 2) return [...records, newRecord(maker)];
  if (choice === 2) return records.toSpliced(at, 0, newRecord(maker));
  if (choice === 3) return records.toSpliced(at, 1);
  if (choice === 4) return records.toSpliced(at, 1).toSpliced(random.below(records.length), 0, record);
  return records.with(at, editedMembers(maker, record));
}

const writeRecords = (records: readonly LoggedRecord[], isEnded: boolean): string => {
  const lines = records.map(({ id, members }) => {
    const more = Object.entries(members).map(([name, value]) => `,${JSON.stringify(name)}:${value}`);
    return `{"id":${JSON.stringify(id)}${more.join('')}}`;
  });
  return lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : '');
};

/** Three logs of a record a line. */
export function recordsTriple(random: Random): Triple {
  const shared: Maker = { random, tag: 'b', count: 0 };
  const base = Array.from({ length: random.below(6) }, () => newRecord(shared));
  const side = (tag: string): string => {
    const maker: Maker = { random, tag, count: 0 };
    let records: readonly LoggedRecord[] = base;
    for (let i = 1 + random.below(3); i > 0; i--) records = editedRecords(maker, records);
    return writeRecords(records, random.chance(0.95));
  };
  return { base: writeRecords(base, random.chance(0.95)), current: side('c'), proposed: side('p') };
}

/** The records of a log, by their identities, in its order. */
export function recordsIn(text: string): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { id, ...members } = JSON.parse(line) as { readonly id: string };
      return [id, new Map(Object.entries(members))] as const;
    }),
  );
}
