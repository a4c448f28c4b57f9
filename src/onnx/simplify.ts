/** Rids a graph of what says nothing: shape arithmetic, constants made by nodes, moves that move nothing. */
import { elementCount } from '../tensor/tensor.js';
import type { Builder } from './builder.js';
import type { Graph, Info, Node, Value } from './graph.js';
import { compare, floorDivide, multiply } from './infer/dims.js';
import { axisOf, reject } from './infer/rule.js';
import { type Operands, rewrite } from './rewrite.js';
import { unfolded } from './simplify-branches.js';
import { replacements } from './simplify-rules.js';
import { type Fixing, fixSizes } from './simplify-sizes.js';
import { type DType, numbers } from './tensor.js';

export interface SimplifyOptions {
  /** Sizes of inputs by name, -1 where a size stays open. What an input's size is called is fixed wherever it occurs. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>;
}

/**
 * An equivalent graph with types and shapes inferred, shape arithmetic resolved as far as sizes are known, and nothing in it that
 * only passes on what it gets. Weights that pass through nodes are left as they are: ONNX Runtime folds them when it loads the graph.
 * @throws UserError where `sizes` contradict the model, or the model itself
 */
export function simplify(graph: Graph, { sizes = {} }: SimplifyOptions = {}): Graph {
  const fixing = fixSizes(graph, sizes);
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => [...node.inputs, ...node.captured])]);
  const inBranch = (node: Node, operands: Operands, b: Builder) => step(node, operands, b, () => true);
  const step = (node: Node, operands: Operands, b: Builder, isUsed: Uses): Results =>
    unfolded(node, operands, graph.details, b, inBranch) ?? simplified(node, operands, b, fixing, isUsed);
  return rewrite(graph, {
    input: fixing.input,
    node: (node, operands, b) => step(node, operands, b, (value) => used.has(value)),
  });
}

type Results = readonly (Value | undefined)[];
type Uses = (value: Value | undefined) => boolean;

/** What stands for the outputs of a node. */
function simplified(node: Node, operands: Operands, b: Builder, fixing: Fixing, isUsed: Uses): Results {
  const made = remade(node, operands, b, fixing);
  const outputs = made.outputs.map((output) => constantOf(output, b) ?? output);
  if (node.domain !== '' || outputs.every((output) => output.tensor)) return outputs;
  return replacements.get(node.op)?.({ node: made, outputs, b, isUsed: (n) => isUsed(node.outputs[n]) }) ?? outputs;
}

/** The node over its new operands, its outputs inferred anew, with the outputs that a walk backwards may ask for. */
function remade(node: Node, { inputs, captured }: Operands, b: Builder, { info }: Fixing): Node {
  const names = node.outputs.map((output) => output.name);
  for (const [n, what] of optionalOutputs(node).entries()) names[n + 1] ||= b.freshName(`${names[0]}.${what}`);
  return b.node(node.op, inputs, node.attributes, {
    domain: node.domain,
    name: node.name,
    outputs: names,
    infos: equalParts(node, inputs[0]) ?? node.outputs.map((output): Info => info(output.info)),
    captured,
    metadata: node.metadata,
  });
}

/** What Split yields where it states no sizes: the parts are equal, and only the number of its outputs says how many there are. */
function equalParts(node: Node, x: Value | undefined): readonly Info[] | undefined {
  if (node.op !== 'Split' || node.inputs[1] || node.has('num_outputs') || !x?.shape) return undefined;
  const axis = axisOf(node, node.int('axis', 0), x.shape.length);
  const count = node.outputs.length;
  const size = floorDivide(x.shape[axis]!, count);
  if (compare(multiply(size, count), x.shape[axis]!) ?? 0)
    reject(node, `${x.shape[axis]} elements do not divide into ${count} parts`);
  return node.outputs.map(() => ({ dtype: x.dtype, shape: x.shape!.with(axis, size) }));
}

/** Outputs behind the first that gradients are simpler with; nobody computes them unless they are used. */
function optionalOutputs({ op, domain }: Node): readonly string[] {
  if (domain !== '') return [];
  return op === 'MaxPool' ? ['indices'] : op === 'LayerNormalization' ? ['mean', 'inverse_deviation'] : [];
}

const foldable: ReadonlySet<DType | undefined> = new Set<DType>(['int64', 'int32', 'bool', 'uint8', 'float32']);

/** A value whose content is all known, as a constant. */
function constantOf({ dtype, shape, info: { elements } }: Value, b: Builder): Value | undefined {
  if (!elements || !dtype || !foldable.has(dtype)) return undefined;
  if (!elements.every((entry) => typeof entry === 'number') || !shape?.every((dim) => typeof dim === 'number')) return undefined;
  return elementCount(shape) === elements.length ? b.constant(numbers(dtype, elements, shape)) : undefined;
}
