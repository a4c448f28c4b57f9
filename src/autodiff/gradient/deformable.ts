/** Gradient of a convolution whose kernel reaches to places that the network chooses (Dai et al. 2017, Zhu et al. 2019). */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { windowOf } from '../../onnx/infer/window.js';
import { numbers } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';
import type { RuleContext, RuleTable } from '../rule.js';
import { composite } from './composite.js';
import { spatialSizes } from './convolution.js';
import { matrix } from './matrix.js';
import { sizeOf } from './movement.js';
import { corners, interpolated, neighbours } from './neighbours.js';
import { interpolating } from './sampling.js';

/** Where kernel elements lie along an axis without offsets: [kernel elements, outputs]. */
function regular(b: Builder, window: ReturnType<typeof windowOf>, outputs: readonly number[], axis: number, like: Value): Value {
  const behind = (sizes: readonly number[]) => elementCount(sizes.slice(axis + 1));
  const at = (flat: number, sizes: readonly number[]) => Math.floor(flat / behind(sizes)) % sizes[axis]!;
  const [rows, columns] = [elementCount(window.kernel), elementCount(outputs)];
  const places = Array.from({ length: rows * columns }, (_, i) => {
    const [element, output] = [Math.floor(i / columns), i % columns];
    return (
      at(output, outputs) * window.strides[axis]! - window.begins[axis]! + at(element, window.kernel) * window.dilations[axis]!
    );
  });
  return b.constant(numbers(like.dtype ?? 'float32', places, [rows, columns]));
}

/** The elements under the kernel at each place, as columns, times the kernel. */
function written({ b, node, inputs: [x, w, offset, bias, mask], y }: RuleContext): Value {
  const window = windowOf(node);
  const [sizes, outputs] = [spatialSizes(x!, node), spatialSizes(y, node)];
  const [groups, sets] = [node.int('group', 1), node.int('offset_group', 1)];
  const [channels, filters] = [sizeOf(x!, 1, node), sizeOf(w!, 0, node)];
  const [elements, places] = [elementCount(window.kernel), elementCount(outputs)];
  const n = sizes.length;

  const offsets = b.reshape(offset!, [0, sets, elements, n, places]);
  const around = sizes.map((size, axis) => {
    const moved = b.squeeze(b.slice(offsets, { starts: [axis], ends: [axis + 1], axes: [3] }), [3]);
    const exact = b.reshape(b.add(moved, regular(b, window, outputs, axis, x!)), [0, sets, 1, elements * places]);
    return neighbours(b, exact, size, { mode: 'linear', padding: 'zeros', alignCorners: false });
  });
  const flat = b.reshape(x!, [0, sets, channels / sets, elementCount(sizes)]);
  const taken = interpolated(b, flat, corners(b, around, sizes), channels / sets);
  const weighted = mask ? b.mul(taken, b.reshape(mask, [0, sets, 1, elements * places])) : taken;
  const columns = b.reshape(weighted, [0, groups, (channels / groups) * elements, places]);
  const kernel = b.reshape(w!, [groups, filters / groups, (channels / groups) * elements]);
  const product = b.reshape(b.matMul(kernel, columns), [0, filters, ...outputs]);
  return bias ? b.add(product, b.reshape(bias, [filters, ...outputs.map(() => 1)])) : product;
}

export const deformable = { DeformConv: composite({ ...interpolating, ...matrix }, written) } satisfies RuleTable;
