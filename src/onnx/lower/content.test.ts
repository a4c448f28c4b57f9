/** What is written out where the graph itself says what is inside: sequences, bodies of control flow, rows that are hidden. */
import { expect, it } from 'vitest';
import { arrayOf, backwardOf, graphOf, runOnce } from '../../../test/finite-differences.js';
import { float, int64, model, type NodeInit, node, tensorType } from '../../../test/protos.js';
import { Builder } from '../builder.js';
import { decodeModel } from '../codec/index.js';
import { AttributeProto_AttributeType as Kind } from '../generated/onnx_pb.js';
import { plain } from '../plain.js';
import { namesOf } from '../rewrite.js';

const int = (name: string, i: number) => ({ name, type: Kind.INT, i: BigInt(i) });
const ints = (name: string, ...values: number[]) => ({ name, type: Kind.INTS, ints: values.map(BigInt) });
const shaped = (name: string, ...dims: number[]) => ({ name, type: tensorType(1, ...dims) });
const body = (name: string, nodes: NodeInit[], inputs: string[], outputs: string[], ...dims: number[]) => ({
  name,
  type: Kind.GRAPH,
  g: {
    name,
    node: nodes,
    input: inputs.map((each) => shaped(each, ...dims)),
    output: outputs.map((each) => shaped(each, ...dims)),
  },
});

const positions = [int64('first', [0], []), int64('last', [-1], []), int64('lengths', [1, 2])];
const scanned = (...attributes: { name: string }[]) =>
  ({
    initializer: [float('start', [0.5, -0.25, 0.75])],
    node: [
      node('Scan', ['start', 'x'], ['end', 'rows'], {
        attribute: [
          int('num_scan_inputs', 1),
          body(
            'body',
            [node('Mul', ['row', 'row'], ['square']), node('Add', ['state', 'square'], ['next']), node('Neg', ['next'], ['out'])],
            ['state', 'row'],
            ['next', 'out'],
            3,
          ),
          ...attributes,
        ],
      }),
      node('Mul', ['end', 'rows'], ['y']),
    ],
  }) as Parameters<typeof model>[0];
const concatenated = (axis: number) => node('ConcatFromSequence', ['s'], ['y'], { attribute: [int('axis', axis)] });

const cases: [what: string, without: string, bytes: Uint8Array][] = [
  [
    'an element of a sequence that is built, added to and cut',
    'SequenceAt',
    model({
      initializer: positions,
      node: [
        node('Neg', ['x'], ['n']),
        node('Exp', ['x'], ['e']),
        node('SequenceConstruct', ['n', 'e'], ['s0']),
        node('SequenceInsert', ['s0', 'x', 'first'], ['s1']),
        node('SequenceErase', ['s1', 'last'], ['s2']),
        node('SequenceAt', ['s2', 'last'], ['y']),
      ],
    }),
  ],
  [
    'parts of stated lengths, joined in another order',
    'ConcatFromSequence',
    model({
      initializer: positions,
      node: [
        node('SplitToSequence', ['x', 'lengths'], ['parts'], { attribute: [int('axis', 1)] }),
        node('SequenceAt', ['parts', 'last'], ['b']),
        node('SequenceAt', ['parts', 'first'], ['a']),
        node('Exp', ['a'], ['c']),
        node('SequenceConstruct', ['b', 'c'], ['s']),
        concatenated(1),
      ],
    }),
  ],
  [
    'rows without their axis, stacked',
    'ConcatFromSequence',
    model({
      initializer: positions,
      node: [
        node('SplitToSequence', ['x'], ['s0'], { attribute: [int('keepdims', 0)] }),
        node('SequenceAt', ['s0', 'first'], ['row']),
        node('SequenceEmpty', [], ['s1']),
        node('SequenceInsert', ['s1', 'row'], ['s2']),
        node('SequenceInsert', ['s2', 'row', 'first'], ['s']),
        node('ConcatFromSequence', ['s'], ['y'], { attribute: [int('axis', 0), int('new_axis', 1)] }),
      ],
    }),
  ],
  ['a scan', 'Scan', model(scanned())],
  ['a scan from the end', 'Scan', model(scanned(ints('scan_input_directions', 1), ints('scan_output_directions', 1)))],
  [
    'a choice of two branches',
    'If',
    model({
      initializer: [float('zero', [0])],
      node: [
        node('ReduceSum', ['x'], ['sum'], { attribute: [int('keepdims', 0)] }),
        node('Greater', ['sum', 'zero'], ['more']),
        node('If', ['more'], ['y'], {
          attribute: [
            body('then_branch', [node('Exp', ['x'], ['t'])], [], ['t'], 2, 3),
            body('else_branch', [node('Mul', ['x', 'x'], ['e'])], [], ['e'], 2, 3),
          ],
        }),
      ],
    }),
  ],
];

const x = [0.3, -0.7, 0.4, 1.1, -0.2, 0.9];
const dy = [0.5, -1, 0.25, 0.75, 1, -0.5];
const feed = (values: readonly number[]) => ({ x: arrayOf('float32', values, [2, 3]) });

it.each(cases)('%s is written out, computes the same, and has the gradient of differences', async (_, without, bytes) => {
  const original = decodeModel(bytes);
  const { graph } = plain(original);
  expect(graph.nodes.map(({ op }) => op)).not.toContain(without);
  const at = async (values: readonly number[]) => (await runOnce(original, feed(values)))[0]!;
  const y = await at(x);
  const [written] = await runOnce(graph, feed(x));
  expect(written!.shape).toEqual(y.shape);
  for (const [i, value] of written!.values.entries()) expect(value).toBeCloseTo(y.values[i]!, 5);

  const b = new Builder(graph.details.opset, namesOf(graph));
  const backward = backwardOf({ b, inputs: graph.inputs, outputs: graph.outputs }, graph.inputs);
  const [dx] = await runOnce(graphOf(backward, backward.outputs), {
    ...feed(x),
    dy0: arrayOf('float32', dy, y.shape as number[]),
  });
  for (const i of x.keys()) {
    const [above, below] = [await at(x.with(i, x[i]! + 0.01)), await at(x.with(i, x[i]! - 0.01))];
    const slope = dy.reduce((sum, upstream, k) => sum + (upstream * (above.values[k]! - below.values[k]!)) / 0.02, 0);
    expect(dx!.values[i]!).toBeCloseTo(slope, 2);
  }
});

it.each(['a truth value for each row', 'elements that are no numbers'])(
  'rows of a softmax that are hidden whole are zeros with a gradient of zero: %s',
  async (how) => {
    const isEach = how.startsWith('elements');
    const bytes = model({
      initializer: [
        {
          name: 'mask',
          dims: [2n, 3n],
          dataType: 1,
          floatData: [0, Number.NEGATIVE_INFINITY, 0, ...Array(3).fill(Number.NEGATIVE_INFINITY)],
        },
        { name: 'rows', dims: [2n, 1n], dataType: 9, int32Data: [0, 1] },
        float('zero', [0]),
      ],
      node: [
        node('Add', ['x', 'mask'], ['scores']),
        node('Softmax', ['scores'], ['p'], { attribute: [int('axis', -1)] }),
        ...(isEach ? [node('IsNaN', ['p'], ['none'])] : []),
        node('Where', [isEach ? 'none' : 'rows', 'zero', 'p'], ['y']),
      ],
    });
    const { graph } = plain(decodeModel(bytes));
    const [y] = await runOnce(graph, feed(x));
    const share = 1 / (1 + Math.exp(x[0]! - x[2]!));
    for (const [i, value] of [1 - share, 0, share, 0, 0, 0].entries()) expect(y!.values[i]).toBeCloseTo(value, 5);
    const b = new Builder(graph.details.opset, namesOf(graph));
    const backward = backwardOf({ b, inputs: graph.inputs, outputs: graph.outputs }, graph.inputs);
    const [dx] = await runOnce(graphOf(backward, backward.outputs), { ...feed(x), dy0: arrayOf('float32', dy, [2, 3]) });
    const slope = share * (1 - share) * (dy[0]! - dy[2]!);
    for (const [i, value] of [slope, 0, -slope, 0, 0, 0].entries()) expect(dx!.values[i]).toBeCloseTo(value, 5);
  },
);
