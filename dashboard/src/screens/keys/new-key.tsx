// A new key: whose it is, what it may; then its text, shown this once, with a light that turns green at its first call.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { createKey } from '../../api/keys.ts';
import { session } from '../../api/session.ts';
import type { KeyInfo } from '../../api/types.ts';
import { CopyBlock } from '../../parts/copy.tsx';
import { Plain } from '../../parts/plain.tsx';
import { Trouble } from '../../parts/states.tsx';
import { grantsOf, LIGHT_WORDS, lightOf, ROLES, type Wish } from './grants.ts';

const DAY = 86_400_000;
const ENDS: readonly { readonly text: string; readonly days: number }[] = [
  { text: 'never', days: 0 },
  { text: 'in a day', days: 1 },
  { text: 'in 30 days', days: 30 },
  { text: 'in 90 days', days: 90 },
];

type Made = KeyInfo & { readonly key: string };

function MadeKey({
  made,
  now,
  onDone,
}: {
  readonly made: Made;
  readonly now: KeyInfo;
  readonly onDone: () => void;
}): JSX.Element {
  const light = lightOf(now, Date.now());
  return (
    <section class="card made-key" aria-labelledby="made-title">
      <h2 id="made-title">
        The key of <Plain text={made.name} />
      </h2>
      <p>It is shown this once and kept nowhere: copy it now.</p>
      <CopyBlock text={made.key} label="The key" />
      <p role="status">
        <span class={`light light-${light}`}>
          <span class="light-dot" aria-hidden="true" />
          {light === 'never' ? 'Waiting for its first call …' : `Its first call came: ${LIGHT_WORDS[light]}.`}
        </span>
      </p>
      <button type="button" onClick={onDone}>
        I have copied it
      </button>
    </section>
  );
}

export interface NewKeyFormProps {
  readonly onMade: () => void;
  /** As they are now, for the light. */
  readonly keys: readonly KeyInfo[];
}

export function NewKeyForm({ onMade, keys }: NewKeyFormProps): JSX.Element {
  const [made, setMade] = useState<Made>();
  const [fault, setFault] = useState<unknown>();
  const [name, setName] = useState('');
  const [days, setDays] = useState(0);
  const [wish, setWish] = useState<Wish>({
    role: 'agent',
    pattern: '**',
    space: session.value?.space ?? 'default',
    written: '',
  });
  if (made !== undefined) {
    const now = keys.find(({ id }) => id === made.id) ?? made;
    return <MadeKey made={made} now={now} onDone={() => setMade(undefined)} />;
  }
  const make = async (): Promise<void> => {
    setFault(undefined);
    try {
      const ends = days === 0 ? {} : { expires: Date.now() + days * DAY };
      setMade(await createKey({ name: name.trim(), grants: grantsOf(wish), ...ends }));
      setName('');
      onMade();
    } catch (error) {
      setFault(error);
    }
  };
  const own = wish.role === 'own';
  return (
    <form
      class="card new-key"
      aria-labelledby="new-key-title"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <h2 id="new-key-title">A new key</h2>
      <div class="fields">
        <label class="field">
          Agent
          <input
            value={name}
            required
            maxLength={255}
            placeholder="writer-3"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <label class="field">
          Ends
          <select value={String(days)} onChange={({ currentTarget }) => setDays(Number(currentTarget.value))}>
            {ENDS.map((one) => (
              <option key={one.days} value={String(one.days)}>
                {one.text}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Role
          <select value={wish.role} onChange={({ currentTarget }) => setWish({ ...wish, role: currentTarget.value })}>
            {ROLES.map(({ id, title, says }) => (
              <option key={id} value={id}>
                {title}: {says}
              </option>
            ))}
            <option value="own">Grants of my own</option>
          </select>
        </label>
        {own ? (
          <label class="field">
            Grants
            <textarea
              rows={3}
              value={wish.written}
              placeholder="read@default:notes/**&#10;commit@default:notes/**"
              onInput={({ currentTarget }) => setWish({ ...wish, written: currentTarget.value })}
            />
          </label>
        ) : (
          <label class="field">
            For
            <input
              value={wish.pattern}
              placeholder="notes/**"
              onInput={({ currentTarget }) => setWish({ ...wish, pattern: currentTarget.value })}
            />
          </label>
        )}
      </div>
      <p class="quiet">
        Grants: <code>{grantsOf(wish).join(' ') || 'none'}</code>
      </p>
      {fault !== undefined && <Trouble fault={fault} />}
      <button type="submit" class="primary">
        Make the key
      </button>
    </form>
  );
}
