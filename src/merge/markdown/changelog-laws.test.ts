// Laws of the change log engine on random change logs: releases, sections, entries, each entry with a mark of its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAW_TIMEOUT, lawRuns, lawSeed } from '../../../test/support/law-runs.ts';
import { createRandom } from '../../../test/support/random.ts';
import { changelogTriple } from '../../../test/support/random-logs.ts';
import { checkReceipt, type MergeResult, mergeContents } from '../index.ts';
import { areAlike } from './alike.ts';

const options = { numRuns: lawRuns(600), seed: lawSeed(4_072) };
const seeds = fc.integer({ min: 0, max: 0x7fffffff });
const engine = { options: { engine: 'changelog' } };
const show = (side: Uint8Array | null): string => Buffer.from(side ?? []).toString();

type Texts = [base: string, current: string, proposed: string];

interface Entry {
  readonly mark: string;
  readonly line: string;
  /** The release and the section that it stands in. */
  readonly place: string;
}

function entriesOf(text: string): readonly Entry[] {
  let [release, section] = ['', ''];
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) [release, section] = [line, ''];
    else if (line.startsWith('### ')) section = line;
    const mark = /^- \w+ (\w+)/.exec(line)?.[1];
    return mark === undefined ? [] : [{ mark, line, place: `${release} / ${section}` }];
  });
}

type Places = ReadonlyMap<string, Entry>;
const placesOf = (text: string): Places => new Map(entriesOf(text).map((entry) => [entry.mark, entry]));

function standsAsMeant(texts: readonly [string, string, string], merged: string): void {
  const [base, ours, theirs] = texts.map(placesOf) as [Places, Places, Places];
  const written = placesOf(merged);
  expect(written.size, 'an entry is there twice').toBe(entriesOf(merged).length);
  for (const [mark, { place }] of base) {
    const [mine, other] = [ours.get(mark)?.place, theirs.get(mark)?.place];
    expect(written.has(mark), mark).toBe(mine !== undefined && other !== undefined);
    if (!written.has(mark)) continue;
    // Release and section each are those of the side that changed them.
    const [before, mineAt, otherAt, is] = [place, mine, other, written.get(mark)?.place].map((each) =>
      each?.split(' / '),
    );
    for (const level of [0, 1]) {
      const due = mineAt?.[level] === before?.[level] ? otherAt?.[level] : mineAt?.[level];
      expect(is?.[level], mark).toBe(due);
    }
  }
  for (const side of [ours, theirs]) {
    // What looks like an entry of the base that is gone is that entry, reworded.
    const gone = [...base.values()].filter(({ mark }) => !side.has(mark));
    for (const [mark, { line, place }] of side) {
      if (base.has(mark)) continue;
      const isReworded = gone.some((old) => areAlike(old.line, line));
      expect(isReworded ? place : written.get(mark)?.place, mark).toBe(place);
      expect(written.has(mark), mark).toBe(true);
    }
  }
}

/** Titles and releases underlined, and the other way round: of the third level there are none. */
function underlined(text: string): string {
  return text.replace(/^(##?) (.+)$/gm, (_, { length }: string, title: string) => {
    return `${title}\n${(length === 1 ? '=' : '-').repeat(title.length)}`;
  });
}

function marked(text: string): string {
  const heads = /^(.+)\n(=+|-+)$/gm;
  for (const { index } of text.matchAll(heads)) expect(text.slice(0, index), 'a heading goes on').toMatch(/^$|\n\n$/);
  return text.replace(heads, (_, title: string, line: string) => `${line.startsWith('=') ? '#' : '##'} ${title}`);
}

const styles = [
  { style: 'with marks', write: (text: string) => text, read: (text: string) => text },
  { style: 'underlined', write: underlined, read: marked },
];

describe.each(styles)('laws of change logs, headings $style', { timeout: LAW_TIMEOUT }, ({ write, read }) => {
  it('[CG5] [CG6] each entry stands once, under the headings that it was written under, and nothing comes back', () => {
    let clean = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const plain = changelogTriple(createRandom(seed));
        const [base, current, proposed] = [plain.base, plain.current, plain.proposed].map(write) as Texts;
        const merge = (ours: string, theirs: string): MergeResult =>
          mergeContents({ base, current: ours, proposed: theirs, ...engine });
        const [one, other] = [merge(current, proposed), merge(proposed, current)];
        expect(other.status).toBe(one.status);
        if (one.status === 'clean' && other.status === 'clean') {
          clean += 1;
          expect(checkReceipt({ base, current, proposed, ...engine }, one).problems).toEqual([]);
          for (const { content } of [one, other])
            standsAsMeant([plain.base, plain.current, plain.proposed], read(show(content)));
        }
        if (one.status === 'conflict') {
          const favouring = { ...engine.options, favor: 'current' as const };
          const favoured = mergeContents({ base, current, proposed, options: favouring });
          expect(favoured.status === 'clean' && show(favoured.content)).toBe(show(one.partial));
        }
      }),
      options,
    );
    expect(clean).toBeGreaterThan(options.numRuns / 4);
  });
});
