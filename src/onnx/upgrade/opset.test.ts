import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.js';
import { type Attributes, Graph, Node, Operation, Value } from '../graph.js';
import type { DType } from '../tensor.js';
import { upgrade } from './index.js';

describe('the opset that a model is brought to', () => {
  it.each([
    [7, 17],
    [13, 17],
    [17, 17],
    [19, 19],
    [21, 21],
    [22, 21],
    [25, 21],
  ])('%i becomes %i', (from, to) => {
    expect(upgrade(one('Relu', from)).details.opset).toBe(to);
  });

  it.each([
    [7, 23],
    [18, 20],
    [21, 22],
    [23, 21],
    [23, 22],
  ])('%i becomes %i where that is asked for', (from, to) => {
    expect(upgrade(one('Softplus', from), to).details.opset).toBe(to);
  });

  it.each<[string, Attributes, DType, opset: number, lowest: number]>([
    ['Attention', {}, 'float32', 23, 23],
    ['Swish', {}, 'float32', 25, 25],
    ['Cast', { to: 23 }, 'float32', 23, 23],
    ['DequantizeLinear', { output_dtype: 1 }, 'uint8', 23, 23],
    ['Softplus', {}, 'bfloat16', 22, 22],
    ['Softplus', {}, 'float16', 22, 21],
    ['Identity', {}, 'uint8', 23, 21],
  ])('%s %j of %s at %i stays at %i', (op, attributes, dtype, opset, lowest) => {
    expect(upgrade(one(op, opset, { attributes, dtype })).details.opset).toBe(lowest);
  });
});

describe('what is refused', () => {
  it.each<[string, Graph, number | undefined, string]>([
    ['an old model', one('Relu', 5), undefined, 'opset 5, and 6 is the oldest'],
    ['another opset for a model of the future', one('Relu', 26), 21, 'opset 26, and 25 is the newest'],
    ['a target that does not exist', one('Relu', 17), 17.5, 'from 17 to 23, not 17.5'],
    ['a target below 17', one('Relu', 11), 15, 'from 17 to 23, not 15'],
    ['the way down', one('Relu', 20), 18, 'opset 20 is not brought down to 18'],
    ['the way down for what is new', one('Attention', 23), 21, 'Attention at "node" came with opset 23'],
    ['Scan of opset 8', one('Scan', 8), undefined, 'Scan at "node": Scan of opset 8 is not read'],
    ['a mask of Dropout', one('Dropout', 9, { outputs: 2 }), undefined, 'its mask is used'],
    ['batch statistics', one('BatchNormalization', 13, { outputs: 5 }), undefined, 'its batch statistics are used'],
    [
      'a way to resize that is gone',
      one('Resize', 11, { attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_half_pixel_for_nn' } }),
      undefined,
      'tf_half_pixel_for_nn with mode "linear"',
    ],
  ])('%s', (_, graph, target, message) => {
    expect(() => upgrade(graph, target)).toThrow(UserError);
    expect(() => upgrade(graph, target)).toThrow(message);
  });
});

/** A graph of one node. */
function one(
  op: string,
  opset: number,
  { attributes = {}, dtype = 'float32', outputs = 1 }: { attributes?: Attributes; dtype?: DType; outputs?: number } = {},
): Graph {
  const x = new Value('x', { dtype, shape: [2, 3] });
  const node = new Node(new Operation(op, [x], attributes), {
    name: 'node',
    outputs: Array.from({ length: outputs }, (_, i) => ({ name: `y${i}`, info: {} })),
  });
  const details = { opset, domains: {}, metadata: {}, producer: '', functions: [] };
  return new Graph({ name: 'one', inputs: [x], outputs: node.outputs, details });
}
