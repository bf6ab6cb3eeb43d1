// What merged by itself: listed, folded, and where the text is put together here each can be taken back.
import type { JSX } from 'preact';
import { textOf } from '../../api/bytes.ts';
import type { Who } from '../../api/types.ts';
import { Diff } from '../../parts/diff.tsx';
import { Plain } from '../../parts/plain.tsx';
import { SideLetter } from '../../parts/who.tsx';
import { isJoined } from './choices.ts';
import type { Desk } from './desk.ts';

function Whose({ by }: { readonly by: Who }): JSX.Element {
  if (by === 'both') {
    return (
      <>
        <SideLetter of="A" /> <SideLetter of="B" /> both alike
      </>
    );
  }
  return (
    <>
      only <SideLetter of={by === 'current' ? 'A' : 'B'} />
    </>
  );
}

export function MergedPlaces({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const { view, choices } = desk;
  const { merged, parts = [] } = view;
  if (merged.length === 0) return null;
  // The parts that merged, in the order of the list: each can be taken back by its index.
  const indices = isJoined(view) ? parts.flatMap(({ type }, index) => (type === 'merged' ? [index] : [])) : [];
  const taken = choices.reverted.size;
  return (
    <details class="card merged">
      <summary>
        {merged.length === 1 ? '1 place merged by itself' : `${merged.length} places merged by themselves`}
        {taken > 0 && `, ${taken} taken back`}
      </summary>
      <ol>
        {merged.map(({ by, where, before, after }, index) => {
          const part = indices.length === merged.length ? indices[index] : undefined;
          const back = part !== undefined && choices.reverted.has(part);
          return (
            <li key={index} class={back ? 'back' : ''}>
              <div class="row">
                <h3 class="grow">
                  <Plain text={where} /> · <Whose by={by} />
                </h3>
                {part !== undefined && (
                  <button type="button" class="small" aria-pressed={back} onClick={() => desk.toggleMerged(part)}>
                    {back ? 'Merge it again' : 'Take it back'}
                  </button>
                )}
              </div>
              <Diff before={textOf(before) ?? ''} after={textOf(after) ?? ''} label={`Merged by itself: ${where}`} />
            </li>
          );
        })}
      </ol>
    </details>
  );
}
