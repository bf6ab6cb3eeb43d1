// The Markdown engines: text merges with plans of their own.
import { engineOf } from '../text.ts';
import type { Engine } from '../types.ts';
import { planChangelog } from './changelog.ts';
import { planMarkdown } from './plan-markdown.ts';

/** Merges Markdown: front matter and body apart, conflicts refined by blocks. Never throws on data. */
export const mergeMarkdown: Engine = engineOf('markdown', planMarkdown);

/** Merges a change log: Markdown, and what both sides added under the same heading is kept, current's first. */
export const mergeChangelog: Engine = engineOf('changelog', planChangelog);
