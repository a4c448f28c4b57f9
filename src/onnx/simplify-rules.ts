/** What may stand for a node that says nothing, or that says it in a roundabout way. */
import { elementCount } from '../tensor/tensor.js';
import { type Builder, constantValue, sameShape } from './builder.js';
import type { Attributes, Node, Shape, Value } from './graph.js';
import { numberOf, numbersOf } from './infer/content.js';
import { rangesOf } from './infer/slice.js';
import { dtypes, numbers, toNumbers } from './tensor.js';

export interface Subject {
  /** The node, over operands that are already simplified. */
  readonly node: Node;
  readonly outputs: readonly Value[];
  readonly b: Builder;
  /** Whether anything uses the n-th output. */
  readonly isUsed: (n: number) => boolean;
}

/** The values that stand for the outputs; none where the node stays as it is. */
type Replacement = (subject: Subject) => readonly (Value | undefined)[] | undefined;

/** The first operand, where nothing happens to it. */
const dropped =
  (says: (node: Node) => boolean): Replacement =>
  ({ node }) =>
    says(node) ? [node.inputs[0]] : undefined;

/** Movement that keeps elements in order moves nothing where the shape stays. */
const keepsShape = (node: Node): boolean => sameShape(node.inputs[0]?.shape, node.output().shape);

const first =
  (...candidates: Replacement[]): Replacement =>
  (subject) => {
    for (const candidate of candidates) {
      const found = candidate(subject);
      if (found) return found;
    }
    return undefined;
  };

/** The node with other operands or attributes, under its names. */
function instead({ node, b }: Subject, op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}) {
  return [b.op(op, inputs, attributes, { name: node.name, outputs: [node.output().name], metadata: node.metadata })];
}

const permOf = (node: Node): readonly number[] | undefined =>
  node.has('perm') ? node.ints('perm') : node.inputs[0]?.shape?.map((_, axis, { length }) => length - 1 - axis);

const composeTransposes: Replacement = (subject) => {
  const [x] = subject.node.inputs;
  const inner = x?.producer?.op === 'Transpose' ? permOf(x.producer) : undefined;
  const outer = permOf(subject.node);
  const source = x?.producer?.inputs[0];
  if (!inner || !outer || !source) return undefined;
  const perm = outer.map((axis) => inner[axis]!);
  return perm.every((axis, i) => axis === i) ? [source] : instead(subject, 'Transpose', [source], { perm });
};

const reshapes: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Reshape of something reshaped: the first shape does not matter, as long as the last can be stated without it. */
const composeReshapes: Replacement = (subject) => {
  const { node, b } = subject;
  const { producer } = node.inputs[0]!;
  const source = producer?.domain === '' && reshapes.has(producer.op) ? producer.inputs[0] : undefined;
  if (!source) return undefined;
  if (sameShape(source.shape, node.output().shape)) return [source];
  const target = stated(node.output().shape, source.shape);
  return target && instead(subject, 'Reshape', [source, b.ints(target)]);
};

/** The target of a Reshape as a constant, where it is computed but can be stated. */
const stateTarget: Replacement = (subject) => {
  const { node, b } = subject;
  const [x, target] = node.inputs;
  const constant = target?.tensor ? undefined : stated(node.output().shape, x?.shape);
  return constant && instead(subject, 'Reshape', [x, b.ints(constant)]);
};

/** A shape as Reshape has it: 0 copies a size that the operand has at the same place, and one size may be left open. */
function stated(to: Shape | undefined, from: Shape | undefined): readonly number[] | undefined {
  if (!to || to.includes(0)) return undefined;
  const target = to.map((dim, axis) => (typeof dim === 'number' ? dim : dim === from?.[axis] ? 0 : -1));
  return target.filter((size) => size === -1).length <= 1 ? target : undefined;
}

/** The target of an Expand as a constant: sizes that only running tells must be the operand's own, which 1 keeps. */
const stateExpansion: Replacement = (subject) => {
  const { node, b } = subject;
  const [x, target] = node.inputs;
  const to = node.output().shape;
  if (target?.tensor || !to || !x?.shape) return undefined;
  const lead = to.length - x.shape.length;
  const sizes = to.map((dim, axis) => (typeof dim === 'number' ? dim : dim === x.shape![axis - lead] ? 1 : -1));
  return sizes.includes(-1) ? undefined : instead(subject, 'Expand', [x, b.ints(sizes)]);
};

/** A Constant node is a constant. */
const constant: Replacement = ({ node: { attributes }, outputs: [output] }) => {
  const { value, value_float, value_floats } = attributes;
  const tensor =
    typeof value === 'object' && 'tensor' in value
      ? value.tensor
      : typeof value_float === 'object' && 'float' in value_float
        ? numbers('float32', [value_float.float], [])
        : typeof value_floats === 'object' && 'floats' in value_floats
          ? numbers('float32', value_floats.floats)
          : undefined;
  return tensor && [constantValue(output!.name, tensor)];
};

/** Larger ones are better computed than kept in a file. */
const largestFilling = 4096;

const filling: Replacement = ({ node, outputs: [output] }) => {
  const { dtype, shape } = output!;
  const { value } = node.attributes;
  if (!dtype || !isStatic(shape) || elementCount(shape) > largestFilling) return undefined;
  const [entry] = typeof value === 'object' && 'tensor' in value ? toNumbers(value.tensor) : [0];
  return [constantValue(output!.name, numbers(dtype, new Array<number>(elementCount(shape)).fill(entry!), shape))];
};

/** Outside training nothing is dropped, and the mask says so. */
const dropout: Replacement = ({ node, isUsed, b }) => {
  const [x, , training] = node.inputs;
  if (training && numberOf(training) !== 0) return undefined;
  return [x, isUsed(1) ? b.expandLike(b.scalar(1, 'bool'), x!) : undefined];
};

const isStatic = (shape: Shape | undefined): shape is readonly number[] => !!shape?.every((dim) => typeof dim === 'number');
const isZero = (value: Value | undefined): boolean => !!numbersOf(value)?.every((entry) => entry === 0);
const isOnly = ({ inputs }: Node): boolean => inputs.length === 1;

const table: Readonly<Record<string, Replacement>> = {
  Identity: dropped(() => true),
  Dropout: dropout,
  Constant: constant,
  ConstantOfShape: filling,
  Cast: dropped((node) => node.inputs[0]?.dtype !== undefined && node.inputs[0].dtype === dtypes[node.int('to')]),
  Transpose: first(
    dropped((node) => !!permOf(node)?.every((axis, i) => axis === i)),
    composeTransposes,
  ),
  Reshape: first(dropped(keepsShape), composeReshapes, stateTarget),
  Flatten: dropped(keepsShape),
  Squeeze: dropped(keepsShape),
  Unsqueeze: dropped(keepsShape),
  Expand: first(dropped(keepsShape), stateExpansion),
  Tile: dropped(keepsShape),
  Pad: dropped((node) => isZero(node.inputs[1])),
  // A backward step keeps the shape as well.
  Slice: dropped((node) => keepsShape(node) && !!rangesOf(node)?.every(({ step }) => step === 1)),
  Concat: dropped(isOnly),
  Sum: dropped(isOnly),
  Mean: dropped(isOnly),
  Max: dropped(isOnly),
  Min: dropped(isOnly),
};

/** By operator; a map, because operators come from files and one may be named "constructor". */
export const replacements: ReadonlyMap<string, Replacement> = new Map(Object.entries(table));
