// The result: what will be saved, in an editor. Edited by hand it is nobody's but the decider's, and choices leave it alone.
import type { JSX } from 'preact';
import { Editor } from '../../parts/editor.tsx';
import type { Desk } from './desk.ts';

export function ResultPane({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const { result, edited, open, view } = desk;
  if (result === undefined) return null;
  return (
    <section class="result" aria-labelledby="result-title">
      <div class="place-head">
        <h2 id="result-title">
          Result{' '}
          <span class="quiet">
            {edited
              ? 'edited by hand'
              : open > 0 && view.form !== 'whole'
                ? `${open} open: as A has it`
                : 'what will be saved'}
          </span>
        </h2>
        {edited && view.form !== 'whole' && (
          <button type="button" class="small" onClick={desk.fromChoices}>
            From the choices again
          </button>
        )}
      </div>
      <Editor text={result} label="Result" onEdit={desk.edit} />
      <p class="quiet hint">
        <kbd>e</kbd> edits, <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves. Nothing is saved until you resolve.
      </p>
    </section>
  );
}
