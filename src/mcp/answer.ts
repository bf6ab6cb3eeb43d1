// The answer of a tool, before it is a result of the protocol: what the model reads first, the data behind it, and what
// of that is stored content. The data goes out twice: as structured content, and as text for clients that know none.
import type { CallToolResult, ResourceLink } from '@modelcontextprotocol/server';
import { fence } from './say.ts';

/** A call that the answer proposes. It is built from our own words and from ids, never from stored text. */
export interface NextCall {
  readonly tool: string;
  readonly with: { readonly [argument: string]: unknown };
  readonly why: string;
}

export interface Answer {
  /** At most three lines: what happened, the exact next call, a warning. */
  readonly lines: readonly string[];
  /** `outcome` first. */
  readonly data: { readonly outcome: string; readonly [field: string]: unknown };
  /** Stored content that stands in the text too, with whose it is. */
  readonly fenced?: { readonly what: string; readonly text: string };
  readonly links?: readonly ResourceLink[];
  /** The intent is not served, and the caller has to act. */
  readonly failed?: true;
}

/** The result of a call. `mark` names its fence, and is new for each. */
export function resultOf({ lines, data, fenced, links = [], failed }: Answer, mark: string): CallToolResult {
  const said = lines.join('\n');
  const text = fenced === undefined ? said : `${said}\n${fence(mark, fenced.what, fenced.text)}`;
  return {
    content: [{ type: 'text', text }, ...links, { type: 'text', text: JSON.stringify(data) }],
    structuredContent: { ...data },
    ...(failed === undefined ? {} : { isError: true }),
  };
}
