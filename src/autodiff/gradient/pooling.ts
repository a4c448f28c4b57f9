/** Gradients of pooling. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { type Window, windowOf } from '../../onnx/infer/window.js';
import { floats } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { sign } from './arithmetic.js';
import { convolutionAdjoint, spatialSizes } from './convolution.js';
import { scatterAdd } from './indexing.js';
import { sizeOf } from './movement.js';
import { countOver } from './reduction.js';

/**
 * Each window's share goes to its winner, whose flat index the pool itself tells. Overlapping windows with one winner add up, which
 * is why this is a scatter with addition: MaxUnpool would keep one of them.
 */
const maxPool: Rule = ({ b, node, x, dy }) => {
  const indices = node.outputs[1] ?? fail(`${node.label} does not yield its indices`);
  if (node.int('storage_order', 0) === 0) return [scatterFlat(b, x, indices, dy)];
  // Counted along columns: the indices of an image that lies on its side.
  const spatial = x.shape!.map((_, axis) => axis).slice(2);
  const turn = [0, 1, ...spatial.toReversed()];
  return [b.transpose(scatterFlat(b, b.transpose(x, turn), indices, dy), turn)];
};

/** Zeros of the shape of `like`, with values added at flat indices. */
function scatterFlat(b: Builder, like: Value, indices: Value, values: Value): Value {
  const isKnown = like.shape?.every((dim) => typeof dim === 'number');
  const size = isKnown ? b.ints([elementCount(like.shape as number[])]) : b.reshape(b.op('Size', [like]), [1]);
  return b.reshapeLike(scatterAdd(b, size, 0, b.reshape(indices, [-1]), b.reshape(values, [-1])), like);
}

/** Adds each window's share to all of its places: the adjoint of a convolution with ones, channel by channel. */
function spread({ b, node, x }: RuleContext, dy: Value, window: Window): Value {
  const channels = sizeOf(x, 1, node);
  const ones = b.op('Expand', [b.scalar(1, dy.dtype), b.ints([channels, 1, ...window.kernel])]);
  return convolutionAdjoint(b, dy, ones, window, channels, x);
}

/**
 * How many places each window averages over, as a constant [1, 1, ...outputs]. Padding counts where `count_include_pad` says so;
 * what `ceil_mode` lets a window reach beyond the padding never does.
 */
function windowCounts(node: Node, window: Window, sizes: readonly number[], outputs: readonly number[]): number[] {
  const includePad = node.int('count_include_pad', 0) === 1;
  const perAxis = outputs.map((output, i) =>
    Array.from({ length: output }, (_, o) => {
      const start = o * window.strides[i]! - window.begins[i]!;
      const low = includePad ? -window.begins[i]! : 0;
      const high = includePad ? sizes[i]! + window.ends[i]! : sizes[i]!;
      const places = Array.from({ length: window.kernel[i]! }, (_, k) => start + k * window.dilations[i]!);
      return places.filter((place) => place >= low && place < high).length;
    }),
  );
  return perAxis.reduce((products, counts) => products.flatMap((product) => counts.map((count) => product * count)), [1]);
}

const averagePool: Rule = (context) => {
  const window = windowOf(context.node);
  return [spread(context, context.b.div(context.dy, divisor(context, window)), window)];
};

/** The kernel's size where windows are never cut; no size of the input needs to be known for that. */
function divisor({ b, node, x, dy }: RuleContext, window: Window): Value | number {
  const padded = [...window.begins, ...window.ends].some(Boolean) && node.int('count_include_pad', 0) === 0;
  if (!padded && node.int('ceil_mode', 0) === 0) return elementCount(window.kernel);
  const outputs = spatialSizes(dy, node);
  const counts = windowCounts(node, window, spatialSizes(x, node), outputs);
  return b.cast(b.constant(floats(counts, [1, 1, ...outputs])), dy.dtype ?? 'float32');
}

/** |x|^p summed to y^p: dx = sign(x) |x|^(p-1) times the windows' shares of dy y^(1-p). */
function powerShare({ b, node, x, y, dy }: RuleContext, spreadShare: (share: Value) => Value): Value {
  const p = node.int('p', 2);
  const zero = b.mask(b.equal(y, 0), y);
  const share = p === 1 ? dy : b.mul(dy, b.mul(b.pow(b.add(y, zero), 1 - p), b.sub(1, zero)));
  const inner = p === 1 ? sign(b, x) : p === 2 ? x : b.mul(sign(b, x), b.pow(b.abs(x), p - 1));
  return b.mul(inner, spreadShare(share));
}

/** The mean over all places. */
const globalAveragePool: Rule = ({ b, x, dy }) => {
  const spatial = Array.from({ length: (x.rank ?? 2) - 2 }, (_, i) => i + 2);
  return [b.expandLike(b.div(dy, countOver(b, x, dy, spatial)), x)];
};

/** The first of the largest takes all. */
const globalMaxPool: Rule = ({ b, x, dy }) => {
  const flat = b.op('Flatten', [x], { axis: 2 });
  const winner = b.op('ArgMax', [flat], { axis: 1, keepdims: 1 });
  const zeros = b.zerosLike(flat);
  const share = b.reshapeLike(dy, winner);
  return [b.reshapeLike(b.op('ScatterElements', [zeros, winner, share], { axis: 1 }), x)];
};

export const pooling = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: (context) => [powerShare(context, (share) => spread(context, share, windowOf(context.node)))],
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  GlobalLpPool: (context) => [powerShare(context, (share) => context.b.expandLike(share, context.x))],
} satisfies RuleTable;
