// The policy: the rules in their order, which one a resource would get, and what others would have made of the log.
import '../../styles/insight.css';
import './policy.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isFault } from '../../api/fault.ts';
import { type Policy, readPolicy, storePolicy } from '../../api/policy.ts';
import { session } from '../../api/session.ts';
import { canAct } from '../../live/live.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Trouble } from '../../parts/states.tsx';
import { toast } from '../../shell/toasts.tsx';
import { TryOut } from './rehearsal.tsx';
import { RuleList } from './rule-list.tsx';
import { type Draft, documentOf, draftOf } from './rules.ts';
import { Tester } from './tester.tsx';

function Moved({ onTake }: { readonly onTake: () => void }): JSX.Element {
  return (
    <div class="banner warn" role="alert">
      <p>
        <strong>Somebody stored other rules meanwhile.</strong> Yours are still here and were not stored over them.
      </p>
      <button type="button" onClick={onTake}>
        Show the rules as they are now
      </button>
    </div>
  );
}

function Editor({ policy, onStored }: { readonly policy: Policy; readonly onStored: () => void }): JSX.Element {
  const [draft, setDraft] = useState<Draft>(() => draftOf(policy));
  const [fault, setFault] = useState<unknown>();
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(policy));
  const store = async (): Promise<void> => {
    setFault(undefined);
    try {
      await storePolicy(documentOf(draft), policy);
      toast({ kind: 'good', text: 'The rules are stored. They decide from now on.' });
      onStored();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <>
      <section class="card" aria-labelledby="rules-title">
        <h2 id="rules-title">Rules</h2>
        <p class="quiet">
          The first rule whose pattern matches decides what happens when two changes meet; then the default.
        </p>
        <RuleList draft={draft} onChange={setDraft} />
        {isFault(fault, 'precondition-failed') ? (
          <Moved onTake={onStored} />
        ) : (
          fault !== undefined && <Trouble fault={fault} />
        )}
        <div class="row">
          <button type="button" class="primary" disabled={!changed || !canAct.value} onClick={() => void store()}>
            Store the rules
          </button>
          <button type="button" disabled={!changed} onClick={() => setDraft(draftOf(policy))}>
            Discard
          </button>
          <span class="quiet">
            {changed
              ? 'Not stored yet.'
              : policy.revision === 0
                ? 'Nothing is stored yet.'
                : `As stored at revision ${policy.revision}.`}
          </span>
        </div>
      </section>
      <TryOut draft={draft} changed={changed} />
    </>
  );
}

export function PolicyScreen(): JSX.Element {
  const [turn, setTurn] = useState(0);
  const { value: policy, fault, reload } = useLoaded(`${session.value?.space} ${turn}`, readPolicy);
  return (
    <div class="screen stack">
      <header class="screen-head">
        <h1>Policy</h1>
      </header>
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {policy !== undefined && <Editor key={policy.etag} policy={policy} onStored={() => setTurn(turn + 1)} />}
      <Tester />
    </div>
  );
}
