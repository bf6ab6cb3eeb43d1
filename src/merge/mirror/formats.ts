// The formats that are merged by way of mirrors, by the names of their engines.
import { yamlFormat } from '../yaml.ts';
import type { Format } from './engine.ts';

const formats: ReadonlyMap<string, Format> = new Map([yamlFormat].map((format) => [format.name, format]));

export function formatNamed(engine: string): Format | undefined {
  return formats.get(engine);
}
