// Agents and keys: who may do what, who was here, a new key, and the end of one.
import '../../styles/insight.css';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { endKey, listKeys } from '../../api/keys.ts';
import { readDrafts } from '../../api/resources.ts';
import { leave, session } from '../../api/session.ts';
import type { KeyInfo, OpenDraft } from '../../api/types.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { now, spanOf, Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import { groupsOf, LIGHT_WORDS, lightOf } from './grants.ts';
import { NewKeyForm } from './new-key.tsx';

/** How often it looks whether an agent made its first call. */
const LOOK_MS = 3_000;

/** When a key ends: `in 12 h`; with the date on demand, as all times. */
function Ends({ at }: { readonly at: number | undefined }): JSX.Element {
  if (at === undefined) return <>never</>;
  const left = at - now.value;
  if (left <= 0) return <Time at={at} />;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {left < 60_000 ? 'within a minute' : `in ${spanOf(left)}`}
    </time>
  );
}

function KeyRow({ info, onEnd }: { readonly info: KeyInfo; readonly onEnd: (info: KeyInfo) => void }): JSX.Element {
  const [sure, setSure] = useState(false);
  const light = lightOf(info, Date.now());
  const { name, label, grants, state, expires, lastUsedAt, own, session } = info;
  return (
    <tr>
      <th scope="row" data-label="Agent">
        <Agent name={name} />
        {label === name ? null : (
          <span class="quiet">
            {' '}
            <Plain text={label} />
          </span>
        )}
        {own === true ? <span class="badge">this one</span> : null}
        {session === true ? <span class="badge">login</span> : null}
      </th>
      <td data-label="Stands">
        <span class={`light light-${light}`}>
          <span class="light-dot" aria-hidden="true" />
          {light === 'ended' ? state : LIGHT_WORDS[light]}
        </span>
        {lastUsedAt === undefined || light === 'working' ? null : <Time at={lastUsedAt} />}
      </td>
      <td data-label="May">
        <ul class="grants">
          {groupsOf(grants).map(({ may, where }) => (
            <li key={where}>
              {may}{' '}
              <code>
                <Plain text={where} />
              </code>
            </li>
          ))}
        </ul>
      </td>
      <td data-label="Ends">
        <Ends at={expires} />
      </td>
      <td>
        {state !== 'active' ? null : sure ? (
          <span class="row">
            <button type="button" class="danger" onClick={() => onEnd(info)}>
              {own === true ? 'End it and log out' : 'End it now'}
            </button>
            <button type="button" onClick={() => setSure(false)}>
              Keep
            </button>
          </span>
        ) : (
          <button type="button" onClick={() => setSure(true)} aria-label={`End the key of ${name}`}>
            End …
          </button>
        )}
      </td>
    </tr>
  );
}

function InFlight({ drafts }: { readonly drafts: readonly OpenDraft[] }): JSX.Element {
  return (
    <section class="card" aria-labelledby="flight-title">
      <h2 id="flight-title">Who is at what</h2>
      {drafts.length === 0 ? <p class="quiet">Nobody has announced a change.</p> : null}
      <ul class="plain-list">
        {drafts.map(({ id, agent, resource, note, at }) => (
          <li key={id}>
            <Agent name={agent} /> has{' '}
            <a href={hrefOf('resources', resource)}>
              <Plain text={resource} />
            </a>{' '}
            open since <Time at={at} />
            {note === undefined ? null : (
              <>
                : <Plain text={note} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function KeysScreen(): JSX.Element {
  const { value: keys = [], fault, reload } = useLoaded('keys', (signal) => listKeys(undefined, signal));
  const drafts = useLoaded(
    session.value?.space ?? '',
    (signal) => readDrafts(undefined, signal),
    () => true,
  );
  const [failed, setFailed] = useState<unknown>();
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const timer = setInterval(reload, LOOK_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const end = (info: KeyInfo): void => {
    setFailed(undefined);
    endKey(info.id).then(info.own === true ? leave : reload, setFailed);
  };
  const shown = keys.filter(({ state }) => ended || state === 'active');
  const hidden = keys.length - shown.length;
  return (
    <div class="screen stack">
      <header class="screen-head">
        <h1>Agents and keys</h1>
        <p class="quiet">
          A key is how an agent, a person or a service proves who it is. What no grant says is denied.
        </p>
      </header>
      {(failed ?? fault) !== undefined && <Trouble fault={failed ?? fault} />}
      <NewKeyForm onMade={reload} keys={keys} />
      <section class="card" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <table class="stacked">
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Stands</th>
              <th scope="col">May</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span class="unseen">End</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((info) => (
              <KeyRow key={info.id} info={info} onEnd={end} />
            ))}
          </tbody>
        </table>
        {hidden === 0 && !ended ? null : (
          <button type="button" class="link" onClick={() => setEnded(!ended)}>
            {ended ? 'Hide ended keys' : `Show ${hidden} ended`}
          </button>
        )}
      </section>
      <InFlight drafts={drafts.value?.items ?? []} />
    </div>
  );
}
