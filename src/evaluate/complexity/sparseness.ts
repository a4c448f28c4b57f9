/** How few pixels carry a map, as its Gini index. */

/**
 * Gini index of |a| + 1e-7: 0 for a uniform map, towards 1 for a single pixel. Chalasani et al., ICML 2020; equal to Quantus' `Sparseness`.
 * Direction: higher is sparser, which is easier to read, and not truer.
 *
 * Pitfall: rewards small maps whatever they show, and smooth class activation maps score low by construction. Never report it alone.
 */
export function sparseness(attribution: ArrayLike<number>): number {
  const magnitudes = Float64Array.from(attribution, (value) => Math.abs(value) + 1e-7).sort();
  const n = magnitudes.length;
  let [weighted, total] = [0, 0];
  for (let i = 0; i < n; i++) {
    weighted += (2 * (i + 1) - n - 1) * magnitudes[i]!;
    total += magnitudes[i]!;
  }
  return weighted / (n * total);
}
