/** Max-sensitivity: how much the attribution can change while the image hardly does. */
import { random } from '../../tensor/random.js';
import type { Pixels } from '../faithfulness/pixels.js';

/** Attributions of images: of any one shape. */
export type Attribute = (images: readonly Pixels[]) => Promise<readonly ArrayLike<number>[]>;

/**
 * The largest |e(x + d) - e(x)| / |e(x)| over perturbations d, Euclidean norms (a zero attribution counts as norm 1). From 0, lower is more stable. Yeh et
 * al., NeurIPS 2019; equal to `captum.metrics.sensitivity_max`.
 *
 * Pitfalls: a maximum over samples grows with their number: state it. A constant map is perfectly stable. The model's score may change as well:
 * stability is no virtue where the decision itself is unstable.
 * @param perturbations of the image's length; see {@link uniformPerturbations}
 */
export async function maxSensitivity(
  attribute: Attribute,
  image: Pixels,
  perturbations: readonly ArrayLike<number>[],
): Promise<number> {
  const [clean] = await attribute([image]);
  const norm = Math.sqrt(clean ? squaredDistance(clean) : 0) || 1;
  let largest = 0;
  for (const change of perturbations) {
    const data = image.data.slice();
    for (let i = 0; i < data.length; i++) data[i]! += change[i]!;
    const [moved] = await attribute([{ ...image, data }]);
    largest = Math.max(largest, Math.sqrt(squaredDistance(clean!, moved!)) / norm);
  }
  return largest;
}

/** Uniform noise within +- radius: Captum's default is 10 samples of 0.02, Quantus' 200 of 0.2. */
export function uniformPerturbations({ data }: Pixels, { samples = 10, radius = 0.02, seed = 0 } = {}): Float32Array[] {
  const { uniform } = random(seed);
  return Array.from({ length: samples }, () => Float32Array.from(data, () => radius * (2 * uniform() - 1)));
}

function squaredDistance(a: ArrayLike<number>, b?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - (b?.[i] ?? 0)) ** 2;
  return sum;
}
