// Which rule a resource gets, in a sentence.
import type { JSX } from 'preact';
import { type PolicyMatch, wordsOfSpec } from '../api/policy.ts';
import { Plain } from './plain.tsx';

export function MatchSentence({ match }: { readonly match: PolicyMatch }): JSX.Element {
  const { resource, pattern, index, strategy, source } = match;
  return (
    <p>
      <Plain text={resource} /> gets <code>{wordsOfSpec(strategy)}</code>
      {pattern === undefined ? (
        <>, by the default{source === 'stored' ? ' of these rules' : ''}.</>
      ) : (
        <>
          , by {index === undefined ? 'the rule' : `rule ${index + 1}`} <code>{pattern}</code>
          {source === 'stored' ? '' : ` (${source})`}.
        </>
      )}
    </p>
  );
}
