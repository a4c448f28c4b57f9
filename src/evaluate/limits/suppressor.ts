/** Limit 4: observation is not cause: a pixel that has nothing to do with the class, and that the model rightly uses. */

import type { Runtime } from '../../runtime/runtime.js';
import { random } from '../../tensor/random.js';
import { mean, pearson } from '../statistics/moments.js';
import { type Finding, finding } from './finding.js';
import { attributionOf, linearUnit, smallModel } from './small-model.js';

const size = [1, 2] as const;
const SAMPLES = 4000;

/**
 * The first pixel is signal + glare, the second is the glare alone. The best model subtracts: score = first - second = signal. Haufe et al., NeuroImage
 * 2014 ("suppressor variable").
 */
export async function suppressor(runtime: Runtime): Promise<Finding[]> {
  const { normal } = random(11);
  const samples = Array.from({ length: SAMPLES }, () => ({ signal: normal(), glare: 2 * normal() }));
  const model = smallModel(runtime, size, (b, x) => linearUnit(b, x, [1, -1], 0));
  const [first, second] = await attributionOf(model, 'gradient', [1, 1], size);
  const right = (score: (sample: { signal: number; glare: number }) => number) =>
    mean(samples.map((sample) => Number(score(sample) > 0 === sample.signal > 0)));
  return [
    finding(
      'correlation of the second pixel with the class',
      pearson(
        samples.map(({ glare }) => glare),
        samples.map(({ signal }) => Math.sign(signal)),
      ),
    ),
    finding("the second pixel's share of the gradient", Math.abs(second!) / (Math.abs(first!) + Math.abs(second!))),
    finding(
      'accuracy with both pixels',
      right(({ signal, glare }) => signal + glare - glare),
    ),
    finding(
      'accuracy with the second pixel set to its mean',
      right(({ signal, glare }) => signal + glare),
    ),
  ];
}
