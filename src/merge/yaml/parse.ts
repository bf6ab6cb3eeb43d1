// The parser of YAML, kept from what is nested too deeply. It goes down with the nesting, and where a stack is nearly full
// a regular expression cannot be compiled: that ends the process, and no error could be caught. So the depth is counted
// before, along the tokens, which are read without going down.
import { type CST, type Document, loadYaml } from '../packages.ts';

// Known tags are not resolved: what has a tag has no mirror, and `!!omap` and `!!set` compare each with each.
const OPTIONS = { intAsBigInt: true, uniqueKeys: false, prettyErrors: false, resolveKnownTags: false } as const;

/** Levels of nesting; the parser's own stack holds about three times as many. */
const DEEPEST = 256;

/** The documents of a stream, none for an empty one. Throws `RangeError` where one is nested too deeply. */
export function parseStream(text: string): readonly Document.Parsed[] {
  const { Composer } = loadYaml();
  return [...new Composer(OPTIONS).compose(tokensOf(text))];
}

/** The first document of a text, which may be empty, and whether there are more. Throws `RangeError` as above. */
export function parseFirst(text: string): { readonly document: Document.Parsed; readonly isOnly: boolean } {
  const { Composer } = loadYaml();
  const [document, more] = new Composer(OPTIONS).compose(tokensOf(text), true, text.length);
  // With an empty text there is a document all the same: that is what is asked for.
  return { document: document as Document.Parsed, isOnly: more === undefined };
}

/** Throws `RangeError` where a text is nested too deeply for the parser. */
export function checkDepth(text: string): void {
  tokensOf(text);
}

function tokensOf(text: string): readonly CST.Token[] {
  const { Parser } = loadYaml();
  const tokens = [...new Parser().parse(text)];
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > DEEPEST) throw new RangeError('nested too deeply');
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      for (const inner of [key, value]) {
        if (inner !== null && inner !== undefined && 'items' in inner) open.push({ token: inner, depth: depth + 1 });
      }
    }
  }
  return tokens;
}
