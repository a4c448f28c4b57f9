/** Random numbers that a seed repeats, on every machine. */

export interface Random {
  /** In [0, 1). */
  readonly uniform: () => number;
  /** Mean 0, variance 1. */
  readonly normal: () => number;
  /** 0 to count - 1. */
  readonly below: (count: number) => number;
  /** The numbers 0 to count - 1 in random order. */
  readonly permutation: (count: number) => number[];
}

/** Generator sfc32 (Chris Doty-Humphrey), seeded by splitmix32; normal numbers by Box and Muller. */
export function random(seed: number): Random {
  let state = seed | 0;
  const split = () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let [a, b, c, counter] = [split(), split(), split(), 1];
  const uniform = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) uniform();
  const below = (count: number) => Math.floor(uniform() * count);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below,
    permutation: (count) => {
      const order = Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
