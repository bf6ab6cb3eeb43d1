// The whole of each side, compared with the base: for who wants to see more than the places that clash.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { textOf } from '../../api/bytes.ts';
import { sideContent } from '../../api/conflicts.ts';
import { wordsOf } from '../../api/fault.ts';
import type { ConflictView, SideName } from '../../api/types.ts';
import { Compare } from '../../parts/compare.tsx';
import { type Letter, SideLetter } from '../../parts/who.tsx';

/** The text of a side, read by itself where it is too long to be told with the conflict. */
async function textOfSide(view: ConflictView, name: SideName): Promise<string> {
  const side = view.conflict[name];
  if (side === undefined || side.deleted) return '';
  const { content, encoding } = side;
  if (content !== undefined) return textOf({ content, ...(encoding === undefined ? {} : { encoding }) }) ?? '';
  return (await sideContent(view.conflict.id, name)).text();
}

function WholeSide({ view, letter }: { readonly view: ConflictView; readonly letter: Letter }): JSX.Element {
  const [texts, setTexts] = useState<readonly [string, string] | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const read = async (): Promise<void> => {
    try {
      setTexts(
        await Promise.all([textOfSide(view, 'base'), textOfSide(view, letter === 'A' ? 'current' : 'proposed')]),
      );
    } catch (error) {
      setFault(wordsOf(error));
    }
  };
  return (
    <details
      class="whole-side"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && texts === undefined) void read();
      }}
    >
      <summary>
        All of <SideLetter of={letter} />, compared with the base
      </summary>
      {fault !== undefined && <p class="bad">{fault}</p>}
      {texts !== undefined && (
        <Compare before={texts[0]} after={texts[1]} label={`All of ${letter}, compared with the base`} />
      )}
    </details>
  );
}

export function WholeSides({ view }: { readonly view: ConflictView }): JSX.Element | null {
  if (view.form === 'whole') return null;
  return (
    <div>
      <WholeSide view={view} letter="A" />
      <WholeSide view={view} letter="B" />
    </div>
  );
}
