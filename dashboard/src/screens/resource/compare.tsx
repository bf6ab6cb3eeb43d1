// Two versions side by side; one column where there is little room. The editor stands in a shadow root: a document would
// need inline styles for it, which the page's policy forbids.
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sizeOf, textOf } from '../../api/bytes.ts';
import { readHead } from '../../api/resources.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Trouble } from '../../parts/states.tsx';

/** Beyond this no diff is drawn. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Below this width two columns are too narrow to read. */
const NARROW = 760;

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--raised)', fontSize: '12.5px' },
  '.cm-content, .cm-gutters': { fontFamily: 'var(--mono)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--soft)', borderRight: '1px solid var(--line)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--bad-wash)' },
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--good-wash)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'var(--removed-word)' },
  '&.cm-merge-b .cm-changedText, .cm-changedText': { background: 'var(--added-word)' },
  '.cm-collapsedLines': { background: 'var(--sunken)', color: 'var(--soft)' },
  '.cm-specialChar': { color: 'var(--warn)', fontWeight: 'bold' },
});

const side = (label: string): Extension => [
  lineNumbers(),
  highlightSpecialChars({ addSpecialChars: /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g }),
  EditorView.lineWrapping,
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  look,
];

const diffConfig = { scanLimit: 2000, timeout: 250 };
const collapseUnchanged = { margin: 3, minSize: 8 };

function draw(place: ShadowRoot, before: string, after: string, from: string, to: string): () => void {
  if (innerWidth < NARROW) {
    const view = new EditorView({
      ...{ doc: after, root: place, parent: place },
      extensions: [
        side(`From ${from} to ${to}`),
        unifiedMergeView({ original: before, mergeControls: false, diffConfig, collapseUnchanged }),
      ],
    });
    return () => view.destroy();
  }
  const view = new MergeView({
    ...{ root: place, parent: place, diffConfig, collapseUnchanged },
    a: { doc: before, extensions: side(from) },
    b: { doc: after, extensions: side(to) },
  });
  return () => view.destroy();
}

export interface CompareProps {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** The text of a version; `''` for a deleted one, undefined for what is no text to compare. */
async function textOfVersion(id: string, version: number, signal: AbortSignal): Promise<string | undefined> {
  const found = await readHead(id, { version, content: true, signal });
  if (found === undefined) return undefined;
  if (found.head.deleted) return '';
  if ((found.head.size ?? 0) > MOST_BYTES || found.content === undefined) return undefined;
  return textOf({ content: found.content, encoding: found.encoding ?? 'utf8' });
}

export function Compare({ id, from, to }: CompareProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [same, setSame] = useState(false);
  const { value, fault, reload } = useLoaded(`${id} ${from} ${to}`, async (signal) => {
    const [before, after] = await Promise.all([textOfVersion(id, from, signal), textOfVersion(id, to, signal)]);
    return { before, after };
  });
  useEffect(() => {
    const { before, after } = value ?? {};
    if (place.current === null || before === undefined || after === undefined) return undefined;
    setSame(before === after);
    const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: 'open' });
    return draw(root, before, after, `Version ${from}`, `Version ${to}`);
  }, [value]);
  if (fault !== undefined) return <Trouble fault={fault} retry={reload} />;
  if (value !== undefined && (value.before === undefined || value.after === undefined))
    return <p>One of them is no text, or more than {sizeOf(MOST_BYTES)}: save both and compare them with a tool.</p>;
  return (
    <div class="compare">
      <p class="compare-heads">
        <span>Version {from}</span>
        <span>Version {to}</span>
      </p>
      {same && <p>Both hold the same.</p>}
      <div ref={place} class="compare-place" />
    </div>
  );
}
