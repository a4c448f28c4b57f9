import { describe, expect, it } from 'vitest';
import { runtime } from '../../test/networks.js';
import { Builder } from '../onnx/builder.js';
import { Graph } from '../onnx/graph.js';
import { random } from '../tensor/random.js';
import { topEigenvector } from './eigenvector.js';

async function top(matrix: Float32Array, n: number, batch = 1) {
  const b = new Builder(17);
  const x = b.input('x', 'float32', ['N', n, n]);
  const { vector, value } = topEigenvector(b, x);
  const outputs = [b.named('vector', vector), b.named('value', value)];
  const graph = new Graph({
    name: 'eigen',
    inputs: [x],
    outputs,
    details: { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] },
  });
  const session = await (await runtime).load(graph);
  const results = await session.run({ x: { shape: [batch, n, n], data: matrix } });
  await session.dispose();
  return { vector: results.vector!.data as Float32Array, value: results.value!.data as Float32Array };
}

/** Q diag(values) Q' with Q from Householder reflections of random vectors. */
function symmetric(values: readonly number[], seed: number): { matrix: Float32Array; first: Float64Array } {
  const n = values.length;
  const { normal } = random(seed);
  const basis = values.map((_, i) => Float64Array.from({ length: n }, (__, j) => Number(i === j)));
  for (let k = 0; k < 3; k++) {
    const v = Float64Array.from({ length: n }, normal);
    const norm = v.reduce((sum, each) => sum + each * each, 0);
    for (const row of basis) {
      const dot = row.reduce((sum, each, i) => sum + each * v[i]!, 0);
      for (let i = 0; i < n; i++) row[i]! -= (2 * dot * v[i]!) / norm;
    }
  }
  const matrix = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++)
      matrix[i * n + j] = values.reduce((sum, value, k) => sum + value * basis[k]![i]! * basis[k]![j]!, 0);
  }
  return { matrix, first: basis[0]! };
}

describe('the top eigenvector', () => {
  it.each<[string, number[]]>([
    ['two', [2, 1]],
    ['one alone', [5]],
    ['of rank one', [3, 0, 0, 0, 0, 0]],
    ['near the next', [1, 0.98, ...Array.from({ length: 98 }, (_, i) => 0.9 - i * 0.009)]],
    ['below a larger negative one', [1, 0.5, -3, 0.2, 0.1, -1]],
    ['of many', Array.from({ length: 300 }, (_, i) => 100 / (1 + i))],
  ])('%s', async (_, values) => {
    const { matrix, first } = symmetric(values, 7);
    const { vector, value } = await top(matrix, values.length);
    expect(value[0]).toBeCloseTo(values[0]!, 3);
    const dot = vector.reduce((sum, each, i) => sum + each * first[i]!, 0);
    expect(Math.abs(dot)).toBeGreaterThan(1 - 1e-4);
  });

  it('of a batch', async () => {
    const [one, two] = [symmetric([4, 1, 2], 1), symmetric([9, 3, -1], 2)];
    const { value } = await top(Float32Array.from([...one.matrix, ...two.matrix]), 3, 2);
    expect([...value]).toEqual([expect.closeTo(4, 4), expect.closeTo(9, 4)]);
  });

  it('of zeros is finite', async () => {
    const { vector, value } = await top(new Float32Array(16), 4);
    expect([...vector, ...value].every(Number.isFinite)).toBe(true);
  });
});
