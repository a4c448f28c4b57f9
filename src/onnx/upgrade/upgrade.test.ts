import { fromBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../../tensor/tensor.js';
import { constantValue } from '../builder.js';
import { encodeModel } from '../codec/index.js';
import { type GraphProto, ModelProtoSchema } from '../generated/onnx_pb.js';
import { type Attribute, type Attributes, Graph, Node, Operation, type Subgraph, Value } from '../graph.js';
import { type DType, floats, ints, numbers, type Tensor } from '../tensor.js';
import { upgrade } from './index.js';

/** An input: the shape of random floats, a tensor fed at run time, or a constant. */
type Operand = readonly number[] | Tensor | { readonly constant: Tensor } | undefined;
type Case = readonly [
  op: string,
  opset: number,
  operands: readonly Operand[],
  attributes?: Attributes,
  outputs?: readonly DType[],
];

const floats32 = (count: number): readonly DType[] => Array(count).fill('float32');
const constant = (tensor: Tensor) => ({ constant: tensor });
const scales = (...values: number[]) => constant(floats(values));
const image = [1, 2, 5, 7] as const;
const batchNorm = [[2, 3, 4, 5], [3], [3], [3], positive([3])] as const;
const boxes = floats([0, 0, 3, 3, 1.2, 0.4, 4.7, 5.1], [2, 4]);

const cases: readonly Case[] = [
  ['Squeeze', 7, [[1, 3, 1, 4]], { axes: [0, 2] }],
  ['Squeeze', 11, [[1, 3, 1, 4]], { axes: [-2] }],
  ['Squeeze', 11, [[1, 3, 1, 4]]],
  ['Squeeze', 12, [[1, 3, 1, 4]], { axes: [] }],
  ['Unsqueeze', 7, [[3, 4]], { axes: [0, 3] }],
  ['Unsqueeze', 11, [[3, 4]], { axes: [-1] }],
  ['Split', 7, [[2, 6]], { axis: 1, split: [1, 2, 3] }, floats32(3)],
  ['Split', 11, [[6, 2]], {}, floats32(3)],
  ['Split', 13, [[2, 6]], { axis: -1 }, floats32(2)],
  ['Slice', 7, [[4, 5]], { starts: [1, -3], ends: [2 ** 53, -1], axes: [0, 1] }],
  ['Slice', 9, [[4, 5]], { starts: [1], ends: [2 ** 31 - 1] }],
  ['Pad', 7, [[2, 3]], { pads: [1, 0, 2, 1], value: { float: 1.5 } }],
  ['Pad', 10, [[2, 3]], { pads: [0, 1, 0, -1] }],
  ['Pad', 9, [[4, 5]], { pads: [1, 2, 0, 1], mode: 'reflect' }],
  ['TopK', 7, [[3, 6]], { axis: 1, k: 2 }, ['float32', 'int64']],
  ['TopK', 10, [[3, 6], ints([2])], {}, ['float32', 'int64']],
  ['Scatter', 9, [[3, 3], ints([1, 0, 2, 0, 2, 1], [2, 3]), [2, 3]], { axis: 0 }],
  ['DFT', 17, [[2, 5, 1]]],
  ['DFT', 19, [[2, 5, 4, 2], constant(ints([3], []))], { axis: 2, inverse: 1 }],

  ...[
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
  ].flatMap((op): Case[] => [
    [op, 7, [[2, 3, 4]], { axes: [0, 2] }],
    [op, 11, [[2, 3, 4]], { axes: [-1], keepdims: 0 }],
    [op, 12, [[2, 3, 4]]],
  ]),
  ['ReduceLogSum', 7, [positive([2, 3, 4])], { axes: [1] }],
  ['ReduceMax', 17, [[2, 3, 4]], { axes: [1] }],

  ['Clip', 7, [[3, 4]], { min: { float: -0.5 }, max: { float: 0.25 } }],
  ['Clip', 10, [[3, 4]], { max: { float: 0.25 } }],
  ['Clip', 7, [[3, 4]]],
  ['Dropout', 7, [[3, 4]], { ratio: { float: 0.3 } }],
  ['Dropout', 10, [[3, 4]]],
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): Case[] => [
    [op, 7, [[2, 3, 4]]],
    [op, 7, [[2, 5, 1, 1]]],
    [op, 7, [[2, 1, 1, 5]]],
    [op, 11, [[2, 3, 4]], { axis: -1 }],
    [op, 11, [[2, 3, 4]], { axis: -2 }],
    [op, 12, [[2, 3, 4]], { axis: 0 }],
  ]),

  ['BatchNormalization', 7, batchNorm, { epsilon: { float: 1e-3 }, momentum: { float: 0.8 }, spatial: 1 }],
  ['BatchNormalization', 7, [[2, 3, 4], [3, 4], [3, 4], [3, 4], positive([3, 4])], { spatial: 0 }],
  ['BatchNormalization', 9, batchNorm],
  ['BatchNormalization', 14, batchNorm],
  ['GroupNormalization', 18, [[2, 6, 4, 5], [3], [3]], { num_groups: 3 }],

  ['Upsample', 7, [image], { scales: { floats: [1, 1, 2, 3] } }],
  ['Upsample', 8, [image], { mode: 'linear', scales: { floats: [1, 1, 2, 2.5] } }],
  ['Upsample', 9, [image, scales(1, 1, 2, 1.7)], { mode: 'nearest' }],
  ['Upsample', 9, [image, floats([1, 1, 2, 2])], { mode: 'linear' }],
  ['Resize', 10, [image, scales(1, 1, 2, 1.3)]],
  ['Resize', 10, [image, scales(1, 1, 0.6, 0.6)], { mode: 'nearest' }],
  ['Resize', 10, [image, scales(1, 1, 0.7, 1.6)], { mode: 'nearest' }],
  ['Resize', 10, [image, scales(1, 1, 0.6, 1.6)], { mode: 'linear' }],
  ['Resize', 10, [image, floats([1, 1, 3, 2])], { mode: 'nearest' }],
  ['Resize', 11, [image, constant(floats([])), scales(1, 1, 1.5, 2)], { mode: 'cubic', cubic_coeff_a: { float: -0.5 } }],
  ['Resize', 11, [image, constant(floats([])), constant(floats([])), constant(ints([1, 2, 3, 9]))], { mode: 'linear' }],
  ...['floor', 'round_prefer_floor'].flatMap((nearest_mode): Case[] =>
    [scales(1, 1, 2, 0.5), scales(1, 1, 3, 1.4), scales(1, 1, 0.8, 2.5)].map((factors) => [
      'Resize',
      11,
      [image, constant(floats([])), factors],
      { coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode },
    ]),
  ),
  [
    'Resize',
    12,
    [image, constant(floats([0, 0, 0.1, 0.2, 1, 1, 0.9, 0.7])), constant(floats([])), constant(ints([1, 2, 4, 4]))],
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
  ],
  ['Resize', 13, [image, undefined, scales(1, 1, 2, 2)], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }],
  ['GridSample', 16, [image, [1, 3, 3, 2]]],
  ['GridSample', 16, [image, [1, 3, 3, 2]], { mode: 'bicubic', align_corners: 1 }],
  ['GridSample', 17, [image, [1, 3, 3, 2]], { mode: 'nearest' }],
  ['RoiAlign', 10, [image, boxes, ints([0, 0])], { output_height: 3, output_width: 2, sampling_ratio: 2 }],
];

describe.each(cases.map((row) => ({ name: `${row[0]} of opset ${row[1]} ${JSON.stringify(row[3] ?? {})}`, row })))(
  '$name',
  ({ row }) => {
    const [, opset] = row;
    const targets = [17, 21].filter((target) => target > opset);

    it.each(targets)('yields the same at opset %i', async (target) => {
      const { graph, feeds } = graphOf(row);
      expect(await run(upgrade(graph, target), feeds)).toEqual(await run(graph, feeds));
    });

    it.each(targets)('yields the same at opset %i where sizes are unknown', async (target) => {
      const { graph, feeds } = graphOf(row, { blind: true });
      expect(await run(upgrade(graph, target), feeds)).toEqual(await run(graph, feeds));
    });
  },
);

it('leaves out an empty list of axes', () => {
  const { graph } = graphOf(['ReduceMean', 11, [[2, 3]], { axes: [] }]);
  expect(upgrade(graph, 18).nodes[0]!.inputs).toHaveLength(1);
});

it('keeps "to the end" within int64', () => {
  const { graph } = graphOf(['Slice', 9, [[4]], { starts: [1], ends: [2 ** 63] }]);
  expect(upgrade(graph).nodes[0]!.inputs[2]!.info.elements).toEqual([2 ** 53 - 1]);
});

describe('what stays as it was', () => {
  const clip: Case = ['Clip', 9, [[2, 3]], { min: { float: 0 } }];

  it('is a graph that already has the opset', () => {
    const { graph } = graphOf(['Relu', 18, [[2, 3]]]);
    expect(upgrade(graph)).toBe(graph);
  });

  it('is the names of outputs and nodes', () => {
    const { graph } = graphOf(['Softmax', 11, [[2, 3, 4]]]);
    const { outputs } = upgrade(graph);
    expect(outputs.map(({ name, producer }) => [name, producer?.op, producer?.name])).toEqual([['y0', 'Reshape', 'node']]);
  });

  it('is operators of other domains, and a type that is known only at run time', async () => {
    const x = new Value('x', { dtype: 'float32', shape: [2, 3] });
    const gelu = make('QuickGelu', [x], {}, { domain: 'com.microsoft' });
    const { graph } = graphOf(clip);
    const outputs = [make('Clip', [gelu], clip[3], { dtype: 'float32' })];
    const mixed = new Graph({ ...graph, inputs: [x], outputs, details: { ...graph.details, domains: { 'com.microsoft': 1 } } });
    const feeds = { x: floats(uniform(6), [2, 3]) };
    expect(await run(upgrade(mixed), feeds)).toEqual(await run(mixed, feeds));
  });

  it('is what the outputs left over mean, where those of training are dropped', () => {
    const { graph } = graphOf(['BatchNormalization', 9, batchNorm, {}, floats32(5)], { ends: 1 });
    expect(upgrade(graph).nodes.map((node) => node.outputs.length)).toEqual([1]);
  });
});

describe('the bodies of control flow', () => {
  const body = (make: (x: Value) => Value, name: string) => {
    const x = new Value('x', { dtype: 'float32', shape: [3, 1, 4] });
    const graph = new Graph({ ...graphOf(['Relu', 11, [[1]]]).graph, name, inputs: [x], outputs: [make(x)] });
    const proto = fromBinary(ModelProtoSchema, encodeModel(graph)).graph!;
    return { graph: { proto: { ...proto, input: [] }, captured: ['x'] } };
  };
  const conditional = (then_branch: Attribute, else_branch: Attribute) => {
    const x = new Value('x', { dtype: 'float32', shape: [3, 1, 4] });
    const condition = new Value('condition', { dtype: 'bool', shape: [] });
    const y = make('If', [condition], { then_branch, else_branch }, { output: 'y', dtype: 'float32', captured: [x] });
    return new Graph({ ...graphOf(['Relu', 11, [[1]]]).graph, inputs: [x, condition], outputs: [y] });
  };
  const squeeze = body((x) => make('Squeeze', [x], { axes: [1] }, { output: 'squeezed', dtype: 'float32' }), 'then');
  const softmax = body(
    (x) => make('Softmax', [make('ReduceMean', [x], { axes: [0] })], { axis: 0 }, { output: 'shares', dtype: 'float32' }),
    'else',
  );

  it.each([0, 1])('climb with the model (branch %i)', async (branch) => {
    const graph = conditional(squeeze, softmax);
    const feeds = { x: floats(uniform(12), [3, 1, 4]), condition: numbers('bool', [branch], []) };
    expect(await run(upgrade(graph, 21), feeds)).toEqual(await run(graph, feeds));
  });

  it('name what is new under their node', () => {
    const { then_branch } = upgrade(conditional(squeeze, softmax)).nodes[0]!.attributes as { then_branch: { graph: Subgraph } };
    const { node, initializer } = then_branch.graph.proto as GraphProto;
    expect(initializer.map(({ name }) => name)).toEqual(['y/then_branch/sightline/const']);
    expect(node.map(({ input, output }) => [input, output])).toEqual([[['x', 'y/then_branch/sightline/const'], ['squeezed']]]);
  });

  it('climb where they are nested', async () => {
    const inner = conditional(squeeze, softmax);
    const nested = fromBinary(ModelProtoSchema, encodeModel(inner)).graph!;
    const branch = { graph: { proto: { ...nested, input: [] }, captured: ['x', 'condition'] } };
    const [x, condition] = inner.inputs as [Value, Value];
    const y = make(
      'If',
      [condition],
      { then_branch: branch, else_branch: softmax },
      { dtype: 'float32', captured: [x, condition] },
    );
    const graph = new Graph({ ...inner, inputs: inner.inputs, outputs: [y] });
    const feeds = { x: floats(uniform(12), [3, 1, 4]), condition: numbers('bool', [1], []) };
    expect(await run(upgrade(graph), feeds)).toEqual(await run(graph, feeds));
  });
});

/** Numbers from -1 to 1, other ones in each graph but the same in each run. */
function uniform(count: number, seed = 7): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}

function positive(shape: readonly number[]): Tensor {
  return floats(
    uniform(elementCount(shape), 11).map((v) => v * v + 0.1),
    shape,
  );
}

interface MakeDetails {
  readonly domain?: string;
  readonly output?: string;
  readonly dtype?: DType;
  readonly captured?: readonly Value[];
}

let made = 0;

/** A node as a file of its opset has it: nothing is inferred. */
function make(op: string, inputs: (Value | undefined)[], attributes: Attributes = {}, details: MakeDetails = {}): Value {
  const { domain = '', output = `made${made++}`, dtype, captured = [] } = details;
  return new Node(new Operation(op, inputs, attributes, domain), {
    name: output,
    outputs: [{ name: output, info: { dtype } }],
    captured,
  }).output();
}

/** @param blind whether nothing is known of the sizes; @param ends how many of the outputs are the graph's */
function graphOf(
  [op, opset, operands, attributes = {}, outputs = floats32(1)]: Case,
  { blind = false, ends = outputs.length } = {},
) {
  const feeds: Record<string, Tensor> = {};
  const inputs = operands.map((operand, i) => {
    if (!operand) return undefined;
    const name = `x${i}`;
    if ('constant' in operand) return constantValue(name, operand.constant);
    const fed = 'dtype' in operand ? operand : floats(uniform(elementCount(operand), i + 1), operand);
    feeds[name] = fed;
    return new Value(name, { dtype: fed.dtype, shape: blind ? undefined : fed.shape });
  });
  const node = new Node(new Operation(op, inputs, attributes), {
    name: 'node',
    outputs: outputs.map((dtype, i) => ({ name: `y${i}`, info: { dtype } })),
  });
  const graph = new Graph({
    name: 'test',
    inputs: inputs.filter((value) => value !== undefined && !value.tensor) as Value[],
    outputs: node.outputs.slice(0, ends),
    details: { opset, domains: {}, metadata: {}, producer: '', functions: [] },
  });
  return { graph, feeds };
}

/** What ONNX Runtime makes of a graph, as it is written. */
async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>) {
  const session = await ort.InferenceSession.create(encodeModel(graph), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const fed = Object.entries(feeds).map(([name, { dtype, shape, bytes }]) => {
    const { buffer } = bytes().slice();
    const data =
      dtype === 'float32' ? new Float32Array(buffer) : dtype === 'int64' ? new BigInt64Array(buffer) : new Uint8Array(buffer);
    return [name, new ort.Tensor(dtype as 'float32', data as Float32Array, shape)];
  });
  const results = await session.run(Object.fromEntries(fed));
  return graph.outputs.map(({ name }) => ({ dims: results[name]!.dims, data: results[name]!.data as Float32Array }));
}
