// CodeMirror, with no more than a text needs: this module is what makes its chunk, so import it lazily alone.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension, Transaction } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';

export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly onEdit?: (text: string) => void;
}

export interface OpenEditor {
  /** Shows another text, unless it is the one that is there. It is no edit: `onEdit` does not hear of it. */
  setText(text: string): void;
  /** Brings a line into sight, from 0. */
  show(line: number): void;
  close(): void;
}

const look: Extension = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--raised)', fontSize: '12.5px', maxHeight: 'min(440px, 60vh)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--soft)', backgroundColor: 'var(--sunken)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--accent-wash)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in oklab, var(--accent) 30%, transparent)',
  },
  '.cm-specialChar': { color: 'var(--warn)', fontWeight: '700' },
  '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--good-wash)' },
  '&.cm-merge-b .cm-changedText': { background: 'var(--added-word)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-wash)' },
  '.cm-deletedChunk .cm-deletedText': { background: 'var(--removed-word)' },
  '.cm-collapsedLines': { color: 'var(--soft)', background: 'var(--sunken)' },
});

/** What changed has a sign too: a colour never says it alone. */
const signs: Extension = EditorView.theme({
  '.cm-line, .cm-deletedLine': { position: 'relative', paddingLeft: '20px' },
  '.cm-deletedChunk': { paddingLeft: '0' },
  '.cm-changedLine::before, .cm-inlineChangedLine::before, .cm-deletedLine::before': {
    position: 'absolute',
    left: '6px',
    fontWeight: '700',
  },
  '.cm-changedLine::before, .cm-inlineChangedLine::before': { content: '"+"', color: 'var(--good)' },
  '.cm-deletedLine::before': { content: '"−"', color: 'var(--bad)' },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
});

/** Hidden characters beyond CodeMirror's own: lookups by code point, as everywhere in the dashboard. */
const special: Extension = highlightSpecialChars({
  addSpecialChars: /\u200c|\u200d|[\u2060-\u2064]|[\u{e0000}-\u{e007f}]/u,
});

/** Without what opens a blank line: that key is for the screen, to resolve. */
const editing = defaultKeymap.filter(({ key }) => key !== 'Mod-Enter');

const common = (label: string): Extension => [
  ...[lineNumbers(), special, drawSelection(), EditorView.lineWrapping, look],
  EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
];

function rootOf(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: 'open' });
}

export function openEditor(host: HTMLElement, { text, label, onEdit }: EditorOptions): OpenEditor {
  const root = rootOf(host);
  const edits = EditorView.updateListener.of(({ docChanged, transactions, state }) => {
    const own = transactions.some((one) => one.annotation(Transaction.remote) === true);
    if (docChanged && !own) onEdit?.(state.doc.toString());
  });
  const writable: Extension = [history(), highlightActiveLine(), keymap.of([...editing, ...historyKeymap]), edits];
  const readable: Extension = [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: '0' }),
  ];
  const view = new EditorView({
    ...{ parent: root, root, doc: text },
    extensions: [common(label), onEdit === undefined ? readable : writable],
  });
  // Measured again once its styles are in force: line numbers stand where their lines do.
  requestAnimationFrame(() => view.requestMeasure());
  return {
    setText(next) {
      if (view.state.doc.toString() === next) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: next },
        annotations: [Transaction.remote.of(true), Transaction.addToHistory.of(false)],
      });
    },
    show(line) {
      const { from } = view.state.doc.line(Math.max(1, Math.min(view.state.doc.lines, line + 1)));
      view.dispatch({ effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    },
    close: () => view.destroy(),
  };
}

/** Two texts as one, with what changed marked; what did not is folded. */
export function openComparison(host: HTMLElement, before: string, after: string, label: string): { close(): void } {
  const root = rootOf(host);
  const view = new EditorView({
    ...{ parent: root, root, doc: after },
    extensions: [
      ...[common(label), signs, EditorState.readOnly.of(true), EditorView.editable.of(false)],
      EditorView.contentAttributes.of({ tabindex: '0' }),
      unifiedMergeView({
        ...{ original: before, mergeControls: false, gutter: true, collapseUnchanged: { margin: 3, minSize: 6 } },
        diffConfig: { scanLimit: 500, timeout: 400 },
      }),
    ],
  });
  return { close: () => view.destroy() };
}
