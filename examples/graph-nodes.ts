// Nodes in the style of LangGraph.js: `(state, config) => update`, run in parallel where the graph forks. Three worker nodes change
// one shared document; a last node reports. Here the workers are scripts. Run it: npx tsx examples/graph-nodes.ts
import assert from 'node:assert/strict';
import { createController, createMemoryStore, merge } from 'entente';

interface State {
  readonly topics: readonly string[];
  /** Reduced by appending, as with a reducer on a channel. */
  readonly log: readonly string[];
}
interface Config {
  readonly configurable: { readonly thread_id: string };
}
type Node = (state: State, config: Config) => Promise<Partial<State>>;

const REPORT = 'report.md';
const entente = createController({ store: createMemoryStore(), policy: [['**/*.md', merge('text')]] });

/** A node that fills one section. `update` reads, works and commits, and does so again where the change cannot be merged. */
function worker(topic: string): Node {
  return async (_state, { configurable }) => {
    const outcome = await entente.update(
      REPORT,
      { agent: `${configurable.thread_id}/${topic}`, note: `write about ${topic}` },
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5)); // the model thinks
        return { edits: [{ old: `# ${topic}\n\n…\n`, new: `# ${topic}\n\nAll about ${topic}.\n` }] };
      },
    );
    return { log: [`${topic}: ${outcome.status}`] };
  };
}

const report: Node = async ({ topics }) => {
  const text = new TextDecoder().decode((await entente.read(REPORT))?.content);
  const missing = topics.filter((topic) => !text.includes(`All about ${topic}.`));
  return { log: [missing.length === 0 ? 'nothing is missing' : `missing: ${missing.join(', ')}`] };
};

/** What a compiled graph does with a fork: all nodes on one state, then their updates together. */
async function superstep(nodes: readonly Node[], state: State, config: Config): Promise<State> {
  const updates = await Promise.all(nodes.map((node) => node(state, config)));
  return { ...state, log: [...state.log, ...updates.flatMap(({ log = [] }) => log)] };
}

const topics = ['seas', 'winds', 'tides', 'ice'];
const { token } = await entente.begin(REPORT, { agent: 'planner' });
await entente.commit(token, { content: topics.map((topic) => `# ${topic}\n\n…\n`).join('\n') });

const config: Config = { configurable: { thread_id: 'run-1' } };
const forked = await superstep(topics.map(worker), { topics, log: [] }, config);
const done = await superstep([report], forked, config);

assert.equal(done.log.at(-1), 'nothing is missing');
assert.equal((await entente.history(REPORT)).items.length, 1 + topics.length);
console.log(done.log.join('; '));
