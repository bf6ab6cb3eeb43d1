// `node scripts/sizes.mjs`: the largest modules and the fullest folders of src/, largest first. Guidance, not a gate.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow, root } from './setup.mjs';

const modules = filesBelow(join(root, 'src')).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const sizes = modules.map((name) => ({
  name,
  lines: readFileSync(join(root, 'src', name), 'utf8').split('\n').length - 1,
}));
const total = sizes.reduce((sum, { lines }) => sum + lines, 0);
const folders = new Map();
for (const name of modules) folders.set(dirname(name), [...(folders.get(dirname(name)) ?? []), name]);

for (const { name, lines } of sizes.sort((a, b) => b.lines - a.lines).filter(({ lines }) => lines > 120)) {
  console.log(`${String(lines).padStart(5)}  ${name}${lines > 250 ? '  look again' : ''}`);
}
for (const [folder, names] of folders)
  if (names.length > 12) console.log(`${String(names.length).padStart(5)}  files in ${folder}/`);
console.log(`${modules.length} modules, ${total} lines`);
