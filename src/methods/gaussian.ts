/** Gaussian blur as matrix products: K_h X K_w. In a graph that costs a few milliseconds however wide the kernel is. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { Layout } from './method.js';

/**
 * The matrix [size, size] that blurs a line, row-major. The kernel is cut at four deviations, as SciPy's; beyond the ends are zeros,
 * or the end's own value. Without deviation it is the identity.
 */
export function blurMatrix(size: number, sigma: number, border: 'zero' | 'edge'): Float32Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => (sigma > 0 ? Math.exp(-0.5 * ((i - radius) / sigma) ** 2) : 1));
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    kernel.forEach((weight, i) => {
      const place = row + i - radius;
      const inside = Math.max(0, Math.min(size - 1, place));
      if (border === 'edge' || inside === place) matrix[row * size + inside]! += weight / total;
    });
  }
  return Float32Array.from(matrix);
}

/** Pictures blurred with matrices [H, H] and [W, W], or a pair for each of a batch: [N, 1, H, H] and [N, 1, W, W]. */
export function blurred(b: Builder, image: Value, rows: Value, columns: Value, layout: Layout): Value {
  const first = layout === 'NCHW' ? image : b.transpose(image, [0, 3, 1, 2]);
  // Symmetric in its kernel, not as a matrix where the border repeats: the columns' matrix is transposed.
  const result = b.matMul(b.matMul(rows, first), transposed(b, columns));
  return layout === 'NCHW' ? result : b.transpose(result, [0, 2, 3, 1]);
}

function transposed(b: Builder, matrix: Value): Value {
  const axes = matrix.shape!.map((_, axis) => axis);
  return b.transpose(matrix, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
