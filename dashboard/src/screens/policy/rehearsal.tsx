// The dry run: what the rules that stand there now would have made of the clashes in the log. Nothing is stored by it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Rehearsal, rehearsePolicy } from '../../api/policy.ts';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';
import { type Draft, documentOf, ENDINGS, sentenceOf } from './rules.ts';

const DAY = 86_400_000;
const SPANS: readonly (readonly [days: number, text: string])[] = [
  [1, 'last day'],
  [7, 'last 7 days'],
  [30, 'last 30 days'],
];

function Counts({ of }: { readonly of: Rehearsal }): JSX.Element {
  const endings = Object.keys(ENDINGS).filter((ending) => (of.was[ending] ?? 0) + (of.would[ending] ?? 0) > 0);
  return (
    <table class="endings">
      <thead>
        <tr>
          <th scope="col">Clashes that ended as</th>
          <th scope="col">As it was</th>
          <th scope="col">With these rules</th>
        </tr>
      </thead>
      <tbody>
        {endings.map((ending) => (
          <tr key={ending}>
            <th scope="row">{ENDINGS[ending]}</th>
            <td class="number">{of.was[ending] ?? 0}</td>
            <td class="number">{of.would[ending] ?? 0}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Examples({ of: { examples } }: { readonly of: Rehearsal }): JSX.Element {
  return (
    <details open={examples.length <= 6}>
      <summary>{examples.length} of them, those that would have ended otherwise first</summary>
      <ul class="plain-list">
        {examples.map(({ revision, at, resource, agent, was, would, rule, strategy }) => (
          <li key={`${revision} ${resource}`}>
            <a href={hrefOf('resources', resource)}>
              <Plain text={resource} />
            </a>{' '}
            by <Agent name={agent} /> <Time at={at} />:{' '}
            {was === would ? (
              `${ENDINGS[was] ?? was}, as it was`
            ) : (
              <>
                was {ENDINGS[was] ?? was}, would be <strong>{ENDINGS[would] ?? would}</strong>
              </>
            )}
            <span class="quiet">
              {' '}
              (<code>{strategy}</code>
              {rule === undefined ? ', the default' : `, rule ${rule.index + 1}`})
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function TryOut({ draft, changed }: { readonly draft: Draft; readonly changed: boolean }): JSX.Element {
  const [days, setDays] = useState(7);
  const [result, setResult] = useState<Rehearsal>();
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    setFault(undefined);
    setResult(undefined);
    try {
      setResult(await rehearsePolicy(documentOf(draft), Date.now() - days * DAY));
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card" aria-labelledby="try-title">
      <h2 id="try-title">Try them on the log</h2>
      <p class="quiet">
        Decides every clash of the log again by the rules above{changed ? ', as they are written there now' : ''}.
        Nothing is stored.
      </p>
      <div class="row">
        <label class="row">
          The
          <select value={String(days)} onChange={({ currentTarget }) => setDays(Number(currentTarget.value))}>
            {SPANS.map(([count, text]) => (
              <option key={count} value={String(count)}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={busy} onClick={() => void run()}>
          {busy ? 'Trying …' : 'Try'}
        </button>
      </div>
      <div role="status">
        {result !== undefined && (
          <p class={`verdict ${result.lost > 0 ? 'bad' : ''}`}>
            <strong>{sentenceOf(result)}</strong>
          </p>
        )}
      </div>
      {result !== undefined && !result.complete && (
        <p class="quiet">The log does not reach back as far, or is longer than what was looked at.</p>
      )}
      {result !== undefined && result.clashes > 0 && <Counts of={result} />}
      {result !== undefined && result.examples.length > 0 && <Examples of={result} />}
      {fault !== undefined && <Trouble fault={fault} />}
    </section>
  );
}
