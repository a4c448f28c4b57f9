import { floats } from '../onnx/tensor.js';
import { random } from '../tensor/random.js';
import { combineByOption, severalLayers, weightedSum } from './class-activation.js';
import { defineMethod } from './method.js';

/** Random-CAM: channels with random weights, uniform from -1 to 1: what any weighting must beat. As pytorch-grad-cam. */
export const randomCam = defineMethod({
  name: 'random-cam',
  summary: 'channels of a layer with random weights: the baseline that every other map must beat',
  reference: 'pytorch-grad-cam, RandomCAM',
  space: 'layer',
  options: {
    ...severalLayers,
    seed: { type: 'number', default: 0, integer: true, description: 'of the random weights' },
  },
  combine: combineByOption,
  plan: ({ b, layer, options }) => {
    const { uniform } = random(options.seed);
    const count = layer.shape![1] as number;
    const weights = Array.from({ length: count }, () => 2 * uniform() - 1);
    const shape = layer.shape!.map((_, axis) => (axis === 1 ? count : 1));
    return weightedSum(b, b.cast(b.constant(floats(weights, shape)), layer.dtype ?? 'float32'), layer);
  },
});
