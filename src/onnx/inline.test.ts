import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from './codec/index.js';
import {
  type GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProtoSchema,
} from './generated/onnx_pb.js';
import { simplify } from './simplify.js';
import { upgrade } from './upgrade/index.js';

type Init<T> = Exclude<T, { readonly $typeName: string }>;
type Proto = Init<MessageInitShape<typeof ModelProtoSchema>>;
type GraphInit = Init<MessageInitShape<typeof GraphProtoSchema>>;
type NodeInit = Init<MessageInitShape<typeof NodeProtoSchema>>;

const tensorType = (elemType: number, ...dims: (number | string)[]) => ({
  value: {
    case: 'tensorType' as const,
    value: {
      elemType,
      shape: {
        dim: dims.map((dim) => ({
          value:
            typeof dim === 'number'
              ? { case: 'dimValue' as const, value: BigInt(dim) }
              : { case: 'dimParam' as const, value: dim },
        })),
      },
    },
  },
});
const node = (opType: string, input: string[], output: string[], more: Partial<NodeInit> = {}): NodeInit => ({
  opType,
  input,
  output,
  name: output[0]!,
  ...more,
});
const int64 = (name: string, values: number[], dims: number[] = [values.length]) => ({
  name,
  dims: dims.map(BigInt),
  dataType: 7,
  int64Data: values.map(BigInt),
});
const float = (name: string, values: number[]) => ({ name, dims: [BigInt(values.length)], dataType: 1, floatData: values });
const truth = (name: string, value: number) => ({ name, dims: [], dataType: 9, int32Data: [value] });

function model(graph: Partial<GraphInit>, more: Partial<Proto> = {}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [
        { domain: '', version: 17n },
        { domain: 'own', version: 1n },
      ],
      ...more,
      graph: {
        name: 'g',
        input: [{ name: 'x', type: tensorType(1, 2, 3) }],
        output: [{ name: 'y', type: tensorType(1, 2, 3) }],
        ...graph,
      },
    } as Proto),
  );
}

const x = new ort.Tensor('float32', Float32Array.of(-3, -1, 0.5, 1, 2, 4), [2, 3]);

async function run(bytes: Uint8Array): Promise<number[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  return [...((await session.run({ x })).y!.data as Float32Array)];
}

const opsets = (version: number) => [
  { domain: '', version: BigInt(version) },
  { domain: 'own', version: 1n },
];
const referring = (name: string, to: string, type: Kind) => ({ name, refAttrName: to, type });
const alpha = (f: number) => ({ name: 'alpha', type: Kind.FLOAT, f });

const leaky = {
  name: 'Leaky',
  domain: 'own',
  input: ['a', 'bias'],
  output: ['b'],
  attribute: ['alpha'],
  opsetImport: opsets(17),
  node: [
    node('LeakyRelu', ['a'], ['hidden'], { attribute: [referring('alpha', 'alpha', Kind.FLOAT)] }),
    node('Identity', ['hidden'], ['b']),
  ],
};

describe('functions of a model', () => {
  it.each<[string, Uint8Array]>([
    [
      'one with an attribute',
      model({ node: [node('Leaky', ['x'], ['y'], { domain: 'own', attribute: [alpha(0.3)] })] }, { functions: [leaky] }),
    ],
    [
      'one with the attribute’s own default',
      model({ node: [node('Leaky', ['x'], ['y'], { domain: 'own' })] }, { functions: [leaky] }),
    ],
    [
      'one with a default of the function',
      model(
        { node: [node('Leaky', ['x'], ['y'], { domain: 'own' })] },
        { functions: [{ ...leaky, attribute: [], attributeProto: [alpha(0.7)] }] },
      ),
    ],
    [
      'one that calls another twice, whose names are alike',
      model(
        { node: [node('Twice', ['x'], ['hidden'], { domain: 'own' }), node('Neg', ['hidden'], ['y'])] },
        {
          functions: [
            leaky,
            {
              name: 'Twice',
              domain: 'own',
              input: ['a'],
              output: ['b'],
              opsetImport: opsets(17),
              node: [
                node('Leaky', ['a'], ['hidden'], { domain: 'own', attribute: [alpha(0.5)] }),
                node('Leaky', ['hidden'], ['b'], { domain: 'own', attribute: [alpha(0.25)] }),
              ],
            },
          ],
        },
      ),
    ],
    [
      'one with a branch that takes values of the function',
      model(
        { node: [node('Chosen', ['x'], ['y'], { domain: 'own' })] },
        {
          functions: [
            {
              name: 'Chosen',
              domain: 'own',
              input: ['a'],
              output: ['b'],
              opsetImport: opsets(17),
              node: [
                node('ReduceSum', ['a'], ['sum'], { attribute: [{ name: 'keepdims', type: Kind.INT, i: 0n }] }),
                node('Exp', ['a'], ['hidden']),
                node('Cast', ['sum'], ['condition'], { attribute: [{ name: 'to', type: Kind.INT, i: 9n }] }),
                node('If', ['condition'], ['b'], {
                  attribute: [
                    {
                      name: 'then_branch',
                      type: Kind.GRAPH,
                      g: {
                        name: 't',
                        node: [node('Neg', ['hidden'], ['t'])],
                        output: [{ name: 't', type: tensorType(1, 2, 3) }],
                      },
                    },
                    {
                      name: 'else_branch',
                      type: Kind.GRAPH,
                      g: {
                        name: 'e',
                        node: [node('Abs', ['hidden'], ['e'])],
                        output: [{ name: 'e', type: tensorType(1, 2, 3) }],
                      },
                    },
                  ],
                }),
              ],
            },
          ],
        },
      ),
    ],
  ])('%s', async (_, bytes) => {
    const graph = simplify(upgrade(decodeModel(bytes)));
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
    expect(graph.details.functions).toEqual([]);
    expect(await run(encodeModel(graph))).toEqual(await run(bytes));
  });

  it('written for another opset are brought to the model’s', async () => {
    const unsqueeze = node('Unsqueeze', ['a'], ['high'], { attribute: [{ name: 'axes', type: Kind.INTS, ints: [0n] }] });
    const squeeze = node('Squeeze', ['high'], ['b'], { attribute: [{ name: 'axes', type: Kind.INTS, ints: [0n] }] });
    const old = { name: 'Old', domain: 'own', input: ['a'], output: ['b'], opsetImport: opsets(11), node: [unsqueeze, squeeze] };
    const bytes = model({ node: [node('Old', ['x'], ['y'], { domain: 'own' })] }, { functions: [old] });
    expect(await run(encodeModel(upgrade(decodeModel(bytes))))).toEqual([...x.data]);
  });

  it('that call themselves are refused', () => {
    const endless = { ...leaky, node: [node('Leaky', ['a'], ['b'], { domain: 'own' })] };
    const bytes = model({ node: [node('Leaky', ['x'], ['y'], { domain: 'own' })] }, { functions: [endless] });
    expect(() => upgrade(decodeModel(bytes))).toThrow('own.Leaky calls itself');
  });

  it('that stand for more nodes than there is memory are refused', () => {
    const functions = Array.from({ length: 30 }, (_, i) => ({
      name: `F${i}`,
      domain: 'own',
      input: ['a'],
      output: ['c'],
      opsetImport: opsets(17),
      node:
        i === 29
          ? [node('Neg', ['a'], ['c'])]
          : [node(`F${i + 1}`, ['a'], ['b'], { domain: 'own' }), node(`F${i + 1}`, ['b'], ['c'], { domain: 'own' })],
    }));
    const bytes = model({ node: [node('F0', ['x'], ['y'], { domain: 'own' })] }, { functions });
    expect(() => upgrade(decodeModel(bytes))).toThrow('more than 500000 nodes');
  });
});

describe('Loop', () => {
  const body = (nodes: NodeInit[], initializer: GraphInit['initializer'] = []): NodeInit['attribute'] =>
    [
      {
        name: 'body',
        type: Kind.GRAPH,
        g: {
          name: 'body',
          node: nodes,
          initializer,
          input: [
            { name: 'i', type: tensorType(7) },
            { name: 'go', type: tensorType(9) },
            { name: 'state', type: tensorType(1, 2, 3) },
          ],
          output: [
            { name: 'goes', type: tensorType(9) },
            { name: 'next', type: tensorType(1, 2, 3) },
            { name: 'row', type: tensorType(1, 2, 3) },
          ],
        },
      },
    ] as NodeInit['attribute'];
  const step = [
    node('Cast', ['i'], ['number'], { attribute: [{ name: 'to', type: Kind.INT, i: 1n }] }),
    node('Add', ['number', 'base'], ['more']),
    node('Mul', ['state', 'more'], ['next']),
    node('Neg', ['next'], ['row']),
  ];
  const graph = (attribute: NodeInit['attribute'], times: number, condition = 1): Partial<GraphInit> => ({
    initializer: [int64('times', [times], []), truth('condition', condition), float('base', [0.5])],
    node: [
      node('Loop', ['times', 'condition', 'x'], ['last', 'rows'], { attribute }),
      node('ReduceSum', ['rows', 'first'], ['sum'], { attribute: [{ name: 'keepdims', type: Kind.INT, i: 0n }] }),
      node('Add', ['last', 'sum'], ['y']),
    ],
  });
  const withAxis = (g: Partial<GraphInit>) => ({ ...g, initializer: [...g.initializer!, int64('first', [0])] });

  it('with a constant number of runs is its body, as often', async () => {
    const bytes = model(withAxis(graph(body([...step, node('Identity', ['go'], ['goes'])]), 3)));
    const simplified = simplify(upgrade(decodeModel(bytes)));
    expect(simplified.nodes.map(({ op }) => op)).not.toContain('Loop');
    expect(await run(encodeModel(simplified))).toEqual(await run(bytes));
  });

  it('ends where the condition that it computes is known to end it', async () => {
    const until = [...step, node('Less', ['i', 'limit'], ['goes'])];
    const bytes = model(withAxis(graph(body(until, [int64('limit', [1], [])]), 10)));
    const simplified = simplify(upgrade(decodeModel(bytes)));
    expect(simplified.nodes.filter(({ op }) => op === 'Mul').length).toBe(2);
    expect(await run(encodeModel(simplified))).toEqual(await run(bytes));
  });

  it('stays a loop where how often it runs depends on the input', async () => {
    const until = [
      ...step,
      node('ReduceMax', ['next'], ['largest'], { attribute: [{ name: 'keepdims', type: Kind.INT, i: 0n }] }),
      node('Less', ['largest', 'limit'], ['goes']),
    ];
    const bytes = model(withAxis(graph(body(until, [{ name: 'limit', dims: [], dataType: 1, floatData: [5] }]), 10)));
    const simplified = simplify(upgrade(decodeModel(bytes)));
    expect(simplified.nodes.map(({ op }) => op)).toContain('Loop');
    expect(await run(encodeModel(simplified))).toEqual(await run(bytes));
  });
});

describe('values that are no tensors', () => {
  it('keep their types as inputs and outputs', () => {
    const sequence = { value: { case: 'sequenceType' as const, value: { elemType: tensorType(1, 'N', 3) } } };
    const bytes = model({
      input: [{ name: 's', type: sequence }],
      output: [{ name: 'y', type: tensorType(1, 'M', 3) }],
      node: [node('ConcatFromSequence', ['s'], ['y'], { attribute: [{ name: 'axis', type: Kind.INT, i: 0n }] })],
    } as Partial<GraphInit>);
    const again = decodeModel(encodeModel(simplify(upgrade(decodeModel(bytes)))));
    expect((again.inputs[0]!.info.type as { value: { case: string } }).value.case).toBe('sequenceType');
  });
});
