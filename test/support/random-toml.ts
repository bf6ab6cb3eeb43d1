// Prints the random documents of random-json.ts as TOML: rows, tables, arrays of tables, values in brackets, comments.
import type { Draw, Model } from './random-json.ts';

export interface TomlStyle {
  readonly eol: string;
  /** One of so many tables is written in brackets; 0: none. */
  readonly inline: number;
  /** One of so many rows has a comment; 0: none. */
  readonly comments: number;
  /** Blank lines in front of tables. */
  readonly isAiry: boolean;
}

export function randomTomlStyle(draw: Draw): TomlStyle {
  return {
    eol: draw(4) === 0 ? '\r\n' : '\n',
    inline: draw(5),
    comments: draw(2) === 0 ? 0 : 6,
    isAiry: draw(2) === 0,
  };
}

/** A document, or undefined where the model is one that TOML has no words for: it is no object, or holds null. */
export function printTomlModel(model: Model, style: TomlStyle, mark: string = ''): string | undefined {
  if (model.kind !== 'object' || JSON.stringify(model).includes('"text":"null"')) return undefined;
  if (JSON.stringify(model).includes('ud800')) return undefined;
  return table(model.members, [], style, mark).replaceAll('\n', style.eol);
}

/** What TOML has words for: a table at the root, no null, no lone surrogate. */
export function inTables(model: Model): Model {
  const members = model.kind === 'object' ? model.members : [['root', model] as const];
  return { kind: 'object', members: members.map(([name, each]) => [name, within(each)]) };
}

function within(model: Model): Model {
  if (model.kind === 'object') return inTables(model);
  if (model.kind === 'array') return { kind: 'array', elements: model.elements.map(within) };
  return model.text === 'null' || model.text.includes('ud800') ? { kind: 'scalar', text: '"none"' } : model;
}

type Members = readonly (readonly [string, Model])[];

function table(members: Members, path: readonly string[], style: TomlStyle, mark: string): string {
  const isLater = ([, each]: readonly [string, Model]): boolean => isTable(each, style) || isTables(each, style);
  const rows = members.filter((each) => !isLater(each)).map(([name, each]) => row(name, each, style, mark));
  const tables = members.filter(isLater).map(([name, each]) => {
    const inner = [...path, nameText(name)];
    const elements = each.kind === 'array' ? each.elements : [each];
    const [open, close] = each.kind === 'array' ? ['[[', ']]'] : ['[', ']'];
    return elements
      .map((one) => {
        const lead = `${style.isAiry ? '\n' : ''}${comment(one, 'above', style, mark, '')}`;
        const rest = one.kind === 'object' ? table(one.members, inner, style, mark) : '';
        return `${lead}${open}${inner.join('.')}${close}\n${rest}`;
      })
      .join('');
  });
  return rows.join('') + tables.join('');
}

function isTable(model: Model, { inline: often }: TomlStyle): boolean {
  return model.kind === 'object' && (often === 0 || numberOf(JSON.stringify(model)) % (often + 1) > 0);
}

function isTables(model: Model, style: TomlStyle): boolean {
  if (model.kind !== 'array' || model.elements.length === 0 || style.inline % 2 === 1) return false;
  return model.elements.every(({ kind }) => kind === 'object');
}

function row(name: string, model: Model, style: TomlStyle, mark: string): string {
  const trail = comment(model, 'note', style, mark, ' ');
  return `${comment(model, 'row', style, mark, '')}${nameText(name)} = ${inline(model)}${trail === '' ? '\n' : trail}`;
}

function comment(model: Model, kind: string, { comments }: TomlStyle, mark: string, lead: string): string {
  const number = numberOf(kind + JSON.stringify(model));
  return comments === 0 || number % comments > 0 ? '' : `${lead}# ${kind} ${number % 5}${mark}\n`;
}

function numberOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}

function inline(model: Model): string {
  if (model.kind === 'array') return `[${model.elements.map(inline).join(', ')}]`;
  if (model.kind === 'object') {
    return `{ ${model.members.map(([name, each]) => `${nameText(name)} = ${inline(each)}`).join(', ')} }`;
  }
  return model.text === '1e400' ? '1.5e300' : model.text;
}

function nameText(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}
