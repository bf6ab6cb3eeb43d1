// One place that clashes: what each side made of the base, what was decided before, and the choice.
import type { JSX } from 'preact';
import { textOf } from '../../api/bytes.ts';
import type { SideName, Use, ViewRegion } from '../../api/types.ts';
import { Code, Diff } from '../../parts/diff.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent, type Letter, SideLetter } from '../../parts/who.tsx';
import { conflictView } from '../../shell/settings.ts';
import { textFor } from './choices.ts';
import type { Desk } from './desk.ts';

interface SideProps {
  readonly region: ViewRegion;
  readonly letter: Letter;
  readonly agent: string | undefined;
  readonly index: number;
}

const SIDES = { A: 'current', B: 'proposed' } as const;

function SideChange({ region, letter, agent, index }: SideProps): JSX.Element {
  const after = textOf(region[SIDES[letter]]);
  // Both made it anew: what differs between them is all there is to compare.
  const from = letter === 'B' && region.base === undefined && region.current !== undefined ? 'A' : 'base';
  const before = textOf(from === 'A' ? region.current : region.base);
  return (
    <div class={`place-side side-${letter.toLowerCase()}`}>
      <h3>
        <span class="quiet">{from} →</span> <SideLetter of={letter} /> <Agent name={agent} />
      </h3>
      {after === undefined ? (
        <p class="quiet">{region[SIDES[letter]] === undefined ? 'Takes it out.' : 'No text: it cannot be shown.'}</p>
      ) : (
        <Diff before={before ?? ''} after={after} label={`Place ${index + 1}, from ${from} to ${letter}`} />
      )}
    </div>
  );
}

function Column({
  region,
  side,
  index,
}: {
  readonly region: ViewRegion;
  readonly side: SideName;
  readonly index: number;
}): JSX.Element {
  const text = textOf(region[side]);
  const name = side === 'base' ? 'Base' : side === 'current' ? 'A' : 'B';
  return (
    <div class={`place-side ${side === 'base' ? 'side-base' : `side-${name.toLowerCase()}`}`}>
      <h3>{name === 'Base' ? name : <SideLetter of={name as Letter} />}</h3>
      {text === undefined ? (
        <p class="quiet">Nothing here.</p>
      ) : (
        <Code text={text} label={`Place ${index + 1}, ${name}`} />
      )}
    </div>
  );
}

function Recorded({ region, index }: { readonly region: ViewRegion; readonly index: number }): JSX.Element | null {
  const { recorded } = region;
  if (recorded === undefined) return null;
  return (
    <div class="place-side side-offer">
      <h3>
        Decided before by <Agent name={recorded.agent} /> <Time at={recorded.at} />
      </h3>
      <p class="quiet">
        On <Plain text={recorded.resource} />
        {recorded.reason !== undefined && (
          <>
            : <Plain text={recorded.reason} />
          </>
        )}
        {recorded.elsewhere === true && ' (at another place of a document)'}
      </p>
      <Diff
        before={textOf(region.base) ?? ''}
        after={textFor(region, 'recorded')}
        label={`Place ${index + 1}, as decided before`}
      />
    </div>
  );
}

const CHOICES: readonly { readonly use: Use | 'recorded'; readonly key: string; readonly text: string }[] = [
  { use: 'current', key: '1', text: 'Take A' },
  { use: 'proposed', key: '2', text: 'Take B' },
  { use: 'both', key: '3', text: 'Both, A first' },
  { use: 'recorded', key: '4', text: 'As before' },
  { use: 'base', key: 'b', text: 'Base' },
];

export interface PlaceProps {
  readonly desk: Desk;
  readonly region: ViewRegion;
  readonly index: number;
}

export function Place({ desk, region, index }: PlaceProps): JSX.Element {
  const { view, choices, at } = desk;
  const chosen = choices.places.get(region.id);
  const active = at === index;
  const title = `Conflict ${index + 1} of ${view.regions.length}`;
  const agents = { A: view.conflict.current.agent, B: view.conflict.proposed.agent };
  return (
    <article
      class={`place card${active ? ' active' : ''}${chosen === undefined ? '' : ' chosen'}`}
      data-place={index}
      aria-labelledby={`place-${index}`}
      aria-current={active ? 'true' : undefined}
    >
      <div class="place-head">
        <h2 id={`place-${index}`}>
          {title} <span class="quiet">· {region.where}</span>
        </h2>
        <span class={chosen === undefined ? 'badge' : 'badge good'}>
          {chosen === undefined ? 'open' : `✓ ${CHOICES.find(({ use }) => use === chosen)?.text}`}
        </span>
      </div>
      {region.reason !== undefined && (
        <p class="quiet">
          <Plain text={region.reason} />
        </p>
      )}
      {conflictView.value === 'inline' ? (
        <div class="place-sides">
          <SideChange region={region} letter="A" agent={agents.A} index={index} />
          <SideChange region={region} letter="B" agent={agents.B} index={index} />
          <Recorded region={region} index={index} />
        </div>
      ) : (
        <div class="place-sides three">
          <Column region={region} side="current" index={index} />
          <Column region={region} side="base" index={index} />
          <Column region={region} side="proposed" index={index} />
          <Recorded region={region} index={index} />
        </div>
      )}
      <div class="row" role="group" aria-label={`${title}: choose`}>
        {CHOICES.filter(({ use }) => use !== 'recorded' || region.recorded !== undefined).map(({ use, key, text }) => (
          <button
            key={use}
            type="button"
            class={`choice choice-${use}`}
            aria-pressed={chosen === use}
            onClick={() => desk.choose(use, index)}
          >
            {text}{' '}
            <span class="kbd" aria-hidden="true">
              {key}
            </span>
          </button>
        ))}
      </div>
    </article>
  );
}
