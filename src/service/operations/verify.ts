// `verify`: that nothing of a space was dropped or written over, replayed from its log. Begun here and asked for again.
import * as z from 'zod';
import type { Call, Operation } from '../operation.ts';
import { lacking, mayAll } from '../rights.ts';
import { verificationResult } from '../schemas/insight.ts';
import type { Verification } from '../verifications.ts';

/** What is wrong names resources, so that it is for who may audit all of them. */
function assertAll({ principal, space }: Call): void {
  if (!mayAll(principal, 'audit', space)) throw lacking('audit', '**');
}

export const startVerification: Operation<object, Verification> = {
  name: 'start-verification',
  summary: 'Begin to replay the log of the space and hold everything against it, or join who does.',
  input: z.strictObject({}).meta({ id: 'StartVerificationInput' }),
  output: verificationResult,
  async run(call) {
    assertAll(call);
    return call.service.verifications.start(call.space);
  },
};

export const verification: Operation<object, Verification> = {
  name: 'verification',
  summary: 'How far the check of the space is, or what the last one came to.',
  input: z.strictObject({}).meta({ id: 'VerificationInput' }),
  output: verificationResult,
  async run(call) {
    assertAll(call);
    return call.service.verifications.last(call.space);
  },
};
