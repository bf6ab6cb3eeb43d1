// `undo`: an earlier version again, as a new one. It lands on exactly the version that the caller saw, so that nothing
// which came since is undone unseen; and what is undone stays in the history.
import * as z from 'zod';
import { EntenteError } from '../../core/errors.ts';
import type { AgentId, ResourceId } from '../../core/resource.ts';
import { parseCondition } from '../etag.ts';
import type { Call, Operation } from '../operation.ts';
import { agentField, commitIdField, countField, noteField, optional, resourceField } from '../schemas/fields.ts';
import { landedWrite } from '../schemas/results.ts';
import { look, lookAt, noResource } from './read.ts';
import { required, type WriteInput, type Wrote, writeIf } from './write.ts';

export interface UndoInput {
  readonly id: ResourceId;
  /** The version that is to be there again; 0: nothing, as before there was one. */
  readonly version: number;
  /** The ETag of what is there now, as `If-Match` has it. */
  readonly ifMatch?: string;
  readonly agent?: AgentId;
  readonly note?: string;
  /** The caller's Idempotency-Key. */
  readonly commitId?: string;
}

/** Throws `gone` where the version is no longer kept. */
async function changeTo(call: Call, id: ResourceId, version: number): Promise<WriteInput['change']> {
  if (version === 0) return { delete: true };
  const found = await lookAt(call, id, version);
  if (found === undefined) throw noResource(id);
  const { head } = found;
  if (head.deleted) return { delete: true };
  const content = await found.content();
  if (content === undefined) return { hash: head.hash };
  return { content, ...(head.mediaType === undefined ? {} : { mediaType: head.mediaType }) };
}

/** As a plain conditional write, with the same rights and the same answers. */
export const undo: Operation<UndoInput, Wrote> = {
  name: 'undo',
  summary: 'Bring an earlier version back as a new one, on exactly the version that is named.',
  input: z
    .strictObject({
      ...{ id: resourceField, version: countField(0, Number.MAX_SAFE_INTEGER), ifMatch: optional(z.string()) },
      ...{ agent: optional(agentField), note: optional(noteField), commitId: optional(commitIdField) },
    })
    .meta({ id: 'UndoInput' }),
  output: landedWrite,
  async run(call, { id, version, ifMatch, note = `undo to v${version}`, agent, commitId: key }) {
    const found = await look(call, id);
    if (found === undefined) throw noResource(id);
    if (ifMatch === undefined) throw required('the ETag of what is there now as If-Match');
    // One that was sent before is answered again, though what it names is by then not the last version any more.
    if (key === undefined && version >= found.head.version) {
      throw new EntenteError('misuse', `Version ${version} is not earlier than what is there, ${found.head.version}.`, {
        next: 'Look at the versions of the resource, and name an earlier one.',
      });
    }
    return writeIf(call, {
      ...{
        id,
        change: await changeTo(call, id, version),
        ifMatch: parseCondition('If-Match', ifMatch),
        note,
        overDeleted: true,
      },
      ...(agent === undefined ? {} : { agent }),
      ...(key === undefined ? {} : { key }),
    });
  },
};
