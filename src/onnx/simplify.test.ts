import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Builder } from './builder.js';
import { AttributeProtoSchema, GraphProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from './generated/onnx_pb.js';
import { type Attributes, Graph, type Shape, type Value } from './graph.js';
import { type SimplifyOptions, simplify } from './simplify.js';
import { floats, ints, numbers, toNumbers } from './tensor.js';

const b = () => new Builder(17);

function graphOf(inputs: readonly Value[], outputs: readonly Value[], opset = 17): Graph {
  return new Graph({ name: 'test', inputs, outputs, details: { opset, domains: {}, metadata: {}, producer: '', functions: [] } });
}

/** The graph of one input and one output, simplified, as text: `Op(operands)[attributes] ...`. */
function simplified(shape: Shape, make: (x: Value, b: Builder) => Value, options?: SimplifyOptions): string {
  const builder = b();
  const x = builder.input('x', 'float32', shape);
  return text(simplify(graphOf([x], [builder.op('Relu', [make(x, builder)], {}, { outputs: ['y'] })]), options));
}

function text(graph: Graph): string {
  const operand = (value: Value | undefined) => (value?.tensor ? `[${toNumbers(value.tensor)}]` : (value?.name ?? ''));
  const names = new Map<string, string>();
  return graph.nodes
    .map(({ op, inputs, attributes, outputs }, i) => {
      for (const { name } of outputs) if (!graph.outputs.some((output) => output.name === name)) names.set(name, `%${i}`);
      const given = inputs.map(operand).map((name) => names.get(name) ?? name);
      return `${op}(${given.join(' ')})${Object.keys(attributes).length ? JSON.stringify(attributes) : ''}`;
    })
    .join(' ');
}

describe('simplify', () => {
  it.each<[string, Shape, (x: Value, b: Builder) => Value, string]>([
    ['Identity', ['N', 4], (x, b) => b.op('Identity', [b.op('Identity', [x])]), 'Relu(x)'],
    ['Dropout', ['N', 4], (x, b) => b.op('Dropout', [x]), 'Relu(x)'],
    ['Dropout in training', ['N', 4], (x, b) => b.op('Dropout', [x, undefined, b.scalar(1, 'bool')]), 'Dropout(x  [1]) Relu(%0)'],
    ['Cast to the same type', ['N', 4], (x, b) => b.op('Cast', [x], { to: 1 }), 'Relu(x)'],
    ['Cast to another', ['N', 4], (x, b) => b.op('Cast', [x], { to: 10 }), 'Cast(x){"to":10} Relu(%0)'],
    ['Transpose that moves nothing', ['N', 4], (x, b) => b.op('Transpose', [x], { perm: [0, 1] }), 'Relu(x)'],
    ['Transpose and back', ['N', 4, 5], (x, b) => b.transpose(b.transpose(x, [2, 0, 1]), [1, 2, 0]), 'Relu(x)'],
    [
      'two Transposes',
      ['N', 4, 5],
      (x, b) => b.transpose(b.transpose(x, [2, 0, 1]), [0, 2, 1]),
      'Transpose(x){"perm":[2,1,0]} Relu(%0)',
    ],
    ['Reshape to its own shape', ['N', 4, 5], (x, b) => b.op('Reshape', [x, b.ints([0, -1, 5])]), 'Relu(x)'],
    ['Reshape and back', ['N', 4, 5], (x, b) => b.reshape(b.reshape(x, [-1, 20]), [-1, 4, 5]), 'Relu(x)'],
    ['two Reshapes', ['N', 4, 5], (x, b) => b.reshape(b.reshape(x, [-1, 20]), [-1, 2, 10]), 'Reshape(x [0,2,10]) Relu(%0)'],
    ['Reshape of Unsqueeze', ['N', 6], (x, b) => b.reshape(b.unsqueeze(x, [1]), [0, 2, 3]), 'Reshape(x [0,2,3]) Relu(%0)'],
    ['Flatten of a matrix', ['N', 4], (x, b) => b.op('Flatten', [x]), 'Relu(x)'],
    ['Flatten of an image', ['N', 4, 5], (x, b) => b.op('Flatten', [x]), 'Flatten(x) Relu(%0)'],
    ['Pad by nothing', ['N', 4], (x, b) => b.op('Pad', [x, b.ints([0, 0, 0, 0])]), 'Relu(x)'],
    ['Slice of everything', ['N', 4], (x, b) => b.slice(x, { starts: [0, 0], ends: [2 ** 62, 9], axes: [0, 1] }), 'Relu(x)'],
    [
      'Slice backwards',
      ['N', 4],
      (x, b) => b.slice(x, { starts: [-1], ends: [-9], axes: [1], steps: [-1] }),
      'Slice(x [-1] [-9] [1] [-1]) Relu(%0)',
    ],
    ['Expand to its own shape', ['N', 4], (x, b) => b.op('Expand', [x, b.ints([1, 4])]), 'Relu(x)'],
    ['Expand to the shape of another', ['N', 4], (x, b) => b.op('Expand', [x, b.op('Shape', [x])]), 'Relu(x)'],
    ['Concat of one', ['N', 4], (x, b) => b.op('Concat', [x], { axis: 0 }), 'Relu(x)'],
    ['Sum of one', ['N', 4], (x, b) => b.op('Sum', [x]), 'Relu(x)'],
    [
      'Constant',
      ['N', 4],
      (x, b) => b.add(x, b.op('Constant', [], { value_floats: { floats: [1, 2, 3, 4] } })),
      'Add(x [1,2,3,4]) Relu(%0)',
    ],
    [
      'ConstantOfShape',
      ['N', 2],
      (x, b) => b.add(x, b.op('ConstantOfShape', [b.ints([1, 2])], { value: { tensor: floats([7]) } })),
      'Add(x [7,7]) Relu(%0)',
    ],
    [
      'size of the channels',
      ['N', 4],
      (x, b) => b.mul(x, b.cast(b.gather(b.op('Shape', [x]), b.scalar(1, 'int64'), 0), 'float32')),
      'Mul(x [4]) Relu(%0)',
    ],
  ])('%s', (_, shape, make, expected) => expect(simplified(shape, make)).toBe(expected));

  it('states the target of a Reshape with an open batch', () => {
    const flat = (x: Value, b: Builder) => {
      const batch = b.unsqueeze(b.gather(b.op('Shape', [x]), b.scalar(0, 'int64'), 0), [0]);
      return b.op('Reshape', [x, b.concat([batch, b.ints([-1])], 0)]);
    };
    expect(simplified(['N', 1280, 1, 1], flat)).toBe('Reshape(x [0,1280]) Relu(%0)');
    expect(simplified(['N', 1280, 'H', 'W'], flat)).toBe('Reshape(x [0,-1]) Relu(%0)');
    expect(simplified(['N', 1280, 1, 1], flat, { sizes: { x: [3, 1280, 1, 1] } })).toBe('Reshape(x [3,-1]) Relu(%0)');
  });

  it('leaves weights that pass through nodes', () => {
    const w = floats(new Float32Array(100), [10, 10]);
    expect(simplified(['N', 10], (x, b) => b.matMul(x, b.transpose(b.constant(w, 'w'), [1, 0])))).toMatch(
      /^Transpose.* MatMul.* Relu/,
    );
  });

  it('keeps the names of inputs and outputs', () => {
    const builder = b();
    const x = builder.input('x', 'float32', [2]);
    const result = simplify(
      graphOf([x], [builder.op('Identity', [x], {}, { outputs: ['y'] }), builder.op('Shape', [x], {}, { outputs: ['s'] })]),
    );
    expect(result.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(result.outputs.map(({ name }) => name)).toEqual(['y', 's']);
  });

  it('makes a mask of Dropout only where it is used', () => {
    const builder = b();
    const x = builder.input('x', 'float32', [2, 3]);
    const node = builder.node('Dropout', [x], {}, { outputs: ['y', 'mask'] });
    const result = simplify(graphOf([x], [node.output(1)]));
    expect(result.outputs[0]).toMatchObject({ name: 'mask', dtype: 'bool', shape: [2, 3] });
    expect(text(result)).toContain('Expand([1] [2,3])');
  });

  it('declares outputs that gradients want', () => {
    const builder = b();
    const x = builder.input('x', 'float32', [1, 2, 8, 8]);
    const pool = builder.node('MaxPool', [x], { kernel_shape: [2, 2] }, { outputs: ['pooled'] });
    const norm = builder.node(
      'LayerNormalization',
      [pool.output(), builder.constant(floats([1, 1, 1, 1, 1, 1, 1]))],
      {},
      { outputs: ['y'] },
    );
    const [pooled, normalised] = simplify(graphOf([x], [norm.output()])).nodes;
    expect(pooled!.outputs.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['float32', [1, 2, 7, 7]],
      ['int64', [1, 2, 7, 7]],
    ]);
    expect(normalised!.outputs.map(({ shape }) => shape)).toEqual([
      [1, 2, 7, 7],
      [1, 2, 7, 1],
      [1, 2, 7, 1],
    ]);
  });

  it('knows equal parts by the number of outputs', () => {
    const builder = b();
    const x = builder.input('x', 'float32', ['N', 6]);
    const parts = builder.node('Split', [x], { axis: 1 }, { outputs: ['a', 'b', 'c'] });
    const result = simplify(graphOf([x], parts.outputs));
    expect(result.outputs.map(({ shape }) => shape)).toEqual([
      ['N', 2],
      ['N', 2],
      ['N', 2],
    ]);
  });
});

describe('sizes', () => {
  const twoInputs = () => {
    const builder = b();
    const x = builder.input('x', 'float32', ['N', 3, 224, 224]);
    const mask = builder.input('mask', 'float32', ['N', 'H']);
    return graphOf([x, mask], [builder.named('a', builder.relu(x)), builder.named('b', builder.relu(mask))]);
  };
  const sizesOf = (sizes: Record<string, number[]>) => simplify(twoInputs(), { sizes }).inputs.map(({ shape }) => shape);

  it('fix a name wherever it occurs', () => {
    expect(sizesOf({ x: [2, 3, 224, 224] })).toEqual([
      [2, 3, 224, 224],
      [2, 'H'],
    ]);
    expect(sizesOf({ mask: [2, 7] })).toEqual([
      [2, 3, 224, 224],
      [2, 7],
    ]);
    expect(sizesOf({ mask: [-1, 7] })).toEqual([
      ['N', 3, 224, 224],
      ['N', 7],
    ]);
    expect(simplify(twoInputs(), { sizes: { x: [2, -1, -1, -1] } }).outputs[0]!.shape).toEqual([2, 3, 224, 224]);
  });

  it.each<[Record<string, number[]>, string]>([
    [{ x: [1, 4, 32, 32] }, 'input "x" is [N,3,224,224], got [1,4,32,32]'],
    [{ x: [1, 3, 224] }, 'input "x" is [N,3,224,224], got [1,3,224]'],
    [{ x: [1, 3, 224, 224], mask: [2, 5] }, 'input "mask" is [1,H], got [2,5]'],
    [{ x: [0, 3, 224, 224] }, 'input "x": [0,3,224,224] are not sizes'],
    [{ y: [1] }, 'the model has no input "y"'],
    [{ mas: [1, 2] }, 'did you mean "mask"?'],
  ])('%j are refused', (sizes, message) => expect(() => sizesOf(sizes)).toThrow(message));
});

describe('If', () => {
  const y = { name: 'y' };
  const branch = (op: string, attributes: Attributes = {}) => ({
    graph: {
      captured: ['x'],
      proto: create(GraphProtoSchema, {
        name: op,
        node: [
          create(NodeProtoSchema, { opType: 'Relu', input: ['x'], output: ['r'], name: 'relu' }),
          create(NodeProtoSchema, {
            opType: op,
            input: ['r'],
            output: ['y'],
            attribute: Object.entries(attributes).map(([name, i]) =>
              create(AttributeProtoSchema, { name, type: 2, i: BigInt(i as number) }),
            ),
          }),
        ],
        output: [create(ValueInfoProtoSchema, y)],
      }),
    },
  });

  const conditional = (condition: (b: Builder, x: Value) => Value) => {
    const builder = b();
    const x = builder.input('x', 'float32', ['N', 3, 1]);
    // The outer graph has a node and a value of the names that the branches use.
    const before = builder.op('Relu', [x], {}, { name: 'relu', outputs: ['r'] });
    const attributes = { then_branch: branch('Squeeze'), else_branch: branch('Flatten', { axis: 1 }) };
    const chosen = builder.op('If', [condition(builder, x)], attributes, { captured: [x], outputs: ['y'] });
    return simplify(graphOf([x], [before, chosen]));
  };

  it('is its branch where the condition is known', () => {
    const one = (b: Builder, x: Value) => b.equal(b.gather(b.op('Shape', [x]), b.scalar(2, 'int64'), 0), b.scalar(2, 'int64'));
    const graph = conditional(one);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Relu', 'Relu', 'Flatten', 'Identity']);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['r', ['N', 3, 1]],
      ['y', ['N', 3]],
    ]);
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(4);
  });

  it('stays where it is not', () => {
    const builder = b();
    const [x, c] = [builder.input('x', 'float32', ['N', 3]), builder.input('c', 'bool', [])];
    const chosen = builder.op(
      'If',
      [c],
      { then_branch: branch('Relu'), else_branch: branch('Abs') },
      { captured: [x], outputs: ['y'] },
    );
    expect(simplify(graphOf([x, c], [chosen])).nodes.map(({ op }) => op)).toEqual(['If']);
  });
});

it('follows shape arithmetic through broken numbers', () => {
  const builder = b();
  const x = builder.input('x', 'float32', ['N', 3, 7, 9]);
  const size = builder.slice(builder.op('Shape', [x]), { starts: [2], ends: [4], axes: [0] });
  const doubled = builder.op('Mul', [size, builder.constant(ints([2, 2]))]);
  const scaled = builder.op('Mul', [builder.cast(size, 'float32'), builder.constant(numbers('float32', [0.5]))]);
  const graph = simplify(graphOf([x], [doubled, builder.cast(builder.op('Floor', [scaled]), 'int64')]));
  expect(graph.outputs.map(({ info }) => info.elements)).toEqual([
    [14, 18],
    [3, 4],
  ]);
  expect(graph.nodes.every(({ op }) => op === 'Identity')).toBe(true);
});
