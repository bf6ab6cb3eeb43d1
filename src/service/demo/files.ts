// What the agents work on: four files of the kinds that agents share, and where in them there is something to do.
import type { Mark } from './edits.ts';

/** A place where an edit can be made: what it leaves behind is made from the edit's id and its author. */
export type Target = (id: string, agent: string) => Mark;

export interface DemoFile {
  readonly resource: string;
  readonly text: string;
  /** How its changes are merged. */
  readonly engine: 'text' | 'list' | 'json' | 'append';
  /** Places that do not touch each other. */
  readonly targets: readonly Target[];
  /** The line that two agents will want to change. */
  readonly contested?: { readonly old: string; readonly first: string; readonly second: string };
}

const plan = `# Launch plan

## Scope

- Import of existing notes: owner open
  Reads every format that the old tool wrote.
- Search across notes: owner open
  Finds a word in under a second.
- Sharing by link: owner open
  A link that anybody can open, until it is taken back.

## Budget

Hours in total: 40

## Schedule

- Week 1: date open
  Import works on real notes.
- Week 2: date open
  Search works on a full archive.
- Week 3: date open
  Sharing works, and can be taken back.

## Risks

- Old notes in unknown formats: answer open
  About one in a hundred, by the last count.
- Links that leak: answer open
  Somebody posts one in a public place.
- Slow search on old machines: answer open
  We have one such machine to try it on.
`;

const settings = {
  server: { host: '127.0.0.1', port: 8080, timeoutSeconds: 30 },
  search: { pageSize: 20, fuzzy: false, language: 'en' },
  limits: { uploadMegabytes: 10, notesPerUser: 1000 },
};

const checklist = [
  'Write the announcement',
  'Test the import with real notes',
  'Ask for the domain',
  'Load-test the search',
  'Translate the help pages',
  'Renew the certificate',
  'Take a backup',
  'Invite the first testers',
  'Book the review meeting',
];

const log = `2026-01-05 kickoff: scope agreed
2026-01-06 repository set up
2026-01-07 first notes imported
`;

const line =
  (old: string, text: string): Target =>
  (id, agent) => ({ kind: 'line', old, next: `${old.replace(/open$/, `${text} (${agent}, ${id})`)}` });
const insert =
  (after: string, text: string): Target =>
  (id, agent) => ({ kind: 'insert', after, line: `  ${text} (${agent}, ${id})` });
const append =
  (text: string): Target =>
  (id, agent) => ({ kind: 'append', line: `2026-01-08 ${agent}: ${text} (${id})` });
/** The number in an edit's id makes its value one of a kind. */
const member =
  (path: readonly string[], base: number): Target =>
  (id) => ({ kind: 'member', path, value: base + Number(id.slice(1)) });
const tick =
  (task: string): Target =>
  (id, agent) => ({ kind: 'line', old: `- [ ] ${task}`, next: `- [x] ${task} (${agent}, ${id})` });

export const demoFiles: readonly DemoFile[] = [
  {
    resource: 'plan.md',
    text: plan,
    engine: 'text',
    contested: { old: 'Hours in total: 40', first: 'Hours in total: 55', second: 'Hours in total: 30' },
    targets: [
      line('- Import of existing notes: owner open', 'owner team north'),
      line('- Search across notes: owner open', 'owner team south'),
      line('- Sharing by link: owner open', 'owner team west'),
      insert('  A link that anybody can open, until it is taken back.', 'Taking it back works at once.'),
      line('- Week 1: date open', 'date 12 January'),
      line('- Week 2: date open', 'date 19 January'),
      line('- Week 3: date open', 'date 26 January'),
      line('- Old notes in unknown formats: answer open', 'answer keep the original beside'),
      line('- Links that leak: answer open', 'answer expire after a week'),
      line('- Slow search on old machines: answer open', 'answer smaller index'),
      insert('  We have one such machine to try it on.', 'A second one can be borrowed.'),
    ],
  },
  {
    resource: 'settings.json',
    text: `${JSON.stringify(settings, null, 2)}\n`,
    engine: 'json',
    targets: [
      member(['server', 'port'], 8100),
      member(['server', 'timeoutSeconds'], 100),
      member(['server', 'maxConnections'], 1000),
      member(['search', 'pageSize'], 50),
      member(['search', 'cacheSeconds'], 600),
      member(['search', 'maxResults'], 2000),
      member(['limits', 'uploadMegabytes'], 200),
      member(['limits', 'notesPerUser'], 5000),
      member(['limits', 'linksPerNote'], 300),
    ],
  },
  {
    resource: 'checklist.md',
    text: `# Before launch\n\n${checklist.map((task) => `- [ ] ${task}\n`).join('')}`,
    engine: 'list',
    targets: checklist.map(tick),
  },
  {
    resource: 'worklog.log',
    text: log,
    engine: 'append',
    targets: [
      'import ran over 1,204 notes',
      'search index rebuilt',
      'asked the testers for old formats',
      'timeout raised after a slow upload',
      'help pages sent to translation',
      'certificate expires in March',
      'backup restored on the spare machine',
      'link page tried on a phone',
      'review moved to Thursday',
    ].map(append),
  },
];
