// Front matter: the YAML between `---` lines that a Markdown text may begin with.
import { bytesOfLines, type Lines } from '../lines.ts';

/** How many lines of a text are front matter, its two fences among them; 0 if it has none, or none that is closed. */
export function frontMatterLines(lines: Lines): number {
  if (lines.count === 0 || fenceAt(lines, 0) !== '---') return 0;
  for (let i = 1; i < lines.count; i++) {
    const fence = fenceAt(lines, i);
    if (fence === '---' || fence === '...') return i + 1;
  }
  return 0;
}

const LONGEST = 64;

/** The text of a short line without its end, '' for a long one. */
function fenceAt(lines: Lines, i: number): string {
  const bytes = bytesOfLines(lines, i, i + 1);
  if (bytes.length > LONGEST) return '';
  return Buffer.from(bytes).toString('latin1').trimEnd();
}
