// Guards that break their promises: what the checker of interleavings has to find.
import type { Guard } from '../../src/guard/types.ts';
import type { WardOptions } from './guard.ts';

export interface GuardFault {
  /** What it breaks: that edits apart from each other are all on disk, or that nothing acknowledged is gone. */
  readonly breaks: 'edits' | 'bytes';
  /** A ward with that fault. */
  wound(): WardOptions;
}

const SILENCE = { do: 'nothing' } as const;

function onGuard(breaks: GuardFault['breaks'], wound: (inner: Guard) => Partial<Guard>): GuardFault {
  return { breaks, wound: () => ({ wrap: (inner) => ({ ...inner, ...wound(inner) }) }) };
}

export const guardFaults: { readonly [name: string]: GuardFault } = {
  'looks at nothing before and after a write': onGuard('edits', () => ({
    before: async () => SILENCE,
    after: async () => SILENCE,
  })),
  'takes what is there for what the author had read': onGuard('edits', (inner) => ({
    before: async (event) => {
      await inner.read(event);
      return inner.before(event);
    },
  })),
  'loses a line of what it merges': onGuard('edits', (inner) => ({
    before: async (event) => {
      const verdict = await inner.before(event);
      if (verdict.do !== 'merged') return verdict;
      const text = Buffer.from(verdict.content).toString();
      return { ...verdict, content: Buffer.from(text.replace(/.*\n$/, '')) };
    },
  })),
  'reports the last write of a file as every write': onGuard('edits', (inner) => {
    const last = new Map<string, Parameters<Guard['before']>[0]>();
    return {
      before: async (event) => {
        last.set(event.path, event);
        return inner.before(event);
      },
      after: async (event) => inner.after({ ...event, change: last.get(event.path)?.change ?? event.change }),
    };
  }),
  'takes nothing that nobody announced': onGuard('bytes', () => ({ capture: async () => [] })),
  'forgets an edit that was reported, and what it was made on': onGuard('edits', (inner) => ({
    after: async (event) => ('edits' in event.change ? inner.after({ ...event, failed: true }) : inner.after(event)),
    before: async (event) => ('edits' in event.change ? SILENCE : inner.before(event)),
  })),
};
