import { type GradientCase, gradientCases, netCases } from '../../../test/gradient-cases.js';
import { between, constant, ints, positive } from '../../../test/samples.js';
import type { Attributes } from '../../onnx/graph.js';

const classes = 4;
const likelihood = between(-3, -0.1, [3, classes]);
const image = between(-2, 2, [3, classes, 2, 2]);
const labels = ints([2, 0, 3]);
const labelMap = ints([0, 1, 2, 3, 3, 3, 1, 0, 2, 2, 1, 3], [3, 2, 2]);
const settings = ['none', 'sum', 'mean'].flatMap((reduction): Attributes[] => [{ reduction }, { reduction, ignore_index: 3 }]);

gradientCases(
  'losses over classes',
  settings.flatMap((attributes): GradientCase[] =>
    (['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'] as const).flatMap((op): GradientCase[] => [
      [op, { x: likelihood, labels }, attributes],
      [op, { x: likelihood, labels, weights: constant(positive([classes])) }, attributes],
      [op, { x: image, labels: labelMap }, attributes],
      [op, { x: image, labels: labelMap, weights: positive([classes]) }, attributes],
    ]),
  ),
  // The number of labels is that of rows.
  { batch: false, types: { float64: 2e-3 } },
);

// A label that is no class and is ignored.
gradientCases('losses that ignore what is no class', [
  ['NegativeLogLikelihoodLoss', { x: likelihood, labels: ints([-1, 0, -1]) }, { ignore_index: -1 }, { batch: false }],
  ['SoftmaxCrossEntropyLoss', { x: likelihood, labels: ints([1, 10, 0]) }, { ignore_index: 10 }, { batch: false }],
]);

netCases('losses with their log-probabilities', [
  [
    'both outputs',
    { x: image, weights: positive([classes]) },
    (b, { x, weights }) => {
      const target = b.reshape(b.ints([0, 1, 2, 3, 3, 3, 1, 0, 2, 2, 1, 3]), [3, 2, 2]);
      return b.node('SoftmaxCrossEntropyLoss', [x, target, weights], { reduction: 'mean' }, { outputs: 2 }).outputs;
    },
  ],
  [
    'log-probabilities alone',
    { x: image },
    (b, { x }) => {
      const target = b.reshape(b.ints([0, 1, 2, 3, 3, 3, 1, 0, 2, 2, 1, 3]), [3, 2, 2]);
      return b.node('SoftmaxCrossEntropyLoss', [x, target], {}, { outputs: 2 }).output(1);
    },
  ],
  [
    'labels that are fed for a batch of any size',
    { x: between(-2, 2, [3, classes]) },
    (b, { x }) => b.op('SoftmaxCrossEntropyLoss', [x, b.op('ArgMax', [x], { axis: 1, keepdims: 0 })], { reduction: 'sum' }),
  ],
]);
