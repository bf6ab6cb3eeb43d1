// How far the audit reaches.
import * as z from 'zod';
import type { Operation } from '../operation.ts';
import { auditHeadResult } from '../schemas/results.ts';
import { assertAudit } from './audit.ts';

export interface AuditHead {
  readonly epoch: string;
  readonly revision: number;
  /** The cursor of the newest entry: what comes after it is new. */
  readonly cursor: string;
  /** Entries up to here are gone. */
  readonly trimmed: number;
}

export const auditHead: Operation<object, AuditHead> = {
  name: 'audit-head',
  summary: 'How far the log of the space reaches.',
  input: z.strictObject({}).meta({ id: 'AuditHeadInput' }),
  output: auditHeadResult,
  async run(call) {
    assertAudit(call);
    const { epoch, revision, trimmed } = await call.service.store.read(call.space, []);
    return { epoch, revision, cursor: `${epoch}:${revision}`, trimmed };
  },
};
