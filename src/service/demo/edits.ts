// The edits that the demo's agents make. Each one leaves a trace that nothing else leaves, so that a checker can say of
// every edit whether it is still there.

export type Mark =
  /** One line takes the place of another. */
  | { readonly kind: 'line'; readonly old: string; readonly next: string }
  /** A new line after a line that stays as it is. */
  | { readonly kind: 'insert'; readonly after: string; readonly line: string }
  /** A new line at the end. */
  | { readonly kind: 'append'; readonly line: string }
  /** A member of a JSON document, by its path. */
  | { readonly kind: 'member'; readonly path: readonly string[]; readonly value: string | number | boolean };

export interface PlannedEdit {
  /** `e01`, `e02` …: part of every line that an edit writes. */
  readonly id: string;
  readonly agent: string;
  readonly resource: string;
  readonly mark: Mark;
  /** One of the two edits that truly contradict each other. */
  readonly clash?: true;
}

interface Members {
  [name: string]: unknown;
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text with the edit made. A line that is not there any more is left alone: the edit then has no effect. */
export function applyMark(text: string, mark: Mark): string {
  switch (mark.kind) {
    case 'line':
      return mapLine(text, mark.old, () => [mark.next]);
    case 'insert':
      return mapLine(text, mark.after, (line) => [line, mark.line]);
    case 'append':
      return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${mark.line}\n`;
    case 'member':
      return setMember(text, mark.path, mark.value);
  }
}

function mapLine(text: string, wanted: string, change: (line: string) => readonly string[]): string {
  const lines = text.split('\n');
  const place = lines.indexOf(wanted);
  return place < 0 ? text : lines.toSpliced(place, 1, ...change(wanted)).join('\n');
}

function setMember(text: string, path: readonly string[], value: unknown): string {
  const document: unknown = JSON.parse(text);
  let members = document;
  for (const name of path.slice(0, -1)) members = isMembers(members) ? members[name] : undefined;
  if (isMembers(members)) members[path.at(-1) ?? ''] = value;
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** True when the edit is in the text. */
export function hasMark(text: string, mark: Mark): boolean {
  if (mark.kind !== 'member') return text.split('\n').includes(mark.kind === 'line' ? mark.next : mark.line);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  for (const name of mark.path) value = isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value === mark.value;
}
