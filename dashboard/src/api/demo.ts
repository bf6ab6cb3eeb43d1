// The calls of the demo: scripted agents in the background of an empty space, which leave one real conflict.
import { ask } from './request.ts';

export interface Demo {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  /** Steps that are done, of how many. */
  readonly done: number;
  readonly of: number;
  readonly agents: readonly string[];
  readonly conflictId?: string;
}

export function startDemo(): Promise<Demo> {
  return ask<Demo>({ method: 'POST', path: '/demo', body: {} });
}

export function readDemo(signal?: AbortSignal): Promise<Demo> {
  return ask<Demo>({ path: '/demo', ...(signal === undefined ? {} : { signal }) });
}
