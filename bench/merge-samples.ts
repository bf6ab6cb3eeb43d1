// Three sides of a document in each format that is merged, of about as many bytes as asked for: both sides edit twenty
// places of their own and add something at one.

export interface Sample {
  readonly engine: string;
  readonly base: string;
  readonly current: string;
  readonly proposed: string;
  readonly options?: { readonly arrays: Readonly<Record<string, { readonly key: string }>> };
  /** How the merge ends. */
  readonly ends: string;
}

const EDITS = 20;

type Entry = (id: number, name: string) => string;

const yamlUser: Entry = (id, name) => `  - id: ${id}
    name: ${name} # as it is shown
    email: user.${id}@example.org
    score: ${(id * 137) % 1000}
    active: ${id % 2 === 0}
    tags: [alpha, beta, t${id % 17}]
    address:
      street: ${id} Long Street
      city: Utrecht
`;

const tomlUser: Entry = (id, name) => `
[[users]]
id = ${id}
name = "${name}" # as it is shown
email = "user.${id}@example.org"
score = ${(id * 137) % 1000}
active = ${id % 2 === 0}
tags = ["alpha", "beta", "t${id % 17}"]
address.street = "${id} Long Street"
address.city = "Utrecht"
`;

const record: Entry = (id, name) =>
  `{"id":${id},"name":"${name}","email":"user.${id}@example.org","score":${(id * 137) % 1000},"tags":["alpha","beta","t${id % 17}"]}\n`;

const member: Entry = (id, name) =>
  `    {
      "id": ${id},
      "name": "${name}",
      "email": "user.${id}@example.org",
      "score": ${(id * 137) % 1000},
      "tags": ["alpha", "beta", "t${id % 17}"]
    }`;

/** One of several documents. */
const yamlDocument: Entry = (id, name) => `---
id: ${id}
name: ${name}
email: user.${id}@example.org

tags: [alpha, beta, t${id % 17}]
`;

/** In brackets, and no JSON. */
const flowUser: Entry = (id, name) => `    { id: ${id}, name: ${name}, tags: [alpha, beta, t${id % 17}] },\n`;

const inlineUser: Entry = (id, name) =>
  `  { id = ${id}, name = "${name}", tags = ["alpha", "beta", "t${id % 17}"] },\n`;

const section: Entry = (id, name) => `
## Chapter ${id}

${name} wrote this paragraph of some length, so that it runs over a line or two: it is the ${id}th.
It has *words* with emphasis, \`code\` and a [link](https://example.org/${id}).

- an item
- another one of chapter ${id}
`;

const cell: Entry = (id, name) =>
  `  {
   "cell_type": "code",
   "execution_count": ${id},
   "id": "cell-${id}",
   "metadata": {},
   "outputs": [],
   "source": [
    "# ${name}\\n",
    "x_${id} = compute(${(id * 137) % 1000})"
   ]
  }`;

const release: Entry = (id, name) => `
## [${Math.floor(id / 100)}.${id % 100}.0]

### Added

- ${name} added the option number ${id}.

### Fixed

- A fault of the option before it.
`;

const line: Entry = (id, name) => `  const value${id} = compute(${(id * 7919) % 1_000_000}, "${name}");\n`;

const declaration: Entry = (id, name) => `
/** ${name}: says how much it is. */
export function value${id}(rate: number): number {
  const parts = [${id}, ${(id * 137) % 1000}].map((part) => part * rate);
  return parts.reduce((sum, part) => sum + part, 0);
}
`;

interface Shape {
  readonly entry: Entry;
  readonly before?: string;
  readonly after?: string;
  readonly between?: string;
  readonly options?: Sample['options'];
  /** @default the name of the shape */
  readonly engine?: string;
  /** @default clean by the engine */
  readonly ends?: string;
  /** What both sides add in front of all entries, if it is no entry like the others. */
  readonly news?: Entry;
}

const shapes: Readonly<Record<string, Shape>> = {
  text: { entry: line },
  code: { entry: declaration, engine: 'text' },
  json: { entry: member, before: '{\n  "users": [\n', between: ',\n', after: '\n  ]\n}\n' },
  yaml: { entry: yamlUser, before: 'users:\n' },
  'yaml that is JSON': {
    entry: member,
    before: '{\n  "users": [\n',
    between: ',\n',
    after: '\n  ]\n}\n',
    engine: 'yaml',
  },
  'yaml with JSON in it': {
    entry: member,
    before: 'title: users # all\nusers:\n  [\n',
    between: ',\n',
    after: '\n  ]\n',
    engine: 'yaml',
  },
  'yaml of many documents': { entry: yamlDocument, engine: 'yaml', ends: 'clean by text' },
  'yaml in brackets': {
    entry: flowUser,
    before: 'users:\n  [\n',
    after: '  ]\n',
    engine: 'yaml',
    ends: 'conflict by yaml',
  },
  'toml in brackets': {
    entry: inlineUser,
    before: 'users = [\n',
    after: ']\n',
    engine: 'toml',
    ends: 'conflict by toml',
  },
  toml: { entry: tomlUser, before: 'title = "users"\n' },
  ndjson: { entry: record, options: { arrays: { '': { key: 'id' } } } },
  markdown: { entry: section, before: '---\ntitle: A book\ntags: [a, b]\n---\n\n# A book\n' },
  notebook: {
    entry: cell,
    before: '{\n "cells": [\n',
    between: ',\n',
    after: '\n ],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n',
  },
  changelog: {
    entry: release,
    before: '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something that is not released.\n',
    news: (_, name) => `- What ${name} added.\n`,
  },
};

/** A document of that format, of about so many bytes, and two that were made of it. */
export function sampleOf(format: string, bytes: number): Sample {
  const shape = shapes[format];
  if (shape === undefined) throw new Error(`no sample of ${format}`);
  const { entry, before = '', after = '', between = '', options, news } = shape;
  const count = Math.max(EDITS * 2, Math.round(bytes / (entry(1000, 'user 1000').length + between.length)));
  const step = Math.floor(count / EDITS);
  const side = (offset: number, name: string): string => {
    const entries = Array.from({ length: count }, (_, id) =>
      entry(id, offset >= 0 && id % step === offset ? `${name} ${id}` : `user ${id}`),
    );
    if (offset >= 0) entries.splice(news === undefined ? offset * step : 0, 0, (news ?? entry)(count + offset, name));
    return before + entries.join(between) + after;
  };
  const { engine = format, ends = `clean by ${engine}` } = shape;
  const sides = { base: side(-1, ''), current: side(1, 'ours'), proposed: side(3, 'theirs') };
  return { engine, ends, ...sides, ...(options === undefined ? {} : { options }) };
}
