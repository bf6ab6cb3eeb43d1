// What the aliases of a stream of YAML speak of. The parser tells neither that an anchor is missing nor that one comes
// twice, and lines of two sides can leave both: an alias without what it stood for, or with another one in front of it.
import type { Document } from '../packages.ts';
import { loadYaml } from '../packages.ts';

interface Aliases {
  /** An alias has no anchor of its name in front of it. */
  readonly isLost: boolean;
  /** By name. */
  readonly counts: ReadonlyMap<string, Count>;
}

interface Count {
  anchors: number;
  aliases: number;
}

/** Looks through documents that parse. Throws `RangeError` where they are nested too deeply. */
export function aliasesIn(documents: readonly Document[]): Aliases {
  let isLost = false;
  const counts = new Map<string, Count>();
  const countOf = (name: string): Count => {
    const count = counts.get(name) ?? { anchors: 0, aliases: 0 };
    counts.set(name, count);
    return count;
  };
  for (const document of documents) {
    const anchors = new Set<string>();
    loadYaml().visit(document, {
      Alias(_, { source }) {
        countOf(source).aliases += 1;
        if (!anchors.has(source)) isLost = true;
      },
      Value(_, { anchor }) {
        if (anchor === undefined) return;
        anchors.add(anchor);
        countOf(anchor).anchors += 1;
      },
    });
  }
  return { isLost, counts };
}

/**
 * Whether an alias may have another anchor of its name than on the side that it is from: which one it means hangs on the
 * order of lines, so there must be a side with as many of both.
 */
export function mayRebind(result: Aliases, sides: readonly Aliases[]): boolean {
  return [...result.counts].some(([name, { anchors, aliases }]) => {
    if (anchors < 2 || aliases === 0) return false;
    return !sides.some(({ counts }) => {
      const own = counts.get(name);
      return own?.anchors === anchors && own.aliases === aliases;
    });
  });
}
