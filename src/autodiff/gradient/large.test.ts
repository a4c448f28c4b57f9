import { expect, it } from 'vitest';
import { arrayOf, backwardOf, graphOf, runOnce } from '../../../test/finite-differences.js';
import { Builder } from '../../onnx/builder.js';
import { floats } from '../../onnx/tensor.js';

it('a product with a large constant is differentiated without a transposed copy of it', async () => {
  const [rows, columns] = [1100, 1000];
  const w = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
  const b = new Builder(17);
  const x = b.input('x', 'float32', ['N', 3, rows]);
  const y = b.matMul(x, b.constant(floats(w, [rows, columns]), 'w'));
  const backward = backwardOf({ b, inputs: [x], outputs: [y] }, [x]);
  const graph = graphOf(backward, backward.outputs);
  expect(graph.nodes.map(({ op }) => op)).not.toContain('Transpose');

  const dy = Array.from({ length: 2 * 3 * columns }, (_, i) => Math.cos(i / 3));
  const feeds = {
    x: arrayOf('float32', Array<number>(2 * 3 * rows).fill(1), [2, 3, rows]),
    dy0: arrayOf('float32', dy, [2, 3, columns]),
  };
  const [dx] = await runOnce(graph, feeds);
  expect(dx!.shape).toEqual([2, 3, rows]);
  for (const place of [0, 7, 1099, 4 * rows + 50]) {
    const [at, row] = [Math.floor(place / rows), place % rows];
    const exact = Array.from({ length: columns }, (_, k) => dy[at * columns + k]! * w[row * columns + k]!);
    expect(dx!.values[place]).toBeCloseTo(
      exact.reduce((sum, part) => sum + part, 0),
      2,
    );
  }
});
