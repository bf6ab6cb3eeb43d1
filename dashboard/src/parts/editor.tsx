// The editor of a text, loaded when it is shown. It lives in a shadow root: there its styles are adopted sheets, which the
// page's policy allows. Esc and then Tab leaves it.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { OpenEditor } from './editor-view.ts';

export interface EditorProps {
  readonly text: string;
  readonly label: string;
  /** Absent: the text can be read and copied alone. */
  readonly onEdit?: (text: string) => void;
  /** A line to bring into sight, from 0. */
  readonly line?: number;
}

/** Where the editor cannot be loaded, the browser's own field does. */
function Plain({ text, label, onEdit }: EditorProps): JSX.Element {
  return (
    <textarea
      class="code editor-plain"
      aria-label={label}
      readOnly={onEdit === undefined}
      value={text}
      rows={18}
      spellcheck={false}
      onInput={({ currentTarget }) => onEdit?.(currentTarget.value)}
    />
  );
}

export function Editor(props: EditorProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor | undefined>(undefined);
  const typed = useRef(new Set<string>());
  const latest = useRef(props);
  latest.current = props;
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    import('./editor-view.ts')
      .then(({ openEditor }) => {
        if (!wanted || host.current === null) return;
        const { text, label, onEdit } = latest.current;
        const tell = (next: string): void => {
          typed.current.delete(next);
          typed.current.add(next);
          latest.current.onEdit?.(next);
        };
        const edit = onEdit === undefined ? undefined : tell;
        editor.current = openEditor(host.current, { text, label, ...(edit === undefined ? {} : { onEdit: edit }) });
      })
      .catch(() => setFailed(true));
    return () => {
      wanted = false;
      editor.current?.close();
      editor.current = undefined;
    };
  }, []);
  useEffect(() => {
    // What was typed comes back as a text to show, by then an old one where somebody types fast: the editor has it already.
    const own = typed.current.has(props.text);
    if (!own || [...typed.current].at(-1) === props.text) typed.current.clear();
    if (own) return;
    editor.current?.setText(props.text);
  }, [props.text]);
  useEffect(() => {
    if (props.line !== undefined) editor.current?.show(props.line);
  }, [props.line]);
  return failed ? <Plain {...props} /> : <div ref={host} class="editor" data-editor={props.label} />;
}
