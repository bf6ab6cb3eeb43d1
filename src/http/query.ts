// The query of a URL, decoded exactly once. What is no UTF-8 and what is said twice has no meaning that two readers would
// agree on, so that neither passes for a text: the schemas refuse it.
export type Query = { readonly [name: string]: string | readonly string[] };

/** Holds no name that was not sent, as an object without a prototype does; that one is several times slower to use. */
const Sent = function (this: object) {} as unknown as new () => { [name: string]: string | readonly string[] };
Sent.prototype = Object.create(null);

const CODED = /[%+]/;

function decode(text: string): string | undefined {
  // Most names and ids stand in the URL as they are.
  if (!CODED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

export function parseQuery(text: string): Query {
  const query = new Sent();
  for (const part of text.includes('&') ? text.split('&') : [text]) {
    if (part === '') continue;
    const sign = part.indexOf('=');
    const name = sign === -1 ? part : part.slice(0, sign);
    const value = sign === -1 ? '' : part.slice(sign + 1);
    const key = decode(name);
    const known = key === undefined ? undefined : query[key];
    const read = decode(value);
    if (key === undefined) query[name] = [];
    else if (known !== undefined || read === undefined) query[key] = [known ?? '', read ?? ''].flat();
    else query[key] = read;
  }
  return query;
}
