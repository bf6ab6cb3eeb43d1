// A resource: its content, its versions with how each was made, any two of them compared, who is at it, and the rule that
// decides where changes of it meet. Without an id it is the list of all.
import '../../styles/insight.css';
import './resource.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { download, sizeOf, textOf } from '../../api/bytes.ts';
import { listConflicts } from '../../api/conflicts.ts';
import { explainPolicy } from '../../api/policy.ts';
import { readDrafts, readHead } from '../../api/resources.ts';
import type { Found } from '../../api/types.ts';
import { versionContent } from '../../api/versions.ts';
import type { LiveEvent } from '../../live/live.ts';
import { Code } from '../../parts/diff.tsx';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { MatchSentence } from '../../parts/policy-match.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import type { ScreenProps } from '../../shell/screens.ts';
import { ResourceList } from './list.tsx';
import { Timeline } from './timeline.tsx';

/** Texts above this are not put into the page: they can be saved. */
const SHOWN_BYTES = 2 * 1024 * 1024;

const concerns =
  (id: string) =>
  (event: LiveEvent): boolean =>
    event.type === 'commit' &&
    (event.item.changes.some(({ resource }) => resource === id) || event.item.changes.length === 0);

function Save({ id, version }: { readonly id: string; readonly version: number }): JSX.Element {
  const [fault, setFault] = useState<unknown>();
  const save = (): void => {
    setFault(undefined);
    versionContent(id, version).then((content) => download(id, content), setFault);
  };
  return (
    <>
      <button type="button" onClick={save}>
        Save as a file
      </button>
      {fault !== undefined && <Trouble fault={fault} />}
    </>
  );
}

function Content({ found }: { readonly found: Found }): JSX.Element {
  const { head } = found;
  if (head.deleted) return <p>It was deleted. An earlier version can be made the newest again below.</p>;
  if (head.size === undefined) return <p>Only the hash of this version is kept here, not its content.</p>;
  if (head.size > SHOWN_BYTES) return <p>{sizeOf(head.size)}: too much to show here. Save it as a file.</p>;
  const text =
    found.content === undefined ? undefined : textOf({ content: found.content, encoding: found.encoding ?? 'utf8' });
  if (text === undefined) return <p>{sizeOf(head.size)} that are no text. Save it as a file.</p>;
  if (text === '') return <p>It is empty.</p>;
  return <Code text={text} label={`Content of ${head.resource}, version ${head.version}`} />;
}

function Around({ id }: { readonly id: string }): JSX.Element {
  const drafts = useLoaded(id, (signal) => readDrafts(id, signal), concerns(id));
  const open = useLoaded(id, (signal) => listConflicts('open', 200, signal), concerns(id));
  const rule = useLoaded(id, () => explainPolicy(id));
  const conflicts = open.value?.items.filter(({ resource }) => resource === id) ?? [];
  const [inFlight = [], fault] = [drafts.value?.items, drafts.fault ?? open.fault ?? rule.fault];
  return (
    <section class="card" aria-labelledby="around-title">
      <h2 id="around-title">Around it</h2>
      {fault !== undefined && <Trouble fault={fault} />}
      {conflicts.map((conflict) => (
        <p key={conflict.id}>
          <span class="badge warn">⚑ conflict {conflict.number}</span>{' '}
          <a href={hrefOf('conflicts', conflict.id)}>
            <Plain text={conflict.reason} />
          </a>
        </p>
      ))}
      {inFlight.length === 0 && <p class="quiet">Nobody has announced a change of it.</p>}
      {inFlight.map((draft) => (
        <p key={draft.id}>
          <Agent name={draft.agent} /> has v{draft.version} open since <Time at={draft.at} />
          {draft.note !== undefined && (
            <>
              : <Plain text={draft.note} />
            </>
          )}
        </p>
      ))}
      {rule.value !== undefined && <MatchSentence match={rule.value} />}
    </section>
  );
}

function One({ id }: { readonly id: string }): JSX.Element {
  const {
    value: found,
    fault,
    reload,
  } = useLoaded(
    id,
    async (signal) => {
      const found = await readHead(id, { signal });
      const shows = found?.head.size !== undefined && found.head.size <= SHOWN_BYTES;
      return shows ? readHead(id, { content: true, signal }) : (found ?? null);
    },
    concerns(id),
  );
  return (
    <div class="screen stack">
      <header class="screen-head">
        <h1>
          <Plain text={id} />
        </h1>
        <a href={hrefOf('resources')}>All resources</a>
      </header>
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {found === null && <p>There is no such resource, or your key may not see it.</p>}
      {found !== undefined && found !== null && (
        <>
          <section class="card" aria-labelledby="content-title">
            <header class="card-head">
              <h2 id="content-title">Version {found.head.version}</h2>
              <span class="quiet grow">
                by <Agent name={found.head.agent} /> <Time at={found.head.at} />
                {found.head.size !== undefined && `, ${sizeOf(found.head.size)}`}
              </span>
              {found.head.size !== undefined && !found.head.deleted && <Save id={id} version={found.head.version} />}
            </header>
            <Content found={found} />
          </section>
          <Around id={id} />
          <Timeline id={id} found={found} onChanged={reload} />
        </>
      )}
    </div>
  );
}

export function ResourceScreen({ of }: ScreenProps): JSX.Element {
  return of === '' ? <ResourceList /> : <One id={of} />;
}
