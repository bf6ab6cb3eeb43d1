// The result: what will be saved, in an editor. Edited by hand it is nobody's but the decider's, and choices leave it alone.
import type { JSX } from 'preact';
import { Diff } from '../../parts/diff.tsx';
import { Editor } from '../../parts/editor.tsx';
import type { Desk } from './desk.ts';

/** A text from before the resource moved: shown beside what is the result now, and taken only as a whole and on demand. */
function Earlier({ desk, result }: { readonly desk: Desk; readonly result: string }): JSX.Element | null {
  const { earlier } = desk;
  if (earlier === undefined) return null;
  return (
    <div class="card earlier">
      <h3>Your text from before the resource moved</h3>
      <p>It is kept, and it is not the result: it knows nothing of what came since. This is what it would change:</p>
      <Diff before={result} after={earlier} label="From the result to your earlier text" />
      <div class="row">
        <button
          type="button"
          onClick={() => {
            desk.edit(earlier);
            desk.dropEarlier();
          }}
        >
          Put it into the result
        </button>
        <button type="button" class="link" onClick={desk.dropEarlier}>
          Drop it
        </button>
      </div>
    </div>
  );
}

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
      <Earlier desk={desk} result={result} />
      <Editor text={result} label="Result" onEdit={desk.edit} />
      <p class="quiet hint">
        <kbd>e</kbd> edits, <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves. Nothing is saved until you resolve.
      </p>
    </section>
  );
}
