/** Iterative normalisation: places in a map excite their neighbourhood and inhibit all the rest, until few remain. */
import type { Plane } from '../../image/image.js';
import type { Kernel } from '../filter/kernels.js';
import { separable } from '../filter/separable.js';
import { minMax } from '../plane.js';

const ITERATIONS = 3;
const SCALE = 10;
const excitation = { strength: 0.5, width: 0.02 };
const inhibition = { strength: 1.5, width: 0.25 };

/**
 * Scaled to 0 to 10, then three times x <- max(0, x + excitation - inhibition - 2% of the maximum): Itti, Koch, Journal of Electronic
 * Imaging 2001, equation 5. Widths are parts of the map's width. Returns a new map.
 */
export function competed(map: Plane): Plane {
  const state = minMax({ ...map, data: map.data.slice() });
  const { data } = state;
  for (let i = 0; i < data.length; i++) data[i]! *= SCALE;
  const near = bell(excitation, map.width);
  const far = bell(inhibition, map.width);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const excited = separable(state, near, near, 'renormalise');
    const inhibited = separable(state, far, far, 'renormalise');
    let most = 0;
    for (let i = 0; i < data.length; i++) most = Math.max(most, data[i]!);
    for (let i = 0; i < data.length; i++) data[i] = Math.max(0, data[i]! + excited.data[i]! - inhibited.data[i]! - 0.02 * most);
  }
  return state;
}

/** One axis of strength^2 / (2 pi sigma^2) exp(-r^2 / 2 sigma^2), to three sigmas. */
function bell({ strength, width }: { strength: number; width: number }, size: number): Kernel {
  const sigma = Math.max(1e-3, width * size);
  const radius = Math.ceil(3 * sigma);
  const taps = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return { taps: taps.map((tap) => (strength * tap) / sum), first: -radius };
}
