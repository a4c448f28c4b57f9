/** Infidelity: how far the attribution is from predicting what a perturbation does to the score. */
import { random } from '../../tensor/random.js';
import type { Pixels, Score } from './pixels.js';
import { scoreEach } from './pixels.js';

export interface Infidelity {
  readonly plain: number;
  /** With the attribution scaled by the factor that fits best, so that its unit does not count. */
  readonly normalised: number;
}

/**
 * Mean over perturbations I of (I . a - (f(x) - f(x - I)))^2. From 0, lower is better. Yeh et al., NeurIPS 2019; equal to `captum.metrics.infidelity`.
 *
 * Pitfalls: in units of the score squared: plain values compare between attributions of one unit only, so saliency methods without a unit (class
 * activation, guided backpropagation) need the normalised one. Attributions that already hold the input (input x gradient, IG) answer for
 * I = share of (x - baseline): divide I by (x - baseline) for them, see Captum's `multiply_by_inputs`.
 * @param attribution one value for each value of the image, all channels
 * @param perturbations of the image's length; see {@link gaussianPerturbations}
 */
export async function infidelity(
  score: Score,
  image: Pixels,
  attribution: ArrayLike<number>,
  perturbations: readonly ArrayLike<number>[],
): Promise<Infidelity> {
  const [clean] = await score([image]);
  const scores = await scoreEach(score, subtracted(image, perturbations));
  const predicted = perturbations.map((change) => dot(change, attribution));
  const drops = scores.map((value) => clean! - value);
  const squares = dot(predicted, predicted);
  const scale = squares > 0 ? dot(predicted, drops) / squares : 0;
  const error = (factor: number) =>
    predicted.reduce((sum, value, i) => sum + (factor * value - drops[i]!) ** 2, 0) / predicted.length;
  return { plain: error(1), normalised: error(scale) };
}

/** Independent normal noise on every value: the "noisy baseline" of the paper. */
export function gaussianPerturbations({ data }: Pixels, { samples = 10, sigma = 0.1, seed = 0 } = {}): Float32Array[] {
  const { normal } = random(seed);
  return Array.from({ length: samples }, () => Float32Array.from(data, () => sigma * normal()));
}

function* subtracted(image: Pixels, perturbations: readonly ArrayLike<number>[]): Generator<Pixels> {
  for (const change of perturbations) {
    const data = image.data.slice();
    for (let i = 0; i < data.length; i++) data[i]! -= change[i]!;
    yield { ...image, data };
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
