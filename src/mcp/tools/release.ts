// `entente_release`: to say that a change is given up. Nothing was locked for it; others are no longer told of it.
import * as z from 'zod';
import { perform } from '../../service/operation.ts';
import { release } from '../../service/operations/release.ts';
import { tokenField } from '../../service/schemas/fields.ts';
import { idWord } from '../say.ts';
import { tokenOf } from '../tokens.ts';
import { defineTool, outputOf, type Tool, WRITES } from '../tool.ts';

export const releaseTool: Tool = defineTool<{ readonly token: string }>({
  name: 'entente_release',
  title: 'Give up a change',
  description:
    'Give up a change that you announced and will not make. Nothing was locked; others stop being told of it.',
  hints: WRITES,
  input: z.strictObject({ token: tokenField }),
  output: outputOf(['released'], { id: z.string().optional() }),
  async run({ call }, { token }) {
    const { id, resource, agent } = await tokenOf(call, token);
    await perform(release, call, { draftId: id, agent });
    return {
      lines: [`RELEASED ${idWord(resource)}: forget the token.`],
      data: { outcome: 'released', id: resource },
    };
  },
});
