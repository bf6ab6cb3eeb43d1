// Visits for tests: each ends with its test, and a page that did what no page may do fails it.
import { expect, onTestFinished } from 'vitest';
import type { Stage, Visit, VisitOptions } from './stage.ts';

/** A visit that closes with the test; what the page did wrong by then is the test's failure. */
export async function visit(stage: Stage, options: VisitOptions = {}): Promise<Visit> {
  const visited = await stage.visit(options);
  onTestFinished(async () => {
    await visited.close();
    expect(visited.problems).toEqual([]);
  });
  return visited;
}
