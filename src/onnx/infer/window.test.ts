import { describe, expect, it } from 'vitest';
import { type Attributes, type Info, Operation, type Shape, Value } from '../graph.js';
import { ints } from '../tensor.js';
import { axesOf } from './axes.js';
import { numbersOf } from './content.js';
import { windowOf } from './window.js';

const value = (name: string, shape: Shape, info: Info = {}) => new Value(name, { dtype: 'float32', shape, ...info });
const constant = (...values: number[]) => new Value('c', { dtype: 'int64', shape: [values.length] }, { tensor: ints(values) });

describe('windowOf', () => {
  const conv = (op: string, x: Shape, w: Shape, attributes: Attributes) =>
    windowOf(new Operation(op, [value('x', x), value('w', w)], attributes));

  it.each<[string, Shape, Shape, Attributes, number[], number[]]>([
    ['Conv', [1, 3, 9, 8], [4, 3, 3, 2], {}, [0, 0], [0, 0]],
    ['Conv', [1, 3, 9, 8], [4, 3, 3, 2], { pads: [1, 2, 3, 4] }, [1, 2], [3, 4]],
    ['Conv', [1, 3, 9, 8], [4, 3, 3, 2], { auto_pad: 'VALID' }, [0, 0], [0, 0]],
    ['Conv', [1, 3, 9, 8], [4, 3, 3, 2], { auto_pad: 'SAME_UPPER' }, [1, 0], [1, 1]],
    ['Conv', [1, 3, 9, 8], [4, 3, 3, 2], { auto_pad: 'SAME_LOWER' }, [1, 1], [1, 0]],
    // ceil(224 / 2) = 112 windows reach to 2 * 111 + 3 = 225.
    ['Conv', [1, 3, 224, 225], [4, 3, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }, [0, 1], [1, 1]],
    ['Conv', [1, 3, 9, 9], [4, 3, 1, 1], { auto_pad: 'SAME_UPPER', strides: [2, 2] }, [0, 0], [0, 0]],
    ['ConvTranspose', ['N', 3, 'H', 'W'], [3, 4, 3, 4], { auto_pad: 'SAME_UPPER', strides: [2, 2] }, [0, 1], [1, 1]],
    ['ConvTranspose', ['N', 3, 'H', 'W'], [3, 4, 3, 4], { auto_pad: 'SAME_LOWER', strides: [2, 2] }, [1, 1], [0, 1]],
    ['ConvTranspose', [1, 3, 5, 5], [3, 4, 3, 3], { output_shape: [9, 10], strides: [2, 2] }, [1, 1], [1, 0]],
  ])('%s %j %j %j', (op, x, w, attributes, begins, ends) => {
    expect(conv(op, x, w, attributes)).toMatchObject({ kernel: w.slice(2), begins, ends });
  });

  it('reads pools', () => {
    const pool = new Operation('AveragePool', [value('x', [1, 1, 5, 'W'])], {
      kernel_shape: [3, 2],
      strides: [2, 1],
      pads: [1, 0, 0, 1],
    });
    expect(windowOf(pool)).toEqual({ kernel: [3, 2], strides: [2, 1], dilations: [1, 1], begins: [1, 0], ends: [0, 1] });
  });

  it('says which size is missing', () => {
    expect(() => conv('Conv', ['N', 3, 'H', 'W'], [4, 3, 3, 3], { auto_pad: 'SAME_UPPER' })).toThrow(
      'Conv("x" [N,3,H,W], "w" [4,3,3,3]): its padding depends on the size of its input: give the sizes of the inputs',
    );
  });
});

describe('axesOf', () => {
  const x = value('x', ['N', 1, 4]);
  it.each<[string, Operation, number, readonly number[] | undefined]>([
    ['an attribute', new Operation('ReduceMean', [x], { axes: [-1, 0] }), 17, [2, 0]],
    ['an input', new Operation('ReduceMean', [x, constant(-2)]), 18, [1]],
    ['an input early on', new Operation('ReduceSum', [x, constant(0)]), 13, [0]],
    ['all', new Operation('ReduceMax', [x]), 18, [0, 1, 2]],
    ['none', new Operation('ReduceMax', [x], { noop_with_empty_axes: 1 }), 18, []],
    ['a computed input', new Operation('ReduceSum', [x, value('axes', [1])]), 17, undefined],
    ['Squeeze', new Operation('Squeeze', [x, constant(-2)]), 17, [1]],
    ['Squeeze of open sizes', new Operation('Squeeze', [x]), 17, undefined],
    ['Squeeze of known sizes', new Operation('Squeeze', [value('y', [1, 3, 1])]), 17, [0, 2]],
    ['Unsqueeze', new Operation('Unsqueeze', [x, constant(0, -1)]), 17, [0, 4]],
    ['an unknown rank', new Operation('ReduceMean', [new Value('z', {})], { axes: [-1] }), 17, undefined],
  ])('%s', (_, operation, opset, axes) => expect(axesOf(operation, opset)).toEqual(axes));
});

it('numbersOf reads what is known', () => {
  expect(numbersOf(constant(1, 2))).toEqual([1, 2]);
  expect(numbersOf(value('s', [2], { elements: [3, 4] }))).toEqual([3, 4]);
  expect(numbersOf(value('s', [2], { elements: ['N', 4] }))).toBeUndefined();
  expect(numbersOf(value('s', [2]))).toBeUndefined();
  expect(numbersOf(undefined)).toBeUndefined();
});
