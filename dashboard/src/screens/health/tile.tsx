// A number with its name.
import type { JSX } from 'preact';

export interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly says?: string;
}

export function Tile({ name, value, says }: TileProps): JSX.Element {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <strong class="number">{value}</strong>
        {says !== undefined && <span class="quiet">{says}</span>}
      </dd>
    </div>
  );
}
