/** The residual stream: the sum that every block reads from and adds to. */
import { type Node, reachable, type Value } from '../onnx/graph.js';
import type { Attention } from './attention.js';
import { carrier, type Flow } from './flow.js';

/** One sum along the stream. */
export interface Step {
  /** The stream behind the sum. */
  readonly sum: Value;
  /** What was added. */
  readonly branch: Value;
  /** The attention that the branch comes from, where it is one. */
  readonly attention?: Attention | undefined;
  /** Whether the branch is the attention's output projection and nothing else. */
  readonly isLinear?: boolean;
}

/** What leads from the weighted values to the sum: the output projection, its bias, a layer scale. */
const linear = new Set(['MatMul', 'Gemm', 'Add', 'Sub', 'Mul', 'Div']);
const moves = new Set(['Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Cast', 'Dropout']);

/** The sums from the first attention's on; none where it is not added to what it reads. */
export function streamOf(flow: Flow, blocks: readonly Attention[]): Step[] {
  const ofSum = new Map(
    blocks.flatMap((attention) => {
      const step = residualSum(flow, attention);
      return step ? [[step.sum, step] as const] : [];
    }),
  );
  const steps: Step[] = [];
  for (let step: Step | undefined = [...ofSum.values()][0]; step; step = following(flow, step.sum)) {
    steps.push(ofSum.get(step.sum) ?? step);
  }
  return steps;
}

/** Where the attention is added to something that it was made of, or to a class token that has not seen the image yet. */
function residualSum(flow: Flow, attention: Attention): Step | undefined {
  const sources = new Set(reachable([attention.product.output()]).nodes);
  const isSource = (value: Value) => value.producer !== undefined && sources.has(value.producer);
  let value = attention.product.output();
  let isLinear = true;
  for (;;) {
    const [node, ...others] = flow.consumers(value);
    if (!node) return undefined;
    if (others.length > 0) return attention.queries < attention.keys ? startingSum(flow, attention, value, isLinear) : undefined;
    const beside = node.inputs.filter((operand) => flow.carries(operand) && operand !== value) as Value[];
    if (node.op === 'Add' && beside.length === 1 && isSource(beside[0]!)) {
      return { sum: node.output(), branch: value, attention, isLinear };
    }
    isLinear &&= (moves.has(node.op) || linear.has(node.op)) && carrier(flow, node) === value;
    value = node.output();
  }
}

/** The stream of a class token that only looks at patches begins with a constant: the sum from which several ways lead on. */
function startingSum(flow: Flow, attention: Attention, sum: Value, isLinear: boolean): Step | undefined {
  const [start, branch] = [false, true].map((carries) => sum.producer?.inputs.find((value) => flow.carries(value) === carries));
  const isToken = sum.producer?.op === 'Add' && start && (start.rank ?? 0) > 1;
  return isToken && branch ? { sum, branch, attention, isLinear } : undefined;
}

/** Behind an attention, its output projection: the last value of a chain without branches. */
export function projected(flow: Flow, { product }: Attention): Value {
  let value = product.output();
  for (;;) {
    const [node, ...others] = flow.consumers(value);
    const isLinear = node && others.length === 0 && (moves.has(node.op) || linear.has(node.op)) && carrier(flow, node) === value;
    if (!isLinear) return value;
    value = node.output();
  }
}

/** The next sum that takes the stream as it is; only its axes may be moved. */
export function following(flow: Flow, sum: Value): Step | undefined {
  const found: { node: Node; stream: Value }[] = [];
  const pending = [sum];
  for (const stream of pending) {
    for (const node of flow.consumers(stream)) {
      if (moves.has(node.op)) pending.push(node.output());
      else if (node.op === 'Add' && node.inputs.every(flow.carries)) found.push({ node, stream });
    }
  }
  const [first] = found.sort((a, b) => a.node.age - b.node.age);
  return first && { sum: first.node.output(), branch: first.node.inputs.find((value) => value !== first.stream)! };
}
