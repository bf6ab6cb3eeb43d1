// The profiles by the name of their engine: what settling and checking look a result's profile up by.
import { notebook } from './notebook.ts';
import { packageJson } from './package-json.ts';
import type { Profile } from './profile.ts';

const profiles: ReadonlyMap<string, Profile> = new Map(
  [packageJson, notebook].map((profile) => [profile.engine, profile]),
);

export function profileNamed(engine: string): Profile | undefined {
  return profiles.get(engine);
}
