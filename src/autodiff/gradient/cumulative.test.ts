import { type GradientCase, gradientCases, linear } from '../../../test/gradient-cases.js';
import { awayFrom, exactly, ints } from '../../../test/samples.js';

const axis = (value: number) => ints([value], []);
const ways = [0, 1].flatMap((reverse) => [0, 1].map((exclusive) => ({ reverse, exclusive })));
const zeros = exactly([0.5, 0, 2, -1.5, 0, 0, 3, 1, -2, 0.5, 1.5, 0], [2, 6]);

gradientCases(
  'running sums',
  ways.flatMap((way): GradientCase[] => [
    ['CumSum', { x: [2, 3, 4], axis: axis(2) }, way],
    ['CumSum', { x: [2, 3, 4], axis: axis(-2) }, way],
  ]),
  linear,
);
gradientCases(
  'running products',
  ways.flatMap((way): GradientCase[] => [
    ['CumProd', { x: awayFrom(0, [2, 3, 4]), axis: axis(2) }, way],
    ['CumProd', { x: awayFrom(0, [2, 3, 4]), axis: axis(-2) }, way],
    ['CumProd', { x: zeros, axis: axis(1) }, way],
  ]),
  { opset: 26, types: { float64: 2e-3 } },
);
