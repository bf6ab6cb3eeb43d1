/** The text of docs/spec.md as its parts say it. */
export function assembleSpec(): string;
/** The ids of the rules of a text, in order. */
export function rulesOf(text: string): string[];
