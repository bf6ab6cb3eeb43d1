// Prints the random documents of random-json.ts as YAML, in as many manners as YAML has, with comments.
import type { Draw, Model } from './random-json.ts';

export interface YamlStyle {
  readonly step: number;
  /** Are sequences in maps indented? */
  readonly isDeep: boolean;
  readonly eol: string;
  /** One of so many containers is written in brackets; 0: none. */
  readonly flow: number;
  /** One of so many lines has a comment; 0: none. */
  readonly comments: number;
  readonly start: string;
}

export function randomYamlStyle(draw: Draw): YamlStyle {
  return {
    step: 1 + draw(4),
    isDeep: draw(2) === 0,
    eol: draw(4) === 0 ? '\r\n' : '\n',
    flow: draw(6),
    comments: draw(2) === 0 ? 0 : 6,
    start: draw(6) === 0 ? '---\n' : '',
  };
}

/** The text of a document; what is drawn for a node depends on the node alone, so that equal nodes look alike. */
export function printYamlModel(model: Model, style: YamlStyle, mark: string = ''): string {
  const body = isContainer(model) && !isFlow(model, style) ? block(model, 0, style, mark) : `${inline(model)}\n`;
  return (style.start + body).replaceAll('\n', style.eol);
}

function isContainer(model: Model): boolean {
  return model.kind === 'object' ? model.members.length > 0 : model.kind === 'array' && model.elements.length > 0;
}

function isFlow(model: Model, { flow }: YamlStyle): boolean {
  return flow > 0 && numberOf(JSON.stringify(model)) % (flow + 1) === 0;
}

function numberOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Lines, ended. */
function block(model: Model, indent: number, style: YamlStyle, mark: string): string {
  const pad = ' '.repeat(indent);
  if (model.kind === 'array') {
    return model.elements
      .map((each) => {
        const text = value(each, indent, indent + 2, style, mark, true);
        return `${pad}${lead(each, pad, style, mark)}-${text}`;
      })
      .join('');
  }
  if (model.kind !== 'object') return `${pad}${inline(model)}\n`;
  return model.members
    .map(([name, each]) => {
      const inner = each.kind === 'array' && !style.isDeep ? indent : indent + style.step;
      return `${pad}${lead(each, pad, style, mark)}${nameText(name)}:${value(each, indent, inner, style, mark, false)}`;
    })
    .join('');
}

function lead(model: Model, pad: string, { comments }: YamlStyle, mark: string): string {
  const number = numberOf(`lead${JSON.stringify(model)}`);
  if (comments === 0 || number % comments > 0) return '';
  return `# above ${number % 7}${mark}\n${pad}`;
}

/** What stands behind a colon or a dash, with the end of the line. */
function value(
  model: Model,
  indent: number,
  inner: number,
  style: YamlStyle,
  mark: string,
  isElement: boolean,
): string {
  const number = numberOf(`value${JSON.stringify(model)}`);
  const trail = style.comments > 0 && number % style.comments === 1 ? ` # note ${number % 5}${mark}` : '';
  if (isContainer(model) && !isFlow(model, style)) {
    const text = block(model, inner, style, mark);
    const isCompact = isElement && trail === '' && number % 3 > 0 && !text.trimStart().startsWith('#');
    return isCompact ? ` ${text.slice(inner)}` : `${trail}\n${text}`;
  }
  if (model.kind === 'scalar' && model.text === 'null' && number % 2 === 0) return `${trail}\n`;
  if (model.kind === 'scalar' && /^"[a-z][^"\\]*"$/.test(model.text) && number % 4 === 0) {
    return ` |-${trail}\n${' '.repeat(indent + style.step)}${JSON.parse(model.text) as string}\n`;
  }
  return ` ${inline(model)}${trail}\n`;
}

function inline(model: Model): string {
  if (model.kind === 'array') return `[${model.elements.map(inline).join(', ')}]`;
  if (model.kind === 'object') {
    return `{${model.members.map(([name, each]) => `${nameText(name)}: ${inline(each)}`).join(', ')}}`;
  }
  return /^"[a-z][a-z ]*"$/.test(model.text) ? (JSON.parse(model.text) as string) : model.text;
}

function nameText(name: string): string {
  return /^[a-zé_/~]+$/i.test(name) ? name : JSON.stringify(name);
}
