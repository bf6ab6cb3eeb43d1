// The package's version, from the built file as from the source.
import { readFileSync } from 'node:fs';

const PACKAGE = '../../../package.json';

export function packageVersion(): string {
  const text = readFileSync(new URL(PACKAGE, import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}
