import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.js';
import { Builder } from '../builder.js';
import type { Attributes, Shape, Value } from '../graph.js';
import { ints } from '../tensor.js';

const i64 = (...values: number[]) => ints(values);
type Source = Shape | ReturnType<typeof ints>;
const s = (...shape: Shape): Shape => shape;

function infer(op: string, sources: readonly Source[], attributes: Attributes): Value {
  const b = new Builder(17);
  const inputs = sources.map((source, i) => ('bytes' in source ? b.constant(source) : b.input('abcde'[i]!, 'float32', source)));
  return b.op(op, inputs, attributes);
}

describe('contradictions are errors that name operator, operands and shapes', () => {
  it.each<[string, readonly Source[], Attributes, string]>([
    [
      'Conv',
      [s('N', 3, 8, 8), s(4, 2, 3, 3)],
      {},
      'Conv("a" [N,3,8,8], "b" [4,2,3,3]): input channels and 1 group(s) of weight channels disagree: 3 and 2',
    ],
    ['Conv', [s(1, 3, 2, 2), s(4, 3, 3, 3)], {}, 'the kernel spans 3 of only 2 elements on axis 2'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { strides: [0, 1] }, 'strides [0,1] must be at least 1'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { dilations: [-1, 1] }, 'dilations [-1,1] must be at least 1'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { pads: [1, 1] }, 'pads [1,1] must have 4 numbers'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { kernel_shape: [3, 2] }, 'kernel_shape [3,2] is not the shape of the weights'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { auto_pad: 'SAME' }, 'unknown auto_pad "SAME"'],
    ['Conv', [s(1, 4, 8, 8), s(3, 2, 3, 3)], { group: 2 }, '3 filters cannot be shared by 2 groups'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { group: -1 }, 'group -1 must be positive'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3), s(5)], {}, 'filters and biases disagree: 4 and 5'],
    ['Conv', [s(3, 8, 8), s(4, 3, 3, 3)], {}, 'a kernel of 2 axes needs an input of rank 4, not 3'],
    ['Conv', [s(1, 8), s(4, 3, 3, 3)], {}, '"a" has rank 2, but must have rank 3 or more'],
    ['Conv', [s(1, 3, 8, 8), s(4, 3, 3, 3)], { pads: [0, -1, 0, 0] }, 'pads [0,-1,0,0] must be at least 0'],
    ['ConvTranspose', [s(1, 3, 8, 8), s(4, 3, 3, 3)], {}, 'input channels and weight channels disagree: 3 and 4'],
    ['MaxPool', [s(1, 3, 2, 2)], { kernel_shape: [3, 3] }, 'the kernel spans 3 of only 2 elements'],
    ['MaxPool', [s(1, 3, 8, 8)], { kernel_shape: [2, 2], pads: [2, 2, 2, 2] }, 'padding is not smaller than the kernel'],
    ['MatMul', [s(2, 3), s(4, 5)], {}, 'MatMul("a" [2,3], "b" [4,5]): inner sizes disagree: 3 and 4'],
    ['MatMul', [s(2, 3, 4), s(3, 4, 5)], {}, 'shapes do not broadcast: 2 and 3 on axis -1'],
    ['Gemm', [s(2, 3), s(4, 5)], { transB: 1 }, 'inner sizes disagree: 3 and 5'],
    ['Gemm', [s(2, 3), s(3, 5), s(4)], {}, 'shapes do not broadcast: 5 and 4'],
    ['Gemm', [s(2, 3, 4), s(3, 5)], {}, 'must have rank 2'],
    ['Einsum', [s(2, 3)], { equation: 'ij,jk->ik' }, 'equation "ij,jk->ik" is for 2 operands'],
    ['Einsum', [s(2, 3), s(4, 5)], { equation: 'ij,jk->ik' }, 'sizes of "j" disagree: 3 and 4'],
    ['Add', [s('N', 3), s('N', 4)], {}, 'Add("a" [N,3], "b" [N,4]): shapes do not broadcast: 3 and 4 on axis -1'],
    ['Add', [s(2), i64(1, 2)], {}, 'operands have different types: float32 and int64'],
    ['Reshape', [s(2, 3), i64(4, -1)], {}, '6 elements do not divide into [4]'],
    ['Reshape', [s(2, 3), i64(4, 2)], {}, '6 elements do not fit [4,2]'],
    ['Reshape', [s(2, 3), i64(-1, -1)], {}, '[-1,-1] is not a shape'],
    ['Transpose', [s(2, 3)], { perm: [0, 0] }, 'perm [0,0] is not a permutation'],
    ['Transpose', [s(2, 3)], { perm: [0, 1, 2] }, 'perm [0,1,2] is not for rank 2'],
    ['Squeeze', [s(2, 3), i64(0)], {}, 'axis 0 has size 2, not 1'],
    ['Unsqueeze', [s(2, 3), i64(0, 0)], {}, 'axes [0,0] name an axis twice'],
    ['Concat', [s(2, 3), s(3, 3)], { axis: 1 }, 'sizes of axis 0 disagree: 2 and 3'],
    ['Concat', [s(2, 3), s(3)], { axis: 0 }, 'operands have different ranks'],
    ['Split', [s(6), i64(1, 2)], {}, 'parts of [1,2] do not make up 6'],
    ['Slice', [s(6), i64(0), i64(3), i64(0), i64(0)], {}, 'a step must not be 0'],
    ['Pad', [s(6), i64(1, 2, 3)], {}, 'pads [1,2,3] must have 2 numbers'],
    ['Pad', [s(2), i64(-1, -2)], {}, 'cut more than there is on axis 0'],
    ['DepthToSpace', [s(1, 6, 2, 2)], { blocksize: 2 }, '6 is not a multiple of 4'],
    ['Gather', [s(3), i64(3)], {}, 'index 3 is outside 3 elements'],
    ['Softmax', [s(2, 3)], { axis: 2 }, 'axis 2 is outside rank 2'],
    ['ReduceMean', [s(2, 3)], { axes: [-3] }, 'axis -3 is outside rank 2'],
    ['TopK', [s(2, 3), i64(4)], {}, 'k 4 is not a number of elements out of 3'],
    ['BatchNormalization', [s(1, 3, 4), s(3), s(3), s(2), s(3)], {}, 'channels and parameters disagree: 3 and 2'],
    ['LayerNormalization', [s(1, 3, 4), s(3)], {}, 'shapes do not broadcast: 4 and 3'],
    ['Resize', [s(1, 3, 4, 4), s(), i64(1, 1, 2)], {}, '3 scales for 4 axes'],
    ['ConstantOfShape', [i64(-1)], {}, '[-1] is not a shape'],
  ])('%s %j %j', (op, sources, attributes, message) => {
    expect(() => infer(op, sources, attributes)).toThrow(UserError);
    expect(() => infer(op, sources, attributes)).toThrow(message);
  });

  it('but what is not known contradicts nothing', () => {
    const b = new Builder(17);
    const [x, y] = [b.input('x', 'float32', ['N', 'C', 'H', 'W']), b.op('Unheard', [])];
    expect(b.op('Conv', [x, b.input('w', 'float32', [8, 3, 3, 3])]).shape).toEqual(['N', 8, 'H - 2', 'W - 2']);
    expect(b.op('Conv', [y, b.input('v', 'float32', [8, 3, 3, 3])]).shape).toBeUndefined();
    expect(b.add(x, y).shape).toBeUndefined();
    expect(b.op('constructor', [x]).info).toEqual({});
    expect(b.op('Relu', [x], {}, { domain: 'my.domain' }).info).toEqual({});
  });
});
