/** Gradients of operators whose output is a choice among their elements, or made of a few numbers. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import { linear, type Rule, type RuleTable } from '../rule.js';
import { axisOf, gatherAdjoint } from './indexing.js';

/** Slices along an axis, or elements of the flattened tensor, go back to where they were found. */
function putBack(b: Builder, node: Node, x: Value, indices: Value, dy: Value): Value {
  const axis = node.has('axis') ? axisOf(node, x) : undefined;
  if (axis === undefined) return b.reshapeLike(gatherAdjoint(b, dy, 0, indices, b.reshape(b.op('Size', [x]), [1])), x);
  const size = x.shape![axis]!;
  return gatherAdjoint(
    b,
    dy,
    axis,
    indices,
    typeof size === 'number' ? size : b.op('Shape', [x], { start: axis, end: axis + 1 }),
  );
}

/** What is not kept has no share. */
const compress: Rule = ({ b, node, x, inputs: [, condition], dy }) => [
  putBack(b, node, x, b.reshape(b.op('NonZero', [condition!]), [-1]), dy),
];

/** Of equal elements the first stands for all. */
const unique: Rule = ({ b, node, x, dy }) => {
  const first = node.outputs[1] ?? b.node('Unique', [x], node.attributes).output(1);
  return [putBack(b, node, x, first, dy)];
};

/** y = off + (on - off) [index = place]. */
const oneHot: Rule = ({ b, node, inputs: [indices, depth], dy }) => {
  const unit = b.constant(numbers(dy.dtype ?? 'float32', [0, 1], [2]));
  const on = b.op('OneHot', [indices, depth, unit], { axis: node.int('axis', -1) });
  const whole = b.reduceSum(dy, undefined, false);
  const chosen = b.reduceSum(b.mul(dy, on), undefined, false);
  return [
    undefined,
    undefined,
    b.concat(
      [b.sub(whole, chosen), chosen].map((sum) => b.unsqueeze(sum, [0])),
      0,
    ),
  ];
};

/** y_i = start + i delta; how many there are changes in steps. */
const range: Rule = ({ b, inputs: [start, , delta], y, dy, wanted }) => {
  const over = (share: Value, like: Value) => b.reshapeLike(b.reduceSum(share, undefined, false), like);
  return [
    wanted[0] ? over(dy, start!) : undefined,
    undefined,
    wanted[2] ? over(b.mul(dy, b.div(b.sub(y, start!), delta!)), delta!) : undefined,
  ];
};

/** Along the last axis; a vector is a matrix of one row. */
const extract: Rule = linear(({ b, node, x, inputs: [, indices], dy }) => {
  const axis = (x.rank ?? fail(`${node.label}: the rank of "${x.name}" is unknown`)) - 1;
  const size = x.shape![axis]!;
  const length = typeof size === 'number' ? size : b.op('Shape', [x], { start: axis, end: axis + 1 });
  const rows = axis === 0 ? b.reshape(dy, [-1]) : dy;
  return gatherAdjoint(b, rows, axis, b.reshape(indices!, [-1]), length);
});

export const selection = {
  Compress: compress,
  Unique: unique,
  OneHot: oneHot,
  Range: range,
  'ai.onnx.ml.ArrayFeatureExtractor': extract,
} satisfies RuleTable;
