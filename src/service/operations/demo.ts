// `demo`: scripted agents for whoever has an empty space and wants to see what it is for.
import * as z from 'zod';
import { parseAgentId } from '../../core/resource.ts';
import { agents } from '../demo/plan.ts';
import type { Demo } from '../demos.ts';
import type { Operation } from '../operation.ts';
import { forbidden, lacking, mayActAs, mayAll } from '../rights.ts';
import { demoResult } from '../schemas/insight.ts';

export const startDemo: Operation<object, Demo> = {
  name: 'start-demo',
  summary: 'Let scripted agents work in an empty space, in the background. One conflict is left for a person.',
  input: z.strictObject({}).meta({ id: 'StartDemoInput' }),
  output: demoResult,
  async run(call) {
    const { principal, space, service } = call;
    for (const right of ['read', 'commit', 'policy'] as const)
      if (!mayAll(principal, right, space)) throw lacking(right, '**');
    const other = agents.find((name) => !mayActAs(principal, space, parseAgentId(name)));
    if (other !== undefined)
      throw forbidden(`Your key may not write as ${JSON.stringify(other)}.`, 'Ask for the grant act-as:**');
    return service.demos.start(call);
  },
};

export const demo: Operation<object, Demo> = {
  name: 'demo',
  summary: 'How far the demo is that was begun in this space, if one was since the server started.',
  input: z.strictObject({}).meta({ id: 'DemoInput' }),
  output: demoResult,
  async run({ principal, space, service }) {
    if (!mayAll(principal, 'read', space)) throw lacking('read', '**');
    return service.demos.state(space);
  },
};
