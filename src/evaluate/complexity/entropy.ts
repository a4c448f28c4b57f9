/** How spread out a map is, as the entropy of its shares. */

/**
 * -sum p ln(p + 1e-12) with p = |a| / sum |a|: 0 for a single pixel, ln N for a uniform map. Bhatt et al., IJCAI 2020; equal to Quantus'
 * `Complexity`. Direction: lower is simpler. An all-zero map has no shares and gives NaN.
 *
 * Pitfall: grows with the number of pixels, so maps of different grids do not compare; never report it alone.
 */
export function entropy(attribution: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < attribution.length; i++) total += Math.abs(attribution[i]!);
  let sum = 0;
  for (let i = 0; i < attribution.length; i++) {
    const share = Math.abs(attribution[i]!) / total;
    sum -= share * Math.log(share + 1e-12);
  }
  return sum;
}

/** Number of pixels with |a| above a threshold. Nguyen and Martinez 2020 ("effective complexity"); Quantus' default is 1e-5. Lower is simpler. */
export function effectiveComplexity(attribution: ArrayLike<number>, threshold = 1e-5): number {
  let count = 0;
  for (let i = 0; i < attribution.length; i++) if (Math.abs(attribution[i]!) > threshold) count++;
  return count;
}
