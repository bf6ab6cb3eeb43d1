// The first five minutes: the demo, a key for one's own agent, how to connect it, and whether it has called yet.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { wordsOf } from '../../api/fault.ts';
import { createKey } from '../../api/keys.ts';
import { readStats } from '../../api/resources.ts';
import { session } from '../../api/session.ts';
import type { KeyInfo } from '../../api/types.ts';
import { canAct } from '../../live/live.ts';
import { CopyBlock } from '../../parts/copy.tsx';
import { DemoCard } from '../../parts/demo.tsx';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { hrefOf } from '../../shell/routes.ts';
import { blocksFor, covered } from './blocks.ts';
import { useFirstCall } from './light.ts';

type Made = KeyInfo & { readonly key: string };

/** What a writing agent needs, and no more. */
function grantsIn(space: string): readonly string[] {
  return [`read@${space}:**`, `commit@${space}:**`];
}

function NewAgent({ onMade }: { readonly onMade: (made: Made) => void }): JSX.Element {
  const [name, setName] = useState('my-agent');
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    setFault(undefined);
    try {
      onMade(
        await createKey({
          name,
          label: `${name}, from the dashboard`,
          grants: grantsIn(session.value?.space ?? 'default'),
        }),
      );
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="new-agent"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <label for="agent-name">Name of the agent</label>
      <div class="row">
        <input
          id="agent-name"
          required
          maxLength={200}
          spellcheck={false}
          value={name}
          aria-invalid={fault !== undefined}
          aria-describedby="agent-hint"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={busy || name.trim() === '' || !canAct.value}>
          Make a key
        </button>
      </div>
      <p id="agent-hint" class={fault === undefined ? 'quiet' : 'bad'} role={fault === undefined ? undefined : 'alert'}>
        {fault ??
          'One worker, one name: the history says who did what. It may read and change everything in this space.'}
      </p>
    </form>
  );
}

function Light({ made }: { readonly made: Made }): JSX.Element {
  const seen = useFirstCall(made.id, made.name);
  return (
    <p class="light" role="status">
      <span class={seen ? 'dot on' : 'dot'} aria-hidden="true" />
      {seen ? (
        <>
          <strong>
            <Plain text={made.name} /> is connected.
          </strong>{' '}
          What it does is in the <a href={hrefOf('activity')}>activity</a>.
        </>
      ) : (
        <>
          Waiting for the first call of <Plain text={made.name} /> …
        </>
      )}
    </p>
  );
}

/** Stands in the blocks until there is a key. */
const NO_KEY = 'ent_YOUR_KEY';

function Blocks({ made }: { readonly made: Made | undefined }): JSX.Element {
  const key = made?.key ?? '';
  const blocks = blocksFor({
    ...{ url: location.origin, space: session.value?.space ?? 'default' },
    ...{ agent: made?.name ?? 'my-agent', key: made?.key ?? NO_KEY },
  });
  return (
    <>
      <p class="quiet">
        {made === undefined
          ? 'Make a key, and it is filled in below.'
          : 'The key is in what you copy, this once: nobody can read it out of the server again.'}
      </p>
      {blocks.map(({ title, where, text, about = [] }) => (
        <section key={title} class="block">
          <h3>
            {title} <span class="quiet">· {where}</span>
          </h3>
          {about.map((line) => (
            <p key={line}>{line}</p>
          ))}
          <CopyBlock label={title} text={text} shown={covered(text, key)} />
        </section>
      ))}
    </>
  );
}

export function ConnectScreen(): JSX.Element {
  const [made, setMade] = useState<Made | undefined>(undefined);
  const { value: stats } = useLoaded('connect', (signal) => readStats(signal).catch(() => undefined));
  return (
    <div class="screen connect">
      <div class="screen-head">
        <h1>Connect</h1>
      </div>
      <DemoCard empty={stats?.commits === 0} />
      <section class="card" aria-labelledby="own-title">
        <h2 id="own-title">Connect your own agent</h2>
        {made === undefined ? <NewAgent onMade={setMade} /> : <Light made={made} />}
        <Blocks made={made} />
        {made !== undefined && (
          <button type="button" onClick={() => setMade(undefined)}>
            Connect another one
          </button>
        )}
      </section>
    </div>
  );
}
