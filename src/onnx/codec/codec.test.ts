import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Builder } from '../builder.js';
import { ModelProtoSchema, TensorProto_DataLocation } from '../generated/onnx_pb.js';
import { Graph, type Value } from '../graph.js';
import { printGraph } from '../print.js';
import { type DType, dtypes, floats, fromHalf, numbers, toHalf, toNumbers } from '../tensor.js';
import { decodeModel, encodeModel, memorySource } from './index.js';

const details = { opset: 17, domains: {}, metadata: { author: 'test' }, producer: '', functions: [] };

function graphOf(inputs: Value[], outputs: Value[]): Graph {
  return new Graph({ name: 'test', inputs, outputs, details });
}

function smallGraph(): Graph {
  const b = new Builder(17);
  const x = b.input('x', 'float32', ['N', 3, 8, 8]);
  const w = b.constant(
    floats(
      Array.from({ length: 4 * 3 * 9 }, (_, i) => i / 7),
      [4, 3, 3, 3],
    ),
    'w',
  );
  const y = b.op('Conv', [x, w], { pads: [1, 1, 1, 1], auto_pad: 'NOTSET', group: 1 });
  const z = b.op('LeakyRelu', [y], { alpha: { float: 0.25 } });
  return graphOf([x], [b.named('z', z)]);
}

const protoOf = (graph: NonNullable<Parameters<typeof create<typeof ModelProtoSchema>>[1]>['graph']) =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: 17n }], graph: { name: 'g', ...graph } }),
  );

describe('the codec', () => {
  it('writes what it reads', () => {
    const graph = smallGraph();
    const again = decodeModel(encodeModel(graph));
    expect(printGraph(again)).toBe(printGraph(graph));
    expect(again.details.metadata).toEqual({ author: 'test' });
    expect(toNumbers(again.find('w')!.tensor!)).toEqual(toNumbers(graph.find('w')!.tensor!));
  });

  it.each(dtypes.filter((dtype) => /^(float(32|64|16)|bfloat16|u?int(8|16|32|64)|bool)$/.test(dtype)))(
    'keeps %s constants',
    (dtype: DType) => {
      const values = dtype === 'bool' ? [0, 1, 1, 0] : [0, 1, 2, 100];
      const b = new Builder(17);
      const graph = graphOf([], [b.op('Identity', [b.constant(numbers(dtype, values), 'c')], {}, { outputs: ['y'] })]);
      const constant = decodeModel(encodeModel(graph)).find('c')!;
      expect(constant.dtype).toBe(dtype);
      expect(toNumbers(constant.tensor!)).toEqual(values);
    },
  );

  it.each([
    ['floatData', 1, { floatData: [1, 2] }],
    ['doubleData', 11, { doubleData: [1, 2] }],
    ['int64Data', 7, { int64Data: [1n, 2n] }],
    ['uint64Data', 13, { uint64Data: [1n, 2n] }],
    ['uint64Data for uint32', 12, { uint64Data: [1n, 2n] }],
    ['int32Data', 6, { int32Data: [1, 2] }],
    ['int32Data for int8', 3, { int32Data: [1, 2] }],
    ['int32Data for float16', 10, { int32Data: [0x3c00, 0x4000] }],
  ])('reads %s', (_, dataType, data) => {
    const bytes = protoOf({
      initializer: [{ name: 'c', dims: [2n], dataType, ...data }],
      node: [{ opType: 'Identity', input: ['c'], output: ['y'] }],
      output: [{ name: 'y' }],
    });
    expect(toNumbers(decodeModel(bytes).find('c')!.tensor!)).toEqual([1, 2]);
  });

  it('writes a sparse constant out', () => {
    const sparse = {
      values: { name: 'c', dims: [2n], dataType: 1, floatData: [5, 7] },
      indices: { dims: [2n, 2n], dataType: 7, int64Data: [0n, 1n, 1n, 2n] },
      dims: [2n, 3n],
    };
    const bytes = protoOf({
      sparseInitializer: [sparse],
      node: [{ opType: 'Identity', input: ['c'], output: ['y'] }],
      output: [{ name: 'y' }],
    });
    expect(toNumbers(decodeModel(bytes).find('c')!.tensor!)).toEqual([0, 5, 0, 0, 0, 7]);
  });

  it('keeps int64 at its ends', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', [4]);
    const graph = graphOf([x], [b.op('Shape', [x], { end: 2 ** 63, start: -(2 ** 63) }, { outputs: ['y'] })]);
    expect(decodeModel(encodeModel(graph)).nodes[0]!.attributes).toEqual({ end: 2 ** 63, start: -(2 ** 63) });
  });

  it('leaves out outputs that nothing uses', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', ['N', 3, 8, 8]);
    const pool = b.node('MaxPool', [x], { kernel_shape: [2, 2] });
    expect(pool.outputs.length).toBe(2);
    expect(decodeModel(encodeModel(graphOf([x], [pool.output()]))).nodes[0]!.outputs.length).toBe(1);
    const both = decodeModel(encodeModel(graphOf([x], [pool.output(), pool.output(1)])));
    expect(both.nodes[0]!.outputs.length).toBe(2);
  });

  it('reads no weights to look at a graph, and refers to them when it writes', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', ['N', 1000]);
    const w = b.constant(floats(new Float32Array(1_000_000).fill(0.5), [1000, 1000]), 'w');
    const file = encodeModel(graphOf([x], [b.op('MatMul', [x, w], {}, { outputs: ['y'] })]));
    let read = 0;
    const source = memorySource(file, 'm.onnx');
    const counting = {
      ...source,
      read(offset: number, length: number) {
        read += length;
        return source.read(offset, length);
      },
    };
    const graph = decodeModel(counting);
    expect(read).toBeLessThan(200_000);
    expect(graph.find('w')!.tensor!.location).toMatchObject({ file: '', length: 4_000_000 });
    const thin = encodeModel(graph, { referTo: 'm.onnx' });
    expect(thin.length).toBeLessThan(1000);
    const external = decodeModel(thin, () => source).find('w')!.tensor!;
    expect(external.location!.file).toBe('m.onnx');
    expect(toNumbers(external)[999_999]).toBe(0.5);
  });
});

describe('files written by other tools', () => {
  it('may say that data is not external: quantisers do', () => {
    const values = Float32Array.from({ length: 512 }, (_, i) => i);
    const rawData = new Uint8Array(values.buffer);
    const dataLocation = TensorProto_DataLocation.DEFAULT;
    const bytes = protoOf({
      initializer: [{ name: 'w', dataType: 1, dims: [512n], rawData, dataLocation }],
      node: [{ opType: 'Identity', input: ['w'], output: ['y'] }],
      output: [{ name: 'y' }],
    });
    const [w] = decodeModel(bytes).constants;
    expect(w!.tensor!.location).toBeDefined();
    expect(toNumbers(w!.tensor!)).toEqual([...values]);
  });
});

describe('files that are no models', () => {
  const whole = encodeModel(smallGraph());

  it.each([1, 10, 50, 100, whole.length >> 1, whole.length - 20])('a model cut after %i bytes', (length) => {
    expect(() => decodeModel(memorySource(whole.subarray(0, length), 'cut.onnx'))).toThrow(/cut\.onnx/);
  });

  it.each([
    ['text', new TextEncoder().encode('this is not a model, whatever its name says\n'), /is not an ONNX model/],
    ['nothing', new Uint8Array(), /is empty/],
    ['zeros', new Uint8Array(100), /is not an ONNX model/],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeModel(memorySource(bytes, 'bad.onnx'))).toThrow(message);
  });

  const identity = { opType: 'Identity', output: ['y'] };
  it.each([
    [
      'a cycle',
      {
        node: [
          { ...identity, input: ['z'] },
          { opType: 'Relu', input: ['y'], output: ['z'] },
        ],
        output: [{ name: 'z' }],
      },
      /takes "[yz]", which nothing before it makes/,
    ],
    [
      'a name used twice',
      {
        node: [
          { ...identity, input: ['x'] },
          { ...identity, input: ['x'] },
        ],
        input: [{ name: 'x' }],
        output: [{ name: 'y' }],
      },
      /two tensors are named "y"/,
    ],
    [
      'a missing output',
      { node: [{ ...identity, input: ['x'] }], input: [{ name: 'x' }], output: [{ name: 'w' }] },
      /no node makes the output "w"/,
    ],
    ['a negative size', { initializer: [{ name: 'c', dims: [-2n], dataType: 1 }] }, /negative size, \[-2\]/],
    [
      'too few bytes',
      { initializer: [{ name: 'c', dims: [4n], dataType: 1, rawData: new Uint8Array(12) }] },
      /takes 16 bytes, and has 12/,
    ],
    [
      'a billion elements that are not there',
      { initializer: [{ name: 'c', dims: [1_000_000_000n], dataType: 1 }] },
      /takes 4000000000 bytes, and has 0/,
    ],
    [
      'a sparse tensor of gigabytes',
      {
        sparseInitializer: [
          {
            values: { name: 'c', dims: [1n], dataType: 1, floatData: [1] },
            indices: { dims: [1n], dataType: 7, int64Data: [0n] },
            dims: [1n << 33n],
          },
        ],
      },
      /a sparse tensor of shape \[8589934592\] is not read/,
    ],
    ['an unknown type', { initializer: [{ name: 'c', dims: [1n], dataType: 99 }] }, /unknown element type 99/],
    [
      'weights beyond the end of the file',
      {
        initializer: [
          {
            name: 'c',
            dims: [4n],
            dataType: 1,
            dataLocation: TensorProto_DataLocation.EXTERNAL,
            externalData: [
              { key: 'location', value: '' },
              { key: 'offset', value: '99999' },
            ],
          },
        ],
      },
      /is truncated: tensor "c" would end at byte 100015/,
    ],
    [
      'a weight file that is not there',
      {
        initializer: [
          {
            name: 'c',
            dims: [4n],
            dataType: 1,
            dataLocation: TensorProto_DataLocation.EXTERNAL,
            externalData: [{ key: 'location', value: 'w.bin' }],
          },
        ],
      },
      /keeps weights in "w\.bin", which was not given/,
    ],
  ])('%s', (_, graph, message) => {
    expect(() => decodeModel(protoOf(graph))).toThrow(message);
  });
});

describe('nodes in another order than they run', () => {
  it('are put in order', () => {
    const nodes = [
      { opType: 'Neg', input: ['b'], output: ['y'] },
      { opType: 'Abs', input: ['x'], output: ['a'] },
      { opType: 'Exp', input: ['a'], output: ['b'] },
    ];
    const graph = decodeModel(protoOf({ node: nodes, input: [{ name: 'x' }], output: [{ name: 'y' }] }));
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Abs', 'Exp', 'Neg']);
  });
});

describe('half precision', () => {
  it('converts every half there and back', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromHalf(half);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(half);
    }
  });

  it.each([
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])('rounds %f to nearest even', (value, half) => {
    expect(toHalf(value)).toBe(half);
  });
});
