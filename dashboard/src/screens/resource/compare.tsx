// Two versions of a resource compared, where both are texts.
import type { JSX } from 'preact';
import { sizeOf, textOf } from '../../api/bytes.ts';
import { readHead } from '../../api/resources.ts';
import { Compare } from '../../parts/compare.tsx';
import { useLoaded } from '../../parts/loaded.ts';
import { Trouble } from '../../parts/states.tsx';

/** Beyond this no difference is drawn. */
const MOST_BYTES = 2 * 1024 * 1024;

/** The text of a version; `''` for a deleted one, undefined for what is no text to compare. */
async function textOfVersion(id: string, version: number, signal: AbortSignal): Promise<string | undefined> {
  const found = await readHead(id, { version, content: true, signal });
  if (found === undefined) return undefined;
  if (found.head.deleted) return '';
  if ((found.head.size ?? 0) > MOST_BYTES || found.content === undefined) return undefined;
  return textOf({ content: found.content, encoding: found.encoding ?? 'utf8' });
}

export interface VersionsComparedProps {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

export function VersionsCompared({ id, from, to }: VersionsComparedProps): JSX.Element {
  const { value, fault, reload } = useLoaded(`${id} ${from} ${to}`, async (signal) => {
    const [before, after] = await Promise.all([textOfVersion(id, from, signal), textOfVersion(id, to, signal)]);
    return { before, after };
  });
  if (fault !== undefined) return <Trouble fault={fault} retry={reload} />;
  if (value === undefined) return <p class="quiet">Reading both …</p>;
  const { before, after } = value;
  if (before === undefined || after === undefined)
    return <p>One of them is no text, or more than {sizeOf(MOST_BYTES)}: save both and compare them with a tool.</p>;
  if (before === after) return <p>Both hold the same.</p>;
  return (
    <div class="compare">
      <p class="quiet">
        What is marked − is in version {from} alone, what is marked + in version {to} alone.
      </p>
      <Compare before={before} after={after} label={`From version ${from} to version ${to}`} />
    </div>
  );
}
