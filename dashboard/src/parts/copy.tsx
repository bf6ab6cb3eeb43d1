// A block to copy, such as a command with everything filled in.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { announce } from '../shell/announce.ts';

export function CopyBlock({
  text,
  label,
  shown = text,
}: {
  readonly text: string;
  readonly label: string;
  readonly shown?: string;
}): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(`${label}: copied.`);
      setTimeout(() => setCopied(false), 3000);
    } catch {
      // Plain http beyond this machine has no clipboard: the text can be selected.
      announce('The browser does not let this page copy: select the text instead.');
    }
  };
  return (
    <div class="copy">
      <pre class="code" role="group" tabIndex={0} aria-label={label}>
        {shown}
      </pre>
      <button type="button" class="small" onClick={copy} aria-label={`Copy: ${label}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
