// A small seeded generator, so that the demo and the tests do the same thing for the same seed. Never for secrets.

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** A copy in a random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** A generator of its own, which does not depend on how often this one is asked later. */
  fork(): Random;
}

/** A 32-bit generator by Weyl sequence and multiply–xorshift mixing: equal seeds give equal sequences everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function bits(): number {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
  const random: Random = {
    next: () => bits() / 2 ** 32,
    below: (below) => Math.floor(random.next() * below),
    chance: (probability) => random.next() < probability,
    pick: (items) => {
      const item = items[random.below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    shuffle: (items) => {
      const copy = [...items];
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = random.below(last + 1);
        const [a, b] = [copy[last], copy[other]];
        if (a !== undefined && b !== undefined) [copy[last], copy[other]] = [b, a];
      }
      return copy;
    },
    fork: () => createRandom(bits()),
  };
  return random;
}
