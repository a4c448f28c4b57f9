/** Where a path is looked at, and how much each look counts; as Captum's approximation methods. */

export const quadratureRules = ['gauss-legendre', 'left', 'right', 'middle', 'trapezoid'] as const;
export type QuadratureRule = (typeof quadratureRules)[number];

export interface Quadrature {
  /** In [0, 1]. */
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** A rule of n nodes. The trapezoid's weights add up to (n - 1) / n, as Captum's do: it has n nodes, not n steps. */
export function quadrature(rule: QuadratureRule, n: number): Quadrature {
  if (rule === 'gauss-legendre') return gaussLegendre(n);
  const last = { left: 1 - 1 / n, right: 1, middle: 1 - 1 / (2 * n), trapezoid: 1 }[rule];
  const first = { left: 0, right: 1 / n, middle: 1 / (2 * n), trapezoid: 0 }[rule];
  const nodes = Array.from({ length: n }, (_, i) => first + (n > 1 ? ((last - first) * i) / (n - 1) : 0));
  const end = (i: number) => rule === 'trapezoid' && (i === 0 || i === n - 1);
  return { nodes, weights: nodes.map((_, i) => (end(i) ? 0.5 : 1) / n) };
}

/** Nodes are the roots of the Legendre polynomial of degree n, found by Newton's method, moved from [-1, 1] to [0, 1]. */
function gaussLegendre(n: number): Quadrature {
  const roots = Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (n - i - 0.25)) / (n + 0.5));
    for (let step = 0; step < 100; step++) {
      const { value, slope } = legendre(n, x);
      x -= value / slope;
      if (Math.abs(value / slope) < 1e-15) break;
    }
    return { x, slope: legendre(n, x).slope };
  });
  return {
    nodes: roots.map(({ x }) => (1 + x) / 2),
    weights: roots.map(({ x, slope }) => 1 / ((1 - x * x) * slope * slope)),
  };
}

/** The Legendre polynomial and its derivative, by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
