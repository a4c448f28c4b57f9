import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { float, type GraphInit, int64, model, type NodeInit, node, tensorType, truth } from '../../test/protos.js';
import { decodeModel, encodeModel } from './codec/index.js';
import { AttributeProto_AttributeType as Kind } from './generated/onnx_pb.js';
import { simplify } from './simplify.js';
import { upgrade } from './upgrade/index.js';

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

  it('of one name are told apart by their overloads', async () => {
    const steep = { ...leaky, overload: 'steep', node: [node('Mul', ['a', 'a'], ['b'])] };
    const call = (overload: string, from: string, to: string) =>
      node('Leaky', [from], [to], { domain: 'own', overload, attribute: [alpha(0.5)] });
    const bytes = model(
      { node: [call('steep', 'x', 'hidden'), call('', 'hidden', 'y')] },
      { irVersion: 10n, functions: [leaky, steep] },
    );
    const decoded = decodeModel(bytes);
    expect(decoded.nodes.map(({ op }) => op)).toEqual(['Leaky:steep', 'Leaky']);
    const graph = upgrade(decoded);
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
    const squares = Array.from(x.data as Float32Array, (value) => value * value);
    expect([await run(bytes), await run(encodeModel(graph))]).toEqual([squares, squares]);
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
