// The versions of a resource, newest first: who made each, why and how; two of them compared; an earlier one made the
// newest again, as a new version.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { readVersions, undoTo } from '../../api/resources.ts';
import type { Found, Version } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { OutcomeMark } from '../../parts/outcome.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { toast } from '../../shell/toasts.tsx';
import { VersionsCompared } from './compare.tsx';
import { MadeHow } from './made-how.tsx';

interface Pair {
  readonly from: number;
  readonly to: number;
}

interface EntryProps {
  readonly id: string;
  readonly version: Version;
  readonly newest: boolean;
  readonly pair: Pair;
  readonly onPair: (pair: Pair) => void;
  readonly onAgain: (version: number) => void;
}

function Entry({ id, version, newest, pair, onPair, onAgain }: EntryProps): JSX.Element {
  const { head, outcome, note } = version;
  const number = head.version;
  const [how, setHow] = useState(false);
  return (
    <li class="version">
      <span class="version-pick">
        <label title={`Compare from version ${number}`}>
          <input
            type="radio"
            name="from"
            aria-label={`Compare from version ${number}`}
            checked={pair.from === number}
            onChange={() => onPair({ ...pair, from: number })}
          />
        </label>
        <label title={`Compare to version ${number}`}>
          <input
            type="radio"
            name="to"
            aria-label={`Compare to version ${number}`}
            checked={pair.to === number}
            onChange={() => onPair({ ...pair, to: number })}
          />
        </label>
      </span>
      <div class="grow">
        <p class="version-line">
          <strong>v{number}</strong> <OutcomeMark outcome={outcome} /> by <Agent name={head.agent} />{' '}
          <Time at={head.at} />
          {head.deleted && <span class="badge">deleted</span>}
          {newest && <span class="badge">newest</span>}
        </p>
        {note !== undefined && (
          <p>
            <Plain text={note} />
          </p>
        )}
        <div class="row">
          <button type="button" class="link" aria-expanded={how} onClick={() => setHow(!how)}>
            How it was made
            <span class="unseen">: version {number}</span>
          </button>
          {!newest && !head.deleted && (
            <button type="button" class="link" disabled={!canAct.value} onClick={() => onAgain(number)}>
              Make it the newest again
              <span class="unseen">: version {number}</span>
            </button>
          )}
        </div>
        {how && <MadeHow id={id} version={number} agent={head.agent} />}
      </div>
    </li>
  );
}

export function Timeline({
  id,
  found,
  onChanged,
}: {
  readonly id: string;
  readonly found: Found;
  readonly onChanged: () => void;
}): JSX.Element {
  const [most, setMost] = useState(50);
  const newest = found.head.version;
  const { value, fault, reload } = useLoaded(`${id} ${newest} ${most}`, (signal) =>
    readVersions(id, { limit: most, signal }),
  );
  const [pair, setPair] = useState<Pair>({ from: newest - 1, to: newest });
  const [comparing, setComparing] = useState(false);
  const [failed, setFailed] = useState<unknown>();
  const again = async (version: number): Promise<void> => {
    setFailed(undefined);
    try {
      await undoTo(id, version, found.etag, `version ${version} again`);
      toast({ kind: 'good', text: `Version ${version} of ${id} is the newest again, as version ${newest + 1}.` });
      onChanged();
    } catch (error) {
      setFailed(error);
    }
  };
  return (
    <section class="card" aria-labelledby="versions-title">
      <header class="card-head">
        <h2 id="versions-title">Versions</h2>
        <button
          type="button"
          disabled={pair.from === pair.to || pair.from < 1}
          aria-expanded={comparing}
          onClick={() => setComparing(!comparing)}
        >
          {comparing ? 'Close the comparison' : `Compare v${Math.max(1, pair.from)} with v${pair.to}`}
        </button>
      </header>
      {(failed ?? fault) !== undefined && <Trouble fault={failed ?? fault} retry={reload} />}
      {comparing && pair.from !== pair.to && (
        <VersionsCompared key={`${pair.from} ${pair.to}`} id={id} from={pair.from} to={pair.to} />
      )}
      <p class="version-heads quiet" aria-hidden="true">
        <span>from</span>
        <span>to</span>
      </p>
      <ol class="versions">
        {value?.items.map((version) => (
          <Entry
            key={version.head.version}
            {...{ id, version, pair }}
            newest={version.head.version === newest}
            onPair={setPair}
            onAgain={(number) => void again(number)}
          />
        ))}
      </ol>
      {value?.next !== undefined && (
        <button type="button" onClick={() => setMost(Math.min(200, most * 4))}>
          Older versions
        </button>
      )}
    </section>
  );
}
