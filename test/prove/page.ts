// docs/proof.md: what the last full run did, in two tables.
import { type LayerReport, lastLine, type ProofReport, type Ran } from './prove.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly (string | number)[]): string => `| ${cells.map(String).map(cell).join(' | ')} |`;
const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const dayOf = ({ date }: Ran): string => date.slice(0, 10);

/** What of a layer's circumstances is not what stands above the table. */
function otherwise({ ran }: LayerReport, usual: Ran): string {
  if (ran === undefined) return '';
  const told = [
    ...(ran.commit === usual.commit ? [] : [`commit ${ran.commit}`]),
    ...(dayOf(ran) === dayOf(usual) ? [] : [dayOf(ran)]),
    ...(ran.machine === usual.machine ? [] : [ran.machine]),
  ];
  return told.map((one) => `, ${one}`).join('');
}

function layerRow(report: LayerReport, usual: Ran): string {
  const { id, title, result, tally, notes, message, seconds } = report;
  if (result === 'not run') return row([id, title, ...Array(6).fill('–'), `**not run**: ${message}`]);
  const { operations, acknowledged, faults, lost, doubled, gaps } = tally;
  const remarks = result === 'held' ? notes.join('; ') : `**violated**: ${short(message ?? '', 300)}`;
  return row([
    id,
    title,
    operations,
    acknowledged,
    faults,
    lost,
    doubled,
    gaps,
    `${remarks} (${seconds.toFixed(0)} s${otherwise(report, usual)})`,
  ]);
}

/** The page. `usual`: the machine, the day and the commit that the run was made on; layers that were kept may have their own. */
export function proofPage(report: ProofReport, usual: Ran): string {
  const { seed, scale, layers, total, planted } = report;
  const { commit, machine } = usual;
  const sum = [total.operations, total.acknowledged, total.faults, total.lost, total.doubled, total.gaps];
  return `# Proof

Written by \`npm run prove\`: every layer of the proof in one run, from one seed. What stands here is what that run did.

\`\`\`sh
npm run prove                       # the short form, some minutes
npm run prove -- --long             # before a release: up to some hours
npm run prove -- --long --keep DIR  # each layer's report in that folder at once; the same again goes on with what is missing
npm run prove -- --seed ${seed}      # the same random numbers again
npm run prove -- --layer L5         # one layer, or several
npm run prove -- --layer L13 --minutes 3   # the soak: 30 minutes, unless said, and part of the long form
npm run prove -- --json             # the report as one object; nothing is written here
\`\`\`

It ends with 1 and the seed where a promise was broken; what clients were told in L4 to L8 is then kept as a history, which
\`entente verify HISTORY.jsonl\` checks again. Where there are two processors, the layers run beside L4 (in the long form beside L4 and L7), and
so does the soak, which is measured in time. One seed gives the same moves, schedules, faults and texts to L1 to L3,
L10 and L11; where real processes are killed, the machine has a say in what meets what. A run of single layers, or one with
\`--no-write\`, leaves this page as it is. With \`--keep DIR\` the seed is the folder's, layers that failed run again with
\`--again\`, and a layer's remarks say on which commit, day and machine it ran where that is not what stands above the table.
[verify.md](verify.md) says how the checkers work.

**operations**: calls whose answers were checked. **acknowledged**: commits that somebody was told have landed, each looked for
afterwards. **faults**: kills, cuts, restarts, lost and repeated messages that were really done. **lost**: acknowledged, and not in
the log as it was told. **doubled**: took effect twice. **gaps**: holes in a log or a feed.

Form: ${scale}, seed ${seed}. Machine: ${machine}, ${dayOf(usual)}${commit === '' ? '' : `, commit ${commit}`}.

## Layers

| layer | what | operations | acknowledged | faults | lost | doubled | gaps | remarks |
|---|---|---|---|---|---|---|---|---|
${layers.map((layer) => layerRow(layer, usual)).join('\n')}
${row(['', 'all', ...sum, ''])}

\`${lastLine(report)}\`

## Planted bugs

The layers are put to the test too: each of these bugs is put in, one at a time, and one layer has to find it. They are wrappers
of a store, a controller, an engine or a driver (\`test/prove/planted.ts\`); what is shipped has no switch for them.

| bug | what | put into | found by | what the layer said |
|---|---|---|---|---|
${planted.map((one) => row([one.id, one.bug, one.seam, one.found ? one.layer : `**not found** (${one.layer})`, short(one.said, 160)])).join('\n')}
`;
}
