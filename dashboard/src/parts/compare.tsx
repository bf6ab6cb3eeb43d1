// Two whole texts compared: any two versions, or a side and its base. The comparison is loaded when it is shown.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Diff } from './diff.tsx';
import { HiddenBadge } from './plain.tsx';

export interface CompareProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}

export function Compare({ before, after, label }: CompareProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let opened: { close(): void } | undefined;
    let wanted = true;
    import('./editor-view.ts')
      .then(({ openComparison }) => {
        if (wanted && host.current !== null) opened = openComparison(host.current, before, after, label);
      })
      .catch(() => setFailed(true));
    return () => {
      wanted = false;
      opened?.close();
    };
  }, [before, after, label]);
  if (failed) return <Diff before={before} after={after} label={label} />;
  return (
    <>
      <HiddenBadge text={after} />
      <div ref={host} class="editor" data-editor={label} />
    </>
  );
}
