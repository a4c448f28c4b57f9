/** Exporters' arithmetic on shapes, followed with names for open sizes. */
import { describe, expect, it } from 'vitest';
import { Builder } from '../builder.js';
import type { Dim, Value } from '../graph.js';
import { floats, ints, numbers } from '../tensor.js';

const b = new Builder(17);
const x = b.input('x', 'float32', ['N', 12, 'H', 'W']);
const shape = b.op('Shape', [x]);
const one = (value: number) => b.constant(ints([value], []));
const size = (axis: number) => b.gather(shape, one(axis), 0);
const vector = (value: Value) => b.unsqueeze(value, [0]);
const to = (value: Value, dtype: 'int64' | 'float32' | 'int32' | 'bool') => b.cast(value, dtype);
const half = b.constant(floats([0.5], []));

describe('follows', () => {
  it.each<[string, Value, readonly Dim[] | undefined]>([
    ['Shape', shape, ['N', 12, 'H', 'W']],
    ['Shape of the last axes', b.op('Shape', [x], { start: -2 }), ['H', 'W']],
    ['Gather', size(-1), ['W']],
    ['Gather of several', b.gather(shape, b.ints([2, 3]), 0), ['H', 'W']],
    ['Slice', b.slice(shape, { starts: [1], ends: [2 ** 62], axes: [0] }), [12, 'H', 'W']],
    ['Slice backwards', b.slice(shape, { starts: [-1], ends: [-(2 ** 62)], axes: [0], steps: [-1] }), ['W', 'H', 12, 'N']],
    ['Concat', b.concat([vector(size(0)), b.ints([-1])], 0), ['N', -1]],
    ['Add', b.add(size(2), one(1)), ['H + 1']],
    ['Sub', b.sub(size(2), size(2)), [0]],
    ['Mul', b.mul(size(2), size(3)), ['H*W']],
    ['Div', b.div(size(2), one(2)), ['floor(H/2)']],
    ['Div of what divides', b.div(size(1), one(4)), [3]],
    ['Div towards zero', b.div(one(-7), one(2)), [-3]],
    ['Mod', b.op('Mod', [one(-7), one(4)]), [1]],
    ['Mod of a name', b.op('Mod', [b.mul(size(2), one(4)), one(4)]), [0]],
    ['Neg and Abs', b.abs(b.neg(one(3))), [3]],
    ['Min', b.min(size(0), one(0)), [0]],
    ['Max', b.max(size(0), b.add(size(0), one(1))), ['N + 1']],
    ['Floor', to(b.op('Floor', [b.mul(to(size(2), 'float32'), half)]), 'int64'), ['floor(H/2)']],
    ['Ceil', to(b.op('Ceil', [b.mul(to(size(2), 'float32'), half)]), 'int64'), ['floor((H + 1)/2)']],
    ['Cast cuts off', to(b.constant(floats([-1.5, 2.7])), 'int64'), [-1, 2]],
    ['Cast to bool', to(b.ints([0, 5]), 'bool'), [0, 1]],
    ['Round to even', b.op('Round', [b.constant(floats([0.5, 1.5, -2.5]))]), [0, 2, -2]],
    ['ReduceProd', b.reduce('ReduceProd', shape, [0]), ['12*H*N*W']],
    ['Size', b.op('Size', [x]), ['12*H*N*W']],
    ['Equal of a size and -1', b.equal(shape, b.ints([-1])), [0, 0, 0, 0]],
    ['Equal that depends', b.equal(shape, b.ints([1])), undefined],
    ['Less', b.less(b.ints([-1, 2]), b.ints([0, 2])), [1, 0]],
    ['Where', b.where(b.equal(shape, b.ints([-1])), b.ints([1]), shape), ['N', 12, 'H', 'W']],
    ['And, Not', b.and(b.not(to(b.ints([0, 1]), 'bool')), to(b.ints([1, 1]), 'bool')), [1, 0]],
    ['Range', b.op('Range', [one(1), one(8), one(3)]), [1, 4, 7]],
    ['Range over a name', b.op('Range', [one(0), size(0), one(1)]), undefined],
    ['ConstantOfShape', b.op('ConstantOfShape', [b.ints([2])], { value: { tensor: ints([5]) } }), [5, 5]],
    ['Squeeze', b.squeeze(vector(size(0)), [0]), ['N']],
    ['Expand', b.op('Expand', [vector(size(0)), b.ints([3])]), ['N', 'N', 'N']],
    ['Tile', b.op('Tile', [b.ints([1, 2]), b.ints([2])]), [1, 2, 1, 2]],
    ['Constant', b.op('Constant', [], { value_ints: [3, 1] }), [3, 1]],
    ['Split', b.node('Split', [shape, b.ints([2, 2])]).output(1), ['H', 'W']],
    ['bits are not followed', b.op('BitwiseAnd', [b.ints([3]), b.ints([1])]), undefined],
    ['int32', b.op('Cast', [b.constant(numbers('int32', [7]))], { to: 7 }), [7]],
  ])('%s', (_, value, elements) => expect(value.info.elements).toEqual(elements));

  it("PyTorch's padding, which reverses pairs as rows of a matrix", () => {
    const given = b.concat([b.ints([1, 2, 3, 4]), b.op('ConstantOfShape', [b.ints([4])], { value: { tensor: ints([0]) } })], 0);
    const rows = b.slice(b.reshape(given, [-1, 2]), { starts: [-1], ends: [-(2 ** 62)], axes: [0], steps: [-1] });
    const pads = b.reshape(b.transpose(rows, [1, 0]), [-1]);
    expect(pads.info.elements).toEqual([0, 0, 3, 1, 0, 0, 4, 2]);
    expect(b.op('Pad', [x, pads]).shape).toEqual(['N', 12, 'H + 7', 'W + 3']);
  });

  it('a window partition', () => {
    const windows = b.concat([size(0), b.div(size(2), one(7)), one(7), b.div(size(3), one(7)), one(7), one(12)].map(vector), 0);
    expect(b.op('Reshape', [x, windows]).shape).toEqual(['N', 'floor(H/7)', 7, 'floor(W/7)', 7, 12]);
  });

  it('sizes whose content is computed, by rank', () => {
    const target = b.input('target', 'int64', [3]);
    const reshaped = b.op('Reshape', [x, target]);
    expect(reshaped.shape).toEqual(['Reshape(x, target)[0]', 'Reshape(x, target)[1]', 'Reshape(x, target)[2]']);
    expect(b.relu(reshaped).shape).toEqual(reshaped.shape);
  });
});
