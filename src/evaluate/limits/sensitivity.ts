/** Limit 3: sensitivity that is no importance: the steepest pixel is the one that is not there. */
import type { Runtime } from '../../runtime/runtime.js';
import { type Finding, finding } from './finding.js';
import { attributionOf, linearUnit, smallModel } from './small-model.js';

const size = [1, 2] as const;

/** score = 3 a + b on an image where a is 0 and b is 1. */
export async function sensitivity(runtime: Runtime): Promise<Finding[]> {
  const model = smallModel(runtime, size, (b, x) => linearUnit(b, x, [3, 1], 0));
  const score = (a: number, b: number) => 3 * a + b;
  const gradient = await attributionOf(model, 'gradient', [0, 1], size);
  const product = await attributionOf(model, 'input-x-gradient', [0, 1], size);
  return [
    finding('gradient of the dark pixel', gradient[0]!),
    finding('gradient of the bright pixel', gradient[1]!),
    finding('effect of removing the dark pixel', score(0, 1) - score(0, 1)),
    finding('effect of removing the bright pixel', score(0, 1) - score(0, 0)),
    finding('input x gradient of the dark pixel', product[0]!),
    finding('input x gradient of the bright pixel', product[1]!),
  ];
}
