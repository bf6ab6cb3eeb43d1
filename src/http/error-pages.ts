// The pages that the types of problems lead to: docs/errors.md as it stands and each section of it by itself, as text, or as
// HTML for who prefers that. The file is our own: headings, paragraphs, lists, and code, bold and links in their lines.
import { readFile } from 'node:fs/promises';

/** From the built file as from the source. */
const FILE = new URL(`${'../..'}/docs/errors.md`, import.meta.url);
const SECTION = /^## `([a-z-]+)`\n/;

export interface Page {
  readonly text: string;
  readonly html: string;
}

export interface ErrorPages {
  readonly all: Page;
  /** The page of one code; undefined for what is none. */
  of(code: string): Page | undefined;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What a link leads to is a file beside this one, which is not served: its words are all of it that is told. */
function inline(line: string): string {
  const parts = line.split(/`([^`]*)`/);
  const words = (text: string): string =>
    escaped(text)
      .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
      .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return parts.map((part, at) => (at % 2 === 0 ? words(part) : `<code>${escaped(part)}</code>`)).join('');
}

function block(text: string): string {
  const code = SECTION.exec(`${text}\n`)?.[1];
  if (code !== undefined) return `<h2 id="${code}"><a href="/errors/${code}">${code}</a></h2>`;
  if (text.startsWith('# ')) return `<h1>${inline(text.slice(2))}</h1>`;
  const lines = text.split('\n');
  if (!text.startsWith('- ')) return `<p>${inline(lines.join(' '))}</p>`;
  return `<ul>\n${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('\n')}\n</ul>`;
}

/** It loads nothing and runs nothing: what the server says of every answer allows neither. */
function page(title: string, text: string, more: string = ''): Page {
  const body = text
    .trim()
    .split(/\n{2,}/)
    .map(block)
    .join('\n');
  const head = '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">';
  const html = `<!doctype html>\n<html lang="en">\n<head>${head}<title>${escaped(title)}</title></head>\n<body>\n`;
  return { text, html: `${html}${body}\n${more}</body>\n</html>\n` };
}

export function parseErrorPages(markdown: string): ErrorPages {
  const pages = new Map<string, Page>();
  for (const section of markdown.split(/^(?=## )/m)) {
    const code = SECTION.exec(section)?.[1];
    if (code === undefined) continue;
    const text = section.replace(SECTION, `# \`${code}\`\n`);
    pages.set(code, page(code, text, '<p><a href="/errors">All codes</a></p>\n'));
  }
  return { all: page('Errors', markdown), of: (code) => pages.get(code) };
}

export async function readErrorPages(): Promise<ErrorPages> {
  return parseErrorPages(await readFile(FILE, 'utf8'));
}

/** Whether HTML is wanted more than plain text (RFC 9110, section 12.5.1). */
export function prefersHtml(accept: string = '*/*'): boolean {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()));
  const quality = (type: string): number => {
    const found = [type, 'text/*', '*/*']
      .map((name) => ranges.find(([range]) => range === name))
      .find((range) => range !== undefined);
    if (found === undefined) return 0;
    const weight = found.find((part) => part.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  };
  return quality('text/html') > quality('text/plain');
}
