/** Limit 1: a saturated neuron, where the gradient is zero and the effect is not. */
import type { Runtime } from '../../runtime/runtime.js';
import { type Finding, finding } from './finding.js';
import { attributionOf, linearUnit, smallModel } from './small-model.js';

const size = [1, 2] as const;

/** score = 1 - relu(1 - a - b): the smaller of 1 and a + b. Either pixel alone is enough. Shrikumar et al. 2017, figure 1. */
export async function saturation(runtime: Runtime): Promise<Finding[]> {
  const model = smallModel(runtime, size, (b, x) => linearUnit(b, b.relu(linearUnit(b, x, [-1, -1], 1)), [-1], 1));
  const score = (a: number, b: number) => Math.min(1, a + b);
  const both = [1, 1];
  const gradient = await attributionOf(model, 'gradient', both, size);
  const integrated = await attributionOf(model, 'integrated-gradients', both, size, { steps: 200 });
  const deeplift = await attributionOf(model, 'deeplift', both, size);
  const lrp = await attributionOf(model, 'lrp', both, size, { composite: 'epsilon' });
  return [
    finding('effect of removing both pixels', score(1, 1) - score(0, 0)),
    finding('effect of removing the first pixel alone', score(1, 1) - score(0, 1)),
    finding('gradient of the first pixel', gradient[0]!),
    finding('integrated gradients of the first pixel', integrated[0]!),
    finding('DeepLIFT of the first pixel', deeplift[0]!),
    finding('LRP (epsilon rule) of the first pixel', lrp[0]!),
  ];
}
