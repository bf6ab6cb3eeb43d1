// The tester: which of the stored rules a resource gets.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { explainPolicy, type PolicyMatch } from '../../api/policy.ts';
import { MatchSentence } from '../../parts/policy-match.tsx';
import { Trouble } from '../../parts/states.tsx';

export function Tester(): JSX.Element {
  const [id, setId] = useState('');
  const [match, setMatch] = useState<PolicyMatch>();
  const [fault, setFault] = useState<unknown>();
  const look = async (): Promise<void> => {
    setFault(undefined);
    setMatch(undefined);
    try {
      setMatch(await explainPolicy(id.trim()));
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <form
      class="card"
      aria-labelledby="tester-title"
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <h2 id="tester-title">Which rule would it get?</h2>
      <p class="quiet">By the rules that are stored. The resource need not exist.</p>
      <div class="tester">
        <input
          aria-label="Resource"
          placeholder="notes/plan.md"
          required
          value={id}
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
        <button type="submit">Look</button>
      </div>
      <div role="status">{match !== undefined && <MatchSentence match={match} />}</div>
      {fault !== undefined && <Trouble fault={fault} />}
    </form>
  );
}
