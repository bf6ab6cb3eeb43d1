// docs/spec.md is put together from docs/spec-parts/*.md: the words first, then one section for each room, in the order
// of the floors; a part that is not named here comes after them by name. `node scripts/spec.mjs` writes it, a test compares it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const docs = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs');
const order = ['words', 'core', 'merge', 'text', 'json', 'strategies', 'stores', 'memory', 'sqlite', 'controller'];

const head = `# Specification

<!-- Put together from docs/spec-parts/ by scripts/spec.mjs: change the parts, then run \`node scripts/spec.mjs\`. -->

Each rule has an id, and at least one test has that id at the head of its name; a test fails when a rule has no test
or a test names no rule. Where a test and this page disagree, one of them is wrong: say which before changing either.
`;

const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
const byPlace = (a, b) => place(a) - place(b) || (a < b ? -1 : 1);
const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** One part as a section: its own heading, or its name where it has none. Deeper headings move with it. */
function section(name) {
  const text = readFileSync(join(docs, 'spec-parts', `${name}.md`), 'utf8').trim();
  const levels = [...text.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length);
  if (!text.startsWith('#')) return `## ${capital(name)}\n\n${text}\n`;
  const shift = 2 - Math.min(...levels);
  return `${text.replace(/^#+(?= )/gm, (marks) => '#'.repeat(marks.length + shift))}\n`;
}

/** The text of docs/spec.md as its parts say it. */
export function assembleSpec() {
  const names = readdirSync(join(docs, 'spec-parts'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length));
  return [head, ...names.sort(byPlace).map(section)].join('\n');
}

/** The ids of the rules of a text, in order: lines of the form `- **X1** …`. */
export function rulesOf(text) {
  return [...text.matchAll(/^- \*\*([A-Z]+\d+[a-z]?)\*\* \S/gm)].map(([, id]) => id);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(docs, 'spec.md'), assembleSpec());
}
