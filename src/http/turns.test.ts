import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { answerTogether } from './turns.ts';

describe('requests of one turn', () => {
  it('[HT41] are all worked on before the first of them is answered; who waits for something holds nobody up', async () => {
    const app = fastify();
    answerTogether(app);
    const seen: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    app.addHook('onResponse', async ({ url }) => {
      seen.push(`answered ${url}`);
    });
    for (const url of ['/a', '/b'])
      app.get(url, () => {
        seen.push(`worked on ${url}`);
        return 'done';
      });
    app.get('/late', async () => {
      await gate;
      return 'done';
    });
    await app.ready();
    const late = app.inject('/late');
    const answers = await Promise.all(['/a', '/b'].map((url) => app.inject(url)));
    expect(seen).toEqual(['worked on /a', 'worked on /b', 'answered /a', 'answered /b']);
    open();
    expect([...answers, await late].map(({ statusCode, body }) => [statusCode, body])).toEqual(
      Array(3).fill([200, 'done']),
    );
    expect(seen.at(-1)).toBe('answered /late');
    await app.close();
  });
});
