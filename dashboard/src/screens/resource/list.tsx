// All resources of the space, by id, a page at a time; those whose id begins with a text or matches a pattern.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sizeOf } from '../../api/bytes.ts';
import { listResources } from '../../api/resource-list.ts';
import { session } from '../../api/session.ts';
import type { Head } from '../../api/types.ts';
import { useLoaded } from '../../parts/loaded.ts';
import { Plain } from '../../parts/plain.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Empty, Trouble } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Agent } from '../../parts/who.tsx';
import { hrefOf } from '../../shell/routes.ts';

const ROW_HEIGHT = 56;

function Row({ head }: { readonly head: Head }): JSX.Element {
  return (
    <div class="resource-row">
      <a href={hrefOf('resources', head.resource)}>
        <Plain text={head.resource} />
      </a>
      <span class="quiet">
        v{head.version} by <Agent name={head.agent} /> <Time at={head.at} />
        {head.size !== undefined && `, ${sizeOf(head.size)}`}
      </span>
    </div>
  );
}

export function ResourceList(): JSX.Element {
  const [filter, setFilter] = useState('');
  const [most, setMost] = useState(200);
  const { value, fault, reload } = useLoaded(`${session.value?.space} ${filter} ${most}`, (signal) =>
    listResources(filter, most, signal),
  );
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Resources</h1>
      </header>
      <p>
        <input
          class="filter"
          type="search"
          aria-label="Ids that begin with this, or match the pattern"
          placeholder="notes/  or  **/*.json"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </p>
      {fault !== undefined && <Trouble fault={fault} retry={reload} />}
      {value?.items.length === 0 && (
        <Empty title="No resources">
          <p>{filter === '' ? 'Nobody has written anything here yet.' : 'None that begins with this.'}</p>
        </Empty>
      )}
      {value !== undefined && (
        <Rows
          items={value.items}
          keyOf={({ resource }) => resource}
          height={ROW_HEIGHT}
          label="Resources"
          render={(head) => <Row head={head} />}
        />
      )}
      {value?.more === true && (
        <button type="button" onClick={() => setMost(most * 4)}>
          More
        </button>
      )}
    </div>
  );
}
