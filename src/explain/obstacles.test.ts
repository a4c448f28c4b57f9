import { describe, expect, it } from 'vitest';
import { explained } from '../../test/networks.js';
import { Builder } from '../onnx/builder.js';
import { Graph, type Value } from '../onnx/graph.js';
import { floats } from '../onnx/tensor.js';
import { inspect } from './inspect.js';
import { obstaclesOf } from './obstacles.js';

function model(build: (b: Builder, x: Value) => Value): Graph {
  const b = new Builder(17);
  const x = b.input('x', 'float32', [1, 3, 8, 8]);
  const details = { opset: 17, domains: { 'com.microsoft': 1 }, metadata: {}, producer: '', functions: [] };
  return new Graph({ name: 'test', inputs: [x], outputs: [b.named('scores', build(b, x))], details });
}

describe('what stands in the way', () => {
  it('is nothing for a plain network', () => {
    const { obstacles, blocked } = obstaclesOf(model((b, x) => b.reduceMean(b.relu(x), [2, 3], false)));
    expect(obstacles).toEqual([]);
    expect(blocked).toEqual([]);
  });

  it('is listed all at once', () => {
    const graph = model((b, x) => {
      const boxes = b.constant(floats([0, 0, 0, 7, 7], [1, 5]));
      const regions = b.op('MaxRoiPool', [b.relu(x), boxes], { pooled_shape: [4, 4] }, { name: 'regions' });
      const inverse = b.op(
        'Inverse',
        [regions],
        {},
        { domain: 'com.microsoft', name: 'inverse', outputs: 1, infos: [{ dtype: 'float32', shape: [1, 3, 4, 4] }] },
      );
      return b.reduceMean(inverse, [2, 3], false);
    });
    const { obstacles, blocked } = obstaclesOf(graph);
    expect(obstacles.map(({ operator, node }) => [operator, node]).sort()).toEqual([
      ['MaxRoiPool', 'regions'],
      ['com.microsoft.Inverse', 'inverse'],
    ]);
    expect(obstacles.find(({ operator }) => operator === 'MaxRoiPool')!.attributes).toBe('pooled_shape=4,4');
    expect(
      obstacles.every(({ reason, help }) => reason.includes('has no gradient rule') && help.includes('without gradients')),
    ).toBe(true);
    expect(blocked.map(({ method }) => method)).toContain('gradient');
    expect(blocked.map(({ method }) => method)).not.toContain('eigen-cam');
  });

  it('is the operator that passes no gradient on', () => {
    const graph = model((b, x) => b.cast(b.op('ArgMax', [x], { axis: 1 }, { name: 'top' }), 'float32'));
    expect(obstaclesOf(graph).obstacles.map(({ operator, reason }) => [operator, reason])).toEqual([
      ['ArgMax', 'the gradient of ArgMax at "top" is zero everywhere'],
    ]);
  });

  it.each(['Round', 'Hardmax'])('is %s, not what chooses the class of the highest score', async (op) => {
    const graph = model((b, x) => b.reduceMean(b.op(op, [x], {}, { name: 'steps' }), [2, 3], false));
    const input = { shape: [1, 3, 8, 8], data: new Float32Array(192).fill(0.3) };
    await expect(explained(graph, 'gradient', input)).rejects.toThrow(`the gradient of ${op} at "steps" is zero everywhere`);
  });

  it('does not keep a model from being described', () => {
    const b = new Builder(17);
    const [x, y] = [b.input('x', 'float32', [1, 3, 8, 8]), b.input('y', 'float32', [1, 3, 8, 8])];
    const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
    const graph = new Graph({ name: 'test', inputs: [x, y], outputs: [b.named('scores', b.add(x, y))], details });
    const { obstacles, operators, layers } = inspect(graph);
    expect(obstacles[0]!.reason).toMatch(/several inputs, x, y/);
    expect(operators.map(({ operator }) => operator)).toContain('Add');
    expect(layers).toEqual([]);
  });
});
