// Small texts that many agents change without touching each other: one section an agent.

/** A text with a section of three lines for each name. */
export function sections(names: readonly string[]): string {
  return names.map((name) => `## ${name}\ncount ${name}: 0\n\n`).join('');
}

/** The number in a name's section. */
export function countOf(text: string, name: string): number {
  const match = new RegExp(`^count ${name}: (\\d+)$`, 'm').exec(text);
  return match === null ? Number.NaN : Number(match[1]);
}

/** The text with the number in a name's section raised by one. */
export function counted(text: string, name: string): string {
  return text.replace(`count ${name}: ${countOf(text, name)}\n`, `count ${name}: ${countOf(text, name) + 1}\n`);
}

export function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
