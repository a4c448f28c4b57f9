import { describe, expect, it } from 'vitest';
import { arrayOf, runOnce } from '../../test/finite-differences.js';
import { Builder } from './builder.js';
import { Graph } from './graph.js';
import { plain } from './plain.js';
import { type DType, numbers } from './tensor.js';
import { withTypesOf } from './widen.js';

/** y = Relu(x w + small) in one precision, through a Cast to another and back. */
function model(dtype: DType): Graph {
  const b = new Builder(17);
  const x = b.input('x', dtype, [2, 3]);
  const w = b.constant(
    numbers(
      dtype,
      Array.from({ length: 120 }, (_, i) => (i - 60) / 64),
      [3, 40],
    ),
    'w',
  );
  const sum = b.add(b.matMul(x, w), b.constant(numbers(dtype, [0.5], [])));
  const y = b.relu(b.cast(b.cast(sum, 'float32'), dtype));
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  return new Graph({ name: 'test', inputs: [x], outputs: [b.named('y', y)], details });
}

const feed = arrayOf('float32', [0.5, -1, 2, 1, 0.25, -0.125], [2, 3]);

describe.each<DType>(['float16', 'float64', 'bfloat16'])('a model in %s', (dtype) => {
  const original = model(dtype);
  const { graph, notes, approximate } = plain(original);

  it('is explained in float32, and says so', () => {
    const values = graph.nodes.flatMap((node) => node.outputs);
    expect([...graph.inputs, ...values].map((value) => value.dtype)).not.toContain(dtype);
    expect(graph.nodes.filter(({ op }) => op === 'Cast').length).toBe(1);
    expect(notes).toEqual([`the model computes in ${dtype}; the explanation is computed in float32`]);
    expect(approximate).toBe(false);
  });

  it('computes the same', async () => {
    const [after] = await runOnce(graph, { x: feed }, 'disabled');
    const exact = [0, 1, 2, 3].map((k) => {
      const w = (row: number) => (40 * row + k - 60) / 64;
      return Math.max(0, 0.5 * w(0) - w(1) + 2 * w(2) + 0.5);
    });
    expect(after!.shape).toEqual([2, 40]);
    expect(after!.values.slice(0, 4)).toEqual(exact);
  });

  it('is shipped with inputs and outputs of its own types', async () => {
    const shipped = withTypesOf(graph, original);
    expect([...shipped.inputs, ...shipped.outputs].map((value) => [value.name, value.dtype])).toEqual([
      ['x', dtype],
      ['y', dtype],
    ]);
    if (dtype === 'bfloat16') return;
    const [before] = await runOnce(original, { x: feed });
    const [after] = await runOnce(shipped, { x: feed });
    for (const [i, value] of before!.values.entries()) expect(after!.values[i]).toBeCloseTo(value, 2);
  });
});

describe('a model of pictures of integers', () => {
  const b = new Builder(17);
  const x = b.input('x', 'uint8', [1, 2, 2, 3]);
  const y = b.reduceSum(b.square(b.mul(b.cast(x, 'float32'), 1 / 255)), [1, 2, 3], false);
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  const original = new Graph({ name: 'test', inputs: [x], outputs: [b.named('y', y)], details });
  const { graph, notes } = plain(original);
  const values = Array.from({ length: 12 }, (_, i) => 20 * i);

  it('is explained in real numbers, and says so', () => {
    expect(graph.inputs[0]!.dtype).toBe('float32');
    expect(notes).toEqual(['the input "x" is of integers; it is explained as if they were real numbers']);
  });

  it('is shipped with integers', async () => {
    const shipped = withTypesOf(graph, original);
    expect(shipped.inputs[0]!.dtype).toBe('uint8');
    const feeds = { x: { shape: [1, 2, 2, 3], data: Uint8Array.from(values) } };
    expect(await runOnce(shipped, feeds)).toEqual(await runOnce(original, feeds));
  });
});
